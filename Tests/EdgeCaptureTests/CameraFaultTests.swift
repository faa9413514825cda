import EdgeCapture
import EventModel
import Foundation
import TestSupport
import Testing

/// Cameras that are away, mute, closed to us or no cameras at all.
@Suite struct CameraFaultTests {
    private func makeSource(_ port: UInt16, userInfo: String = "") throws -> CaptureSource {
        let locator = try MediaLocator(cameraURL: "rtsp://\(userInfo)127.0.0.1:\(port)/live")
        var source = CaptureSource(camera: testCamera, locator: locator)
        source.connectTimeout = .milliseconds(400)
        source.stallTimeout = .milliseconds(400)
        return source
    }

    private func failure(_ behaviour: FakeCamera.Behaviour, userInfo: String = "") throws -> CaptureError? {
        let camera = try FakeCamera(behaviour)
        defer { camera.stop() }
        return try failure(of: makeSource(camera.port, userInfo: userInfo))
    }

    private func failure(of source: CaptureSource) -> CaptureError? {
        #expect(throws: CaptureError.self) { try FrameReader(source: source) }
    }

    @Test func aMuteCameraIsGivenUpAtTheDeadline() throws {
        let clock = ContinuousClock()
        let begin = clock.now
        let error = try failure(.mute)
        #expect(error?.kind == .unreachable)
        #expect(error?.operation == "open")
        #expect(clock.now - begin < .seconds(3))
    }

    @Test func aCameraThatHangsUpIsUnreachable() throws {
        #expect(try failure(.hangsUp)?.kind == .unreachable)
    }

    @Test func nobodyThereIsUnreachable() throws {
        let camera = try FakeCamera(.mute)
        camera.stop()
        let source = try makeSource(1)  // nothing listens on port 1
        #expect(failure(of: source)?.kind == .unreachable)
    }

    @Test func garbageInsteadOfRTSPIsNoCrashAndNoHang() throws {
        let kind = try failure(.talksGarbage)?.kind
        #expect(kind == .unreachable || kind == .malformed)
    }

    @Test(arguments: [
        ("401 Unauthorized", CaptureError.Kind.unauthorized), ("403 Forbidden", .unauthorized),
        ("404 Not Found", .unsupported), ("461 Unsupported Transport", .unsupported),
        ("500 Internal Server Error", .unreachable),
    ])
    func aRefusalSaysWhatToDoAndHidesThePassword(status: String, kind: CaptureError.Kind) throws {
        let challenge = "WWW-Authenticate: Digest realm=\"cam\", nonce=\"1\"\r\n"
        let headers = status.hasPrefix("401") ? challenge : ""
        let error = try failure(.answers(status, headers: headers), userInfo: "operator:geheim@")
        #expect(error?.kind == kind)
        let text = "\(String(describing: error)) \(String(reflecting: error))"
        #expect(text.contains("127.0.0.1"))
        #expect(!text.contains("geheim") && !text.contains("operator"))
    }

    @Test func credentialsThatLibavformatWouldCutAreRefused() throws {
        let source = try makeSource(1, userInfo: "a:\(String(repeating: "%20", count: 50))@")
        #expect(failure(of: source)?.kind == .unsupported)
    }

    @Test func aCancelledReaderEndsAtOnce() throws {
        let camera = try FakeCamera(.mute)
        defer { camera.stop() }
        var source = try makeSource(camera.port)
        source.connectTimeout = .seconds(60)
        source.stallTimeout = .seconds(60)
        let gate = CaptureGate()
        Thread.detachNewThread {
            while camera.connectionCount == 0 { sched_yield() }
            gate.cancel()
        }
        let error = #expect(throws: CaptureError.self) { try FrameReader(source: source, gate: gate) }
        #expect(error?.kind == .cancelled)
    }
}
