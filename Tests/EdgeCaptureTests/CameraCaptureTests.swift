import EdgeCapture
import EdgeCore
import EventModel
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct CameraCaptureTests {
    /// Collects events and waits for the first that fits.
    private final class Events: @unchecked Sendable {  // `condition` guards `list`
        private let condition = NSCondition()
        private var list: [StreamEvent] = []

        func add(_ event: StreamEvent) {
            condition.lock()
            list.append(event)
            condition.broadcast()
            condition.unlock()
        }

        func first(where fits: (StreamEvent) -> Bool) -> StreamEvent? {
            condition.lock()
            defer { condition.unlock() }
            let limit = Date(timeIntervalSinceNow: 20)
            while true {
                if let event = list.first(where: fits) { return event }
                guard condition.wait(until: limit) else { return nil }
            }
        }
    }

    private func makeCapture(_ source: CaptureSource, _ events: Events, refused: Duration = .seconds(300))
        -> CameraCapture
    {
        var reconnect = ReconnectMachine.Configuration()
        reconnect.shortest = .milliseconds(20)
        reconnect.longest = .milliseconds(40)
        reconnect.refused = refused
        return CameraCapture(source: source, reconnect: reconnect) { events.add($0) }
    }

    private func makeSource(_ camera: FakeCamera) throws -> CaptureSource {
        let locator = try MediaLocator(cameraURL: "rtsp://operator:geheim@127.0.0.1:\(camera.port)/")
        var source = CaptureSource(camera: testCamera, locator: locator)
        source.connectTimeout = .milliseconds(300)
        return source
    }

    @Test func aDeadCameraIsTriedAgainAndAgainAndSaidSo() throws {
        let camera = try FakeCamera(.hangsUp)
        let events = Events()
        let capture = makeCapture(try makeSource(camera), events)
        capture.start()
        let event = try #require(events.first { $0.state == .unreachable && $0.session >= 3 })
        #expect(event.retryAfter != nil)
        #expect(!event.reason.isEmpty && !event.reason.contains("geheim"))
        #expect(capture.status.reconnects >= 2)
        capture.stop()
        #expect(events.first { $0.state == .stopped } != nil)
        camera.stop()
    }

    @Test func aWrongPasswordIsNotHammered() throws {
        let camera = try FakeCamera(
            .answers("401 Unauthorized", headers: "WWW-Authenticate: Digest realm=\"cam\", nonce=\"1\"\r\n"))
        let events = Events()
        let capture = makeCapture(try makeSource(camera), events)
        capture.start()
        let event = try #require(events.first { $0.state == .refused })
        #expect(try #require(event.retryAfter) >= .seconds(150))
        capture.stop()
        #expect(events.first { $0.state == .stopped } != nil)
        camera.stop()
    }

    @Test func stoppingEndsABlockedConnection() throws {
        let camera = try FakeCamera(.mute)
        var source = try makeSource(camera)
        source.connectTimeout = .seconds(60)
        let events = Events()
        let capture = makeCapture(source, events)
        capture.start()
        while camera.connectionCount == 0 { sched_yield() }
        capture.stop()
        #expect(events.first { $0.state == .stopped } != nil)
        guard case .closed = capture.ring.read(0, timeout: .seconds(20)) else { return #expect(Bool(false), "open") }
        camera.stop()
    }

    @Test(.enabled(if: TestVideo.isAvailable, "needs the ffmpeg program (apt install ffmpeg)"))
    func eachSessionCountsItsFramesFromZero() throws {
        let source = makeFileSource(try TestVideo.h264(frames: 10))
        let events = Events()
        let capture = makeCapture(source, events)
        capture.start()
        let decoder = PlannedDecoder(source: source, ring: capture.ring, configuration: .init())
        var newest = (session: 0, index: -1)
        while newest.session < 3, case .frame(let frame) = try decoder.next(timeout: .seconds(20)) {
            capture.decoded(decoder.decoder, session: frame.session)
            if frame.session != newest.session { #expect(frame.index == 0) }
            newest = (frame.session, frame.index)
        }
        #expect(newest.session == 3)
        #expect(events.first { $0.state == .live && $0.session == 3 } != nil)
        capture.stop()
        #expect(events.first { $0.state == .stopped } != nil)
        #expect(capture.status.counters.framesDecoded >= 20)
    }

    @Test(.enabled(if: TestVideo.isAvailable, "needs the ffmpeg program (apt install ffmpeg)"))
    func aSessionThatTheDecoderRejectsEndsWithItsReason() throws {
        let source = makeFileSource(try TestVideo.h264(frames: 250))
        let events = Events()
        let capture = makeCapture(source, events)
        capture.start()
        while case .timeout = capture.ring.read(0, timeout: .seconds(20)) {}
        let error = CaptureError(
            kind: .unsupported, camera: testCamera, operation: "decode", reason: "such pictures are no use")
        capture.reject(error, session: 7)
        #expect(capture.status.state == .connecting, "a session that is not the present one")
        capture.reject(error, session: 1)
        let event = try #require(events.first { $0.state == .refused })
        #expect(event.reason == "such pictures are no use" && event.retryAfter != nil)
        capture.stop()
        #expect(events.first { $0.state == .stopped } != nil)
    }
}
