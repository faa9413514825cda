import BatchCodec
import CollectorDomain
import CollectorStore
import Foundation
import HTTPTypes
import Hummingbird

/// Takes evidence files in from agents, in pieces, and shows them to people.
struct EvidenceController: Sendable {
    let services: WebServices
    let rates: RateLimiter

    /// How much of a file is here: 200 all of it, 202 a part (`Upload-Offset`), 404 no record names it.
    func head(_ request: Request, _ context: WebContext) async throws -> Response {
        let sha256 = try hash(context)
        let agent = try await sender(of: request, fields: [])
        return answer(try await services.store.evidenceState(sha256: sha256, agent: agent.id), whole: .ok)
    }

    /// Appends a piece. `Content-Range: bytes a-b/total` says which; it is part of the signature.
    func put(_ request: Request, _ context: WebContext) async throws -> Response {
        let sha256 = try hash(context)
        guard request.headers[.authorization] != nil else {
            throw WebError(.unknownAgent, "Authorization is missing")
        }
        guard let text = request.headers[.contentRange], let range = ContentRange(text) else {
            throw WebError(.malformed, "Content-Range must be 'bytes first-last/total'")
        }
        let agent = try await sender(of: request, fields: [text])
        let limits = services.configuration.limits
        let share = services.bodies.share()
        defer { withExtendedLifetime(share) {} }
        let body = try await request.wholeBody(
            upTo: limits.evidenceChunkBytes, within: limits.bodyTimeout, countedBy: share)
        guard Int64(body.count) == range.count else {
            throw WebError(.malformed, "Content-Range says \(range.count) bytes, the body has \(body.count)")
        }
        let state = try await services.store.appendEvidence(
            sha256: sha256, agent: agent.id, offset: range.first, chunk: body,
            receivedAt: services.configuration.now())
        return answer(state, whole: .created)
    }

    /// The file, for a person who may see it. Every look is written down.
    func get(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        guard let evidence = try await services.store.evidence(sha256: try hash(context)) else {
            throw WebError(.notFound, "there is no such picture here")
        }
        try await visit.require(.view, on: .evidence(sites: evidence.sites))
        guard let file = evidence.file else { throw WebError(.notFound, "the picture has not arrived yet") }
        let tag = "\"\(evidence.sha256.hexadecimal)\""
        let headers: HTTPFields = [
            .contentType: Self.safe(evidence.mediaType), .cacheControl: "private, max-age=86400, immutable", .eTag: tag,
            .contentSecurityPolicy: "default-src 'none'; sandbox",
        ]
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        try await services.audit(
            .evidenceViewed, user: visit.user, client: visit.client, subject: evidence.sha256.hexadecimal)
        return Response(
            status: .ok, headers: headers, body: FileBody.make(file, byteCount: Int(evidence.byteCount)))
    }

    private func sender(of request: Request, fields: [String]) async throws -> Agent {
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

    private func hash(_ context: WebContext) throws -> Data {
        let name = context.parameters.get("sha256") ?? ""
        // Only the one spelling: the path is part of the signature.
        guard let hash = Data(hexadecimal: name), hash.count == 32, hash.hexadecimal == name else {
            throw WebError(.malformed, "an evidence file is named by 64 lower-case hexadecimal digits")
        }
        return hash
    }

    private func answer(_ state: EvidenceState, whole: HTTPResponse.Status) -> Response {
        switch state {
        case .partial(let offset, _): Response(status: .accepted, headers: [.uploadOffset: "\(offset)"])
        case .present(let byteCount): Response(status: whole, headers: [.uploadOffset: "\(byteCount)"])
        }
    }

    /// Agents say what a file is; a browser is told only what cannot run in it.
    private static func safe(_ mediaType: String) -> String {
        let known = ["image/jpeg", "image/png", "image/webp", "video/mp4"]
        return known.contains(mediaType) ? mediaType : "application/octet-stream"
    }
}

/// `bytes 0-1048575/2500000`
struct ContentRange: Hashable, Sendable {
    let first: Int64
    let last: Int64
    let total: Int64

    /// Bytes of the piece.
    var count: Int64 { last - first + 1 }

    /// Nil for anything else, and for numbers that do not fit each other.
    init?(_ text: String) {
        guard let match = text.wholeMatch(of: /bytes ([0-9]{1,18})-([0-9]{1,18})\/([0-9]{1,18})/),
            let first = Int64(match.1), let last = Int64(match.2), let total = Int64(match.3),
            first <= last, last < total
        else { return nil }
        self.first = first
        self.last = last
        self.total = total
    }
}
