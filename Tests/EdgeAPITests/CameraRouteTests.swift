import EdgeRecording
import EventModel
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import EdgeAPI

@Suite(.enabled(if: Clip.isPossible, "the ffmpeg program is not installed"))
struct CameraRouteTests {
    @Test func theListSaysHowStreamsAndRecordingsStand() async throws {
        let packets = try Clip.packets()
        let site = try APISite(recorded: packets, inRing: packets)
        try await site.run { client in
            let answer = try await client.get("/v1/cameras")
            let cameras = try #require(answer.json["cameras"] as? [[String: Any]])
            let camera = try #require(cameras.first)
            #expect(camera["id"] as? String == testCamera.rawValue && camera["state"] as? String == "live")
            #expect(camera["codec"] as? String == "h264" && camera["width"] as? Int == 160)
            #expect(camera["framesPerSecond"] as? Double == 25)
            let recording = try #require(camera["recording"] as? [String: Any])
            #expect(recording["from"] as? String == "2026-11-20T01:00:00.000Z")
            #expect(recording["until"] as? String == "2026-11-20T01:00:12.000Z")
            #expect((recording["bytes"] as? Int).map { $0 > 10_000 } == true)
        }
    }

    @Test func theStillIsTheNewestPicture() async throws {
        let site = try APISite(inRing: try Clip.packets())
        try await site.run { client in
            let answer = try await client.get(APISite.camera + "/still.jpg")
            #expect(answer.status == .ok && answer.header("Content-Type") == "image/jpeg")
            #expect(answer.header("Cache-Control") == "no-store")
            #expect(answer.header("NgaTu-Captured-At") == "2026-11-20T01:00:11.960Z")
            #expect(answer.data.prefix(2) == Data([0xFF, 0xD8]) && answer.data.count > 1_000)
            let head = try await client.send(.head, APISite.camera + "/still.jpg")
            #expect(head.status == .ok && head.header("Content-Length") == "\(answer.data.count)" && head.data.isEmpty)
        }
    }

    @Test func aStillIsTakenOnceASecondWhoeverAsks() async throws {
        let desk = StillDesk()
        let camera = APICamera(id: testCamera, ring: APISite.ring(try Clip.packets())) {
            CameraState(isLive: true, name: "live")
        }
        async let first = desk.still(of: camera)
        async let second = desk.still(of: camera)
        let stills = try await [first, second, desk.still(of: camera)]
        #expect(Set(stills.map(\.still.sha256)).count == 1)
    }

    @Test func aCameraWithoutPicturesSaysWhy() async throws {
        let site = try APISite(inRing: try Clip.packets())
        site.state.value = CameraState(isLive: false, name: "unreachable", reason: "no answer")
        try await site.run { client in
            for name in ["still.jpg", "live.mp4"] {
                let answer = try await client.get(APISite.camera + "/" + name)
                #expect(answer.status == .serviceUnavailable && answer.kind == "unavailable")
                #expect(String(buffer: answer.body).contains("unreachable: no answer"))
            }
        }
        let empty = try APISite()
        try await empty.run { client in
            let still = try await client.get(APISite.camera + "/still.jpg")
            #expect(still.status == .serviceUnavailable)
            #expect(try await client.get(APISite.camera + "/live.mp4").status == .notFound)
        }
    }

    @Test(arguments: ["..", "%2e%2e", "nga-tu-02", "%00", "a%2Fb", "nga-tu-01%2F..", "NGA-TU-01", "%F0%9F%9A%97"])
    func otherNamesAreNoCameras(name: String) async throws {
        let site = try APISite()
        try await site.run { client in
            let answer = try await client.get("/v1/cameras/\(name)/still.jpg")
            #expect(answer.status == .notFound && answer.kind == "notFound")
        }
    }

    @Test func theTimeLineTellsSpansAndGaps() async throws {
        let packets = try Clip.packets(seconds: 6)
        let site = try APISite(recorded: packets + packets.map { $0.moved(by: 30, session: 2) })
        try site.index.mark(
            .evidence, camera: testCamera, from: testStart.addingTimeInterval(30), to: testStart.addingTimeInterval(31))
        try await site.run { client in
            let answer = try await client.get(APISite.camera + "/recordings?" + span(-10, 60))
            let spans = try #require(answer.json["spans"] as? [[String: String]])
            #expect(spans.map { $0["class"] } == ["continuous", "evidence", "continuous"])
            #expect(spans.first?["from"] == "2026-11-20T01:00:00.000Z")
            #expect(spans.first?["until"] == "2026-11-20T01:00:06.000Z")
            let gaps = try #require(answer.json["gaps"] as? [[String: String]])
            #expect(gaps.map { $0["from"] } == ["00:59:50", "01:00:06", "01:00:36"].map { "2026-11-20T\($0).000Z" })
        }
    }

    @Test func whatOverlapsAndWhatIsStillToComeIsNoGap() {
        let span = TimeLineMaker.span(0, 100)
        let segments = [
            TimeLineMaker.segment(-5, 20), TimeLineMaker.segment(10, 30), TimeLineMaker.segment(12, 14),
            TimeLineMaker.segment(31, 48),
        ]
        let line = RecordingTimeLine(segments, in: span, now: testStart.addingTimeInterval(50))
        #expect(line.spans == [TimeLineMaker.piece(0, 48)])
        #expect(line.gaps.isEmpty)
    }
}

enum TimeLineMaker {
    static func time(_ seconds: Double) -> Date { testStart.addingTimeInterval(seconds) }

    static func span(_ from: Double, _ to: Double) -> TimeSpan { TimeSpan(from: time(from), to: time(to)) }

    static func segment(_ begin: Double, _ end: Double) -> SegmentSummary {
        SegmentSummary(
            file: "f\(begin)", camera: testCamera, session: 1, begin: time(begin), end: time(end), byteCount: 1,
            recordingClass: .continuous)
    }

    static func piece(_ from: Double, _ until: Double) -> RecordingTimeLine.Span {
        .init(from: time(from), until: time(until), recordingClass: "continuous")
    }
}
