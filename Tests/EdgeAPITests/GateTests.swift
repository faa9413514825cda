import Foundation
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import EdgeAPI

@Suite struct GateTests {
    @Test func onlyTheHealthCheckNeedsNoToken() async throws {
        let site = try APISite()
        try await site.run { client in
            #expect(try await client.send(.get, "/healthz", token: nil).status == .ok)
            for path in ["/v1/cameras", "/v1/openapi.json", "/", "/healthz/", "//healthz", "/v1/clips/x.mp4"] {
                let answer = try await client.send(.get, path, token: nil)
                #expect(answer.status == .unauthorized && answer.kind == "unauthorized", "\(path)")
                #expect(answer.header("WWW-Authenticate") == "Bearer")
            }
            #expect(try await client.get("/v1/cameras").status == .ok)
            #expect(try await client.get("/nothing").status == .notFound)
        }
    }

    @Test func wrongTokensAreSlowedDownAndTheRightOnePasses() async throws {
        let site = try APISite()
        try await site.run { client in
            for _ in 0..<10 {
                #expect(try await client.send(.get, "/v1/cameras", token: "wrong").status == .unauthorized)
            }
            let refused = try await client.send(.get, "/v1/cameras", token: "wrong")
            #expect(refused.status == .tooManyRequests)
            #expect(refused.header("Retry-After").flatMap { Int($0) }.map { (1...1_000).contains($0) } == true)
            #expect(try await client.get("/v1/cameras").status == .ok)
        }
    }

    @Test func failuresAreForgivenWithTime() {
        let limiter = FailureLimiter(burst: 1, perSecond: 0.5)
        let start = ContinuousClock.now
        #expect(limiter.take("a", now: start) == nil)
        #expect(limiter.take("a", now: start) == 2)
        #expect(limiter.take("b", now: start) == nil)
        #expect(limiter.take("a", now: start + .seconds(2)) == nil)
    }

    @Test func theTokenIsMadeOnceAndOnlyItsOwnerReadsIt() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ngatu-token-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "api-token")
        _ = try APIToken.load(file)
        let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .newlines)
        #expect(text.count == 64)
        chmod(file.path, 0o644)

        let token = try APIToken.load(file)

        #expect(token.matches(text) && !token.matches(text.dropLast()) && !token.matches(""))
        let rights = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? NSNumber
        #expect(rights?.intValue == 0o600)
        #expect(!"\(token)".contains(text))
        try Data("short\n".utf8).write(to: file)
        #expect(throws: APISetupError.self) { try APIToken.load(file) }
    }
}
