/// A rule: a pure state machine over the scenes of one camera.
///
/// Scenes come in stream-time order within one session. A new session (the camera reconnected) is announced by
/// ``reset()``: identities of tracks go on, stream time begins again.
public protocol Rule: Sendable {
    /// Judges one scene. Returns what it found, most often nothing.
    mutating func evaluate(_ scene: Scene) -> [Finding]

    /// Forgets what depends on stream time. Open situations end here: their `ended` findings are returned.
    ///
    /// - Parameter time: the time of the last frame before the break.
    mutating func reset(at time: FrameTime) -> [Finding]
}
