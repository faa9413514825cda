import BatchCodec
import CollectorDomain
import CollectorStore
import Foundation
import HTTPTypes
import Hummingbird

/// Finds out which agent signed a request, and whether it asks too often.
struct AgentDoor: Sendable {
    let services: WebServices
    let rates: RateLimiter

    /// The enrolled agent whose signature covers method, path and `fields`.
    ///
    /// - Throws: ``WebError`` `unknownAgent`, `tooMany`; `BatchError`.
    func sender(of request: Request, fields: [String]) async throws -> Agent {
        guard let header = request.headers[.authorization] else {
            throw WebError(.unknownAgent, "Authorization is missing")
        }
        let key = try RequestSignature.verify(
            header, method: request.method.rawValue, path: request.uri.path, fields: fields
        ) { services.store.publicKey($0) }
        if let seconds = rates.take(key.hex, now: services.configuration.now()) {
            throw WebError(.tooMany, "too many requests from this agent", retryAfterSeconds: seconds)
        }
        guard let agent = try await services.store.agent(keyHash: key.bytes), agent.isEnrolled else {
            throw WebError(.unknownAgent, "the agent's key is not enrolled here")
        }
        return agent
    }
}
