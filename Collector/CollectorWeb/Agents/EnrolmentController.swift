import BatchCodec
import CollectorDomain
import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// Lets a new agent in that brings a one-time code and proves that it holds its key.
struct EnrolmentController: Sendable {
    let services: WebServices
    let rates: RateLimiter

    func enrol(_ request: Request, _ context: WebContext) async throws -> Response {
        let now = services.configuration.now()
        if let seconds = rates.take(context.client.address, now: now) {
            throw WebError(.tooMany, "too many enrolments from this address", retryAfterSeconds: seconds)
        }
        let limits = services.configuration.limits
        let body = try await request.wholeBody(upTo: limits.formBytes, within: limits.bodyTimeout)
        guard let wish = try? JSONDecoder().decode(EnrolmentRequest.self, from: body) else {
            throw WebError(.malformed, "the body is not a JSON object with code, publicKey and name")
        }
        let key = try publicKey(wish, header: request.headers[.authorization])
        let agent = try await enrol(wish, key: key, context, now: now)
        let receipt = EnrolmentReceipt(
            agent: agent.id, site: agent.site, collector: services.configuration.collectorName)
        return .data(try JSONEncoder().encode(receipt), "application/json")
    }

    private func publicKey(_ wish: EnrolmentRequest, header: String?) throws -> Data {
        guard let bytes = Data(base64Encoded: wish.publicKey), bytes.count == 32,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)  // 32 bytes that are no key
        else { throw WebError(.malformed, "publicKey is not an Ed25519 key of 32 bytes in base64") }
        guard let header else { throw WebError(.unknownAgent, "Authorization is missing") }
        let signer = try RequestSignature.verify(
            header, method: "POST", path: EnrolmentRequest.path, fields: [wish.code, wish.publicKey]
        ) { $0 == KeyID(of: key) ? key : nil }
        precondition(signer == KeyID(of: key), "only the brought key can have verified the signature")
        return bytes
    }

    private func enrol(
        _ wish: EnrolmentRequest, key: Data, _ context: WebContext, now: Date
    ) async throws -> Agent {
        let name = String(wish.name.filter { !$0.isNewline }.prefix(64))
        do {
            let agent = try await services.store.enrol(code: wish.code, publicKey: key, name: name, now: now)
            try await services.audit(.agentEnrolled, user: nil, client: context.client, subject: "\(agent.id)")
            return agent
        } catch let error as StoreError where error.kind == .refused {
            try await services.audit(.accessRefused, user: nil, client: context.client, subject: "enrolment")
            throw WebError(.forbidden, "the code is unknown, used or expired; ask for a new one")
        }
    }
}
