import Crypto
import Foundation
import HTTPTypes
import HummingbirdTesting
import TestSupport
import Testing

@testable import EdgeAPI

@Suite(.enabled(if: Clip.isPossible, "the ffmpeg program is not installed"))
struct ClipRouteTests {
    private static func wish(_ from: Double, _ to: Double) -> String {
        let times = [from, to].map { APITime.text(testStart.addingTimeInterval($0)) }
        return "{\"from\":\"\(times[0])\",\"to\":\"\(times[1])\"}"
    }

    @Test func aClipIsKeptUnderTheNameOfItsContent() async throws {
        let site = try APISite(recorded: try Clip.packets())
        try await site.run { client in
            let made = try await client.send(.post, APISite.camera + "/clips", body: Self.wish(2, 6))
            #expect(made.status == .created && made.json["begin"] as? String == "2026-11-20T01:00:02.000Z")
            #expect(made.json["durationSeconds"] as? Double == 4)
            let path = try #require(made.json["url"] as? String)
            #expect(made.header("Location") == path)
            let again = try await client.send(.post, APISite.camera + "/clips", body: Self.wish(2, 6))
            #expect(again.json["url"] as? String == path)

            let clip = try await client.get(path)

            let digest = Data(SHA256.hash(data: clip.data))
            #expect(made.json["sha256"] as? String == digest.hexadecimal)
            #expect(made.json["bytes"] as? Int == clip.data.count)
            #expect(clip.header("Repr-Digest") == "sha-256=:\(digest.base64EncodedString()):")
            #expect(try Clip.times(clip.data).count == 100)
            let video = try await client.get(APISite.camera + "/video.mp4?" + span(2, 6))
            #expect(video.data == clip.data)
            let part = try await client.get(path, [.range: "bytes=100-199"])
            #expect(part.status == .partialContent && part.data == clip.data[100..<200])
            #expect(part.header("Repr-Digest") == clip.header("Repr-Digest"))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: site.services.exports.folder)
        #expect(names.count == 1)
    }

    @Test(arguments: [
        "", "{}", "[]", "{\"from\":1,\"to\":2}", "{\"from\":\"x\",\"to\":\"y\"}", String(repeating: " ", count: 5_000),
        wish(6, 2), wish(0, 8_000),
    ])
    func nonsenseWishesAreRefused(body: String) async throws {
        let site = try APISite()
        try await site.run { client in
            let answer = try await client.send(.post, APISite.camera + "/clips", body: body)
            #expect([.badRequest, .contentTooLarge].contains(answer.status) && !answer.kind.isEmpty)
        }
    }

    @Test(arguments: ["../api-token", "..%2Fapi-token", "x", String(repeating: "0", count: 64), "%00"])
    func otherNamesAreNoClips(name: String) async throws {
        let site = try APISite()
        try await site.run { client in
            let answer = try await client.get("/v1/clips/\(name).mp4")
            #expect(answer.status == .notFound && answer.kind == "notFound")
        }
    }

    @Test func theOldestClipsMakeRoom() async throws {
        var limits = ExportFolder.Limits()
        limits.fileCount = 2
        let site = try APISite(recorded: try Clip.packets(), limits: limits)
        try await site.run { client in
            for second in [0.0, 2, 4] {
                _ = try await client.send(.post, APISite.camera + "/clips", body: Self.wish(second, second + 2))
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.services.exports.folder).count == 2)
        site.services.exports.prune(now: Date().addingTimeInterval(8 * 86_400))
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.services.exports.folder).isEmpty)
    }

    @Test func aClipThatIsTooLargeIsRefusedBeforeItIsMade() async throws {
        var limits = ExportFolder.Limits()
        limits.byteCount = 10_000
        let site = try APISite(recorded: try Clip.packets(), limits: limits)
        try await site.run { client in
            let answer = try await client.send(.post, APISite.camera + "/clips", body: Self.wish(0, 12))
            #expect(answer.status == .contentTooLarge && answer.kind == "tooLarge")
        }
    }
}
