import BatchCodec
import CollectorDomain
import CollectorStore
import Foundation
import HTTPTypes
import Hummingbird

/// Takes evidence files in from agents, in pieces, and shows them to people.
struct EvidenceController: Sendable {
    let services: WebServices
    let door: AgentDoor
    private let looks = LookLog()
    /// Large files on their way: a reader that pauses holds a connection.
    private let sendings: StreamRegister
    /// Smaller files are sent before a reader can pause.
    private static let largeByteCount: Int64 = 256 << 10

    init(services: WebServices, door: AgentDoor) {
        self.services = services
        self.door = door
        let limits = services.configuration.limits
        sendings = StreamRegister(total: limits.films, perUser: limits.filmsPerUser)
    }

    /// How much of a file is here: 200 all of it, 202 a part (`Upload-Offset`), 404 no record names it.
    func head(_ request: Request, _ context: WebContext) async throws -> Response {
        let sha256 = try hash(context)
        let agent = try await door.sender(of: request, fields: [])
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
        let agent = try await door.sender(of: request, fields: [text])
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

    /// The file, or the bytes of it that `Range` names, for a person who may see it. Every look is written down.
    func get(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        guard let evidence = try await services.store.evidence(sha256: try hash(context)) else {
            throw WebError(.notFound, "there is no such picture here")
        }
        try await visit.require(.view, on: .evidence(sites: evidence.sites))
        guard let file = evidence.file else { throw WebError(.notFound, "the picture has not arrived yet") }
        let isDownload = request.uri.queryParameters["download"] == "1"
        let tag = "\"\(evidence.sha256.hexadecimal)\""
        var headers: HTTPFields = [
            .contentType: Self.safe(evidence.mediaType), .cacheControl: "private, max-age=86400, immutable", .eTag: tag,
            .contentSecurityPolicy: "default-src 'none'; sandbox", .acceptRanges: "bytes",
        ]
        if isDownload { headers[.contentDisposition] = "attachment" }
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        let total = evidence.byteCount
        // The rest of a file that is not the one before is worth nothing: then all of it.
        let isSame = request.headers[.ifRange].map { $0 == tag } ?? true
        let range = ByteRange(isSame ? request.headers[.range] : nil, byteCount: total)
        if case .unsatisfiable = range {
            throw WebError(
                .unsatisfiableRange, "the file has \(total) bytes", headers: [.contentRange: "bytes */\(total)"])
        }
        try await noteLook(at: evidence, isDownload: isDownload, isWhole: range == .whole, visit)
        guard case .part(let part) = range else {
            return Response(status: .ok, headers: headers, body: try body(file, 0..<total, visit))
        }
        headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(total)"
        return Response(status: .partialContent, headers: headers, body: try body(file, part, visit))
    }

    private func body(_ file: URL, _ range: Range<Int64>, _ visit: Visit) throws -> ResponseBody {
        let sending = try FileBody(file, range: range)
        guard Int64(range.count) >= Self.largeByteCount else { return sending.body() }
        guard let place = sendings.place(for: visit.user.id) else {
            throw WebError(.tooMany, "too many films are being sent; close one", retryAfterSeconds: 5)
        }
        return sending.body(place: place, patience: services.configuration.limits.slowReaderTimeout)
    }

    private func noteLook(at evidence: StoredEvidence, isDownload: Bool, isWhole: Bool, _ visit: Visit) async throws {
        let now = services.configuration.now()
        let look = LookLog.Look(
            user: visit.user.id, sessionStart: visit.session.createdAt, sha256: evidence.sha256, isDownload: isDownload)
        guard isWhole || !looks.isKnown(look, now: now) else { return }
        try await services.audit(
            isDownload ? .evidenceDownloaded : .evidenceViewed, user: visit.user, client: visit.client,
            subject: evidence.sha256.hexadecimal)
        looks.note(look, now: now)  // after the entry: one that could not be written is tried again
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
