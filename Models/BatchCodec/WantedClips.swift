/// What the collector answers to `GET /v1/clip-requests`, as JSON: films of an agent's own cameras that people asked for.
///
/// The request carries a ``RequestSignature`` with one field, the run that it also names in its query. It may wait for
/// about 20 s before it is answered with nothing. What is handed out is handed out again until a `Clip` record with its
/// id came: an agent must take the same id twice.
public struct WantedClips: Codable, Hashable, Sendable {
    /// Oldest first; at most ``limit``.
    public var clips: [WantedClip]

    /// Makes an answer.
    public init(clips: [WantedClip]) { self.clips = clips }

    /// The path of the request.
    public static let path = "/v1/clip-requests"
    /// The query's name for what names the agent's process: 1 to 64 letters, digits and dashes.
    public static let runName = "run"
    /// Most films of one answer.
    public static let limit = 16

    /// Whether a run is named as it may be.
    public static func isRun(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// A film that a person asked for.
public struct WantedClip: Codable, Hashable, Sendable {
    /// The collector's name of it: comes back in `Clip.request`.
    public var id: String
    /// The camera's name at its agent.
    public var camera: String
    /// The first moment, microseconds since 1970 UTC.
    public var fromMicros: Int64
    /// The last moment.
    public var toMicros: Int64

    /// Makes a wish.
    public init(id: String, camera: String, fromMicros: Int64, toMicros: Int64) {
        self.id = id
        self.camera = camera
        self.fromMicros = fromMicros
        self.toMicros = toMicros
    }
}
