import BatchCodec
import CollectorDomain
import CollectorStore
import EventModel
import Foundation
import Hummingbird
import NIOCore
import SwiftProtobuf

/// Takes batches of records in.
struct BatchController: Sendable {
    let services: WebServices
    let rates: RateLimiter

    func accept(_ request: Request, _ context: WebContext) async throws -> Response {
        let limits = services.configuration.limits
        let share = services.bodies.share()
        defer { withExtendedLifetime(share) {} }
        let body = try await request.wholeBody(
            upTo: limits.batchBytes, within: limits.bodyTimeout, countedBy: share)
        let opened = try BatchSeal.open(body) { services.store.publicKey($0) }
        let now = services.configuration.now()
        if let seconds = rates.take(opened.key.hex, now: now) {
            throw WebError(.tooMany, "too many batches from this agent", retryAfterSeconds: seconds)
        }
        switch try await services.store.accept(opened, receivedAt: now) {
        case .accepted(let receipt):
            return .data(try receipt.serializedData(), "application/x-protobuf")
        case .conflict(let head, let reason):
            var conflict = WebError(.conflict, reason)
            conflict.body = ByteBuffer(bytes: try head.serializedData())
            throw conflict
        case .malformed(nil, let reason):
            throw WebError(.malformed, reason)
        case .malformed(.some(let record), let reason):
            throw WebError(.unprocessable, "record \(record): \(reason)")
        }
    }
}
