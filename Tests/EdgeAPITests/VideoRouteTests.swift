import EdgeCore
import EdgeRecording
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import EdgeAPI

@Suite(.enabled(if: Clip.isPossible, "the ffmpeg program is not installed"))
struct VideoRouteTests {
    private static let video = APISite.camera + "/video.mp4?"

    @Test func aRangeOfTimePlaysFromTheKeyFrameBeforeIt() async throws {
        let packets = try Clip.packets()
        let site = try APISite(recorded: packets)
        try await site.run { client in
            let answer = try await client.get(Self.video + span(3, 9.5))
            #expect(answer.status == .ok && answer.header("Accept-Ranges") == "bytes")
            #expect(answer.header("NgaTu-Begin") == "2026-11-20T01:00:02.000Z")
            #expect(answer.header("NgaTu-Duration") == "8.000")
            let name = "inline; filename=\"nga-tu-01_20261120T010002Z.mp4\""
            #expect(answer.header("Content-Disposition") == name)
            #expect(try Clip.times(answer.data).count == 200)
        }
    }

    @Test func theLastSecondsComeFromTheRing() async throws {
        let packets = try Clip.packets()
        let site = try APISite(recorded: Array(packets.prefix(210)), inRing: Array(packets.dropFirst(100)))
        try await site.run { client in
            let answer = try await client.get(Self.video + span(0, 60))
            #expect(answer.header("NgaTu-Duration") == "12.000")
            let times = try Clip.times(answer.data)
            #expect(times.count == 300)
            #expect(zip(times.dropFirst(), times).allSatisfy { abs($0 - $1 - 0.04) < 0.0015 })
        }
    }

    @Test func whatIsNotRecordedAtAllComesFromTheRing() async throws {
        let site = try APISite(inRing: try Clip.packets())
        try await site.run { client in
            let answer = try await client.get(Self.video + span(5, 9))
            #expect(answer.header("NgaTu-Begin") == "2026-11-20T01:00:04.000Z")
            #expect(try Clip.times(answer.data).count == 125)
        }
    }

    @Test func rangesFetchedOneByOneAreTheWhole() async throws {
        let packets = try Clip.packets()
        let site = try APISite(recorded: Array(packets.prefix(200)), inRing: packets)
        try await site.run { client in
            let path = Self.video + span(0, 60)
            let whole = try await client.get(path)
            let tag = try #require(whole.header("ETag"))
            var pieces = Data()
            while pieces.count < whole.data.count {
                let end = pieces.count + Int.random(in: 1...60_000)
                let answer = try await client.get(path, [.range: "bytes=\(pieces.count)-\(end - 1)", .ifRange: tag])
                #expect(answer.status == .partialContent && answer.header("ETag") == tag)
                let last = min(end, whole.data.count) - 1
                #expect(answer.header("Content-Range") == "bytes \(pieces.count)-\(last)/\(whole.data.count)")
                pieces += answer.data
            }
            #expect(pieces == whole.data)
            let suffix = try await client.get(path, [.range: "bytes=-100"])
            #expect(suffix.data == whole.data.suffix(100))
        }
    }

