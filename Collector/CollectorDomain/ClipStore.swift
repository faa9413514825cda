public import Foundation

/// What became of a wish.
public enum ClipAnswer: Hashable, Sendable {
    /// It waits for its agent.
    case asked(ClipRequest)
    /// It was not taken.
    case refused(ClipWish.Complaint)
}

/// A film file as a page shows it.
public struct ClipFilm: Hashable, Sendable {
    /// SHA-256 of the file, 32 bytes.
    public var sha256: Data
    /// E.g. `video/mp4`.
    public var mediaType: String
    /// Its size.
    public var byteCount: Int64
    /// Bytes that are here.
    public var storedBytes: Int64
    /// Whether all of it is here and was checked.
    public var isPresent: Bool

    /// Makes a description.
    public init(sha256: Data, mediaType: String, byteCount: Int64, storedBytes: Int64, isPresent: Bool) {
        self.sha256 = sha256
        self.mediaType = mediaType
        self.byteCount = byteCount
        self.storedBytes = storedBytes
        self.isPresent = isPresent
    }
}

/// A film that was asked for, with what has arrived of it.
public struct RequestedClip: Hashable, Sendable {
    /// The request.
    public var request: ClipRequest
    /// The film that the agent promised; nil before its record.
    public var film: ClipFilm?
    /// A still of it that has arrived.
    public var poster: Data?

    /// Makes a description.
    public init(request: ClipRequest, film: ClipFilm?, poster: Data?) {
        self.request = request
        self.film = film
        self.poster = poster
    }
}

/// Films that people ask for.
public protocol ClipStore: Sendable {
    /// Stores a wish where ``ClipRules`` allow it.
    ///
    /// - Throws: kind `notFound` when there is no such camera.
    func askForClip(_ wish: ClipWish, rules: ClipRules, now: Date) async throws(StoreError) -> ClipAnswer

    /// One request; nil when there is none.
    func clipRequest(_ id: UUID) async throws(StoreError) -> ClipRequest?

    /// Takes a request back.
    ///
    /// - Returns: false when it did not wait any more.
    /// - Throws: kind `notFound`.
    func cancelClip(_ id: UUID, now: Date) async throws(StoreError) -> Bool

    /// What an agent is to be told now, oldest first: requests for its own cameras alone, noted as handed to it.
    ///
    /// - Parameter run: names the agent's process: a new one is told again what the one before did not answer.
    func handOutClips(agent: Int64, run: String, limit: Int, now: Date) async throws(StoreError) -> [ClipRequest]

    /// The newest requests for a camera's films, newest first.
    func clips(camera: Int64, limit: Int) async throws(StoreError) -> [RequestedClip]
}