    @Test func headRangesAndTagsAreAsTheStandardSays() async throws {
        let site = try APISite(recorded: try Clip.packets())
        try await site.run { client in
            let path = Self.video + span(0, 12)
            let whole = try await client.get(path)
            let (size, tag) = (whole.data.count, try #require(whole.header("ETag")))
            let head = try await client.send(.head, path, [.range: "bytes=0-9"])
            #expect(head.status == .ok && head.header("Content-Length") == "\(size)" && head.data.isEmpty)
            let beyond = try await client.get(path, [.range: "bytes=\(size)-"])
            #expect(beyond.status == .rangeNotSatisfiable && beyond.header("Content-Range") == "bytes */\(size)")
            #expect(try await client.get(path, [.ifNoneMatch: tag]).status == .notModified)
            let changed = try await client.get(path, [.range: "bytes=0-9", .ifRange: "\"other\""])
            #expect(changed.status == .ok && changed.data.count == size)
            #expect(try await client.get(Self.video + span(0, 8)).header("ETag") != tag)
        }
    }

    @Test func anotherFormatIsLeftOutAndNamed() async throws {
        let first = try Clip.packets(seconds: 4)
        let second = try Clip.packets(seconds: 6, encoder: "libx265").map { $0.moved(by: 4) }
        let site = try APISite(recorded: first + second)
        try await site.run { client in
            let answer = try await client.get(Self.video + span(0, 12))
            #expect(answer.header("NgaTu-Begin") == "2026-11-20T01:00:04.000Z")
            #expect(answer.header("NgaTu-Left-Out") == "2026-11-20T01:00:00.000Z/2026-11-20T01:00:04.000Z")
            #expect(try Clip.times(answer.data).count == 150)
        }
    }

    @Test(arguments: [
        "", "from=2026-11-20T01:00:00Z", span(5, 5), span(9, 5), span(0, 7201), span(3601, 3602),
        "from=yesterday&to=today", "from=2026-02-30T01:00:00Z&to=2026-02-30T01:00:01Z", "from=-1&to=1",
        "from=2026-11-20T01:00:00&to=2026-11-20T01:00:05", "from=9999-12-31T00:00:00Z&to=9999-12-31T00:00:01Z",
        "from=2026-11-20T01:00:00Z;x&to=2026-11-20T01:00:05Z", "from=%00&to=%FF",
    ])
    func nonsenseTimesAreRefused(query: String) async throws {
        let site = try APISite()
        try await site.run { client in
            for name in ["video.mp4", "recordings"] where name == "video.mp4" || query != span(0, 7201) {
                let answer = try await client.get("\(APISite.camera)/\(name)?\(query)")
                #expect(answer.status == .badRequest && answer.kind == "malformed")
            }
        }
    }

    @Test func offsetsAreUnderstood() async throws {
        let site = try APISite(recorded: try Clip.packets())
        try await site.run { client in
            let query = "from=2026-11-20T08:00:02%2B07:00&to=2026-11-20T08:00:04.5%2B07:00"
            let answer = try await client.get(Self.video + query)
            #expect(answer.header("NgaTu-Begin") == "2026-11-20T01:00:02.000Z")
        }
    }

    @Test func nothingOfThatTimeIsNotFound() async throws {
        let site = try APISite(recorded: try Clip.packets(), inRing: try Clip.packets())
        try await site.run { client in
            let answer = try await client.get(Self.video + span(100, 200))
            #expect(answer.status == .notFound && answer.kind == "notFound")
        }
    }

    @Test func aFileCutOrDeletedUnderTheReaderIsAClearError() async throws {
        let packets = try Clip.packets()
        let site = try APISite(recorded: packets)
        let files = try site.index.summaries().map(\.file)
        try #require(files.count == 3)
        truncate(site.path(files[1]), 3_000)
        try await site.run { client in
            let answer = try await client.get(Self.video + span(4, 8))
            #expect(answer.status == .serviceUnavailable && answer.kind == "unavailable")
            #expect(!String(buffer: answer.body).contains("/"), "no path is told")
            #expect(try await client.get(Self.video + span(8, 12)).status == .ok)
        }
        // Half of it is sent when it is noticed: nobody takes that for the whole.
        await #expect(throws: (any Error).self) {
            try await site.run { client in try await client.get(Self.video + span(0, 12)) }
        }
        unlink(site.path(files[2]))
        try await site.run { client in
            let gone = try await client.get(Self.video + span(8.5, 11))
            #expect(gone.status == .notFound)
            #expect(try await client.get(Self.video + span(0, 3.5)).status == .ok)
        }
    }

    @Test func liveVideoBeginsAtTheNewestKeyFrame() async throws {
        let packets = try Clip.packets()
        let site = try APISite(inRing: packets)
        site.ring.close()  // the stream ends where the ring does
        try await site.run { client in
            let answer = try await client.get(APISite.camera + "/live.mp4")
            #expect(answer.header("NgaTu-Begin") == "2026-11-20T01:00:10.000Z")
            #expect(try Clip.times(answer.data).count == 50)
        }
    }

    @Test func aFifthViewerIsTurnedAway() async throws {
        let site = try APISite(inRing: try Clip.packets())
        let places = try (0..<4).map { _ in try site.services.live.take() }
        try await site.run { client in
            let answer = try await client.get(APISite.camera + "/live.mp4")
            #expect(answer.status == .serviceUnavailable && answer.header("Retry-After") == "5")
        }
        withExtendedLifetime(places) {}
    }
}
