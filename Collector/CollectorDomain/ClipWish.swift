public import Foundation

/// A film that a person is about to ask for.
public struct ClipWish: Hashable, Sendable {
    /// The camera's number.
    public var camera: Int64
    /// The first moment.
    public var from: Date
    /// The last moment.
    public var to: Date
    /// Who asks.
    public var user: Int64

    /// Makes a wish.
    public init(camera: Int64, from: Date, to: Date, user: Int64) {
        self.camera = camera
        self.from = from
        self.to = to
        self.user = user
    }

    /// Why a wish is not taken.
    public enum Complaint: String, CaseIterable, Hashable, Sendable {
        /// Shorter or longer than ``ClipRules/seconds``.
        case length
        /// It ends after now.
        case future
        /// It begins before ``ClipRules/oldestDays`` days ago.
        case old
        /// So many films of this camera wait already.
        case cameraBusy
        /// The person waits for so many films already.
        case personBusy
        /// The camera's agent may not deliver any more.
        case revoked
    }
}

/// What of films may be asked for. Pure.
public struct ClipRules: Hashable, Sendable {
    /// Seconds of one film.
    public var seconds: ClosedRange<Double> = 10...120
    /// How far back.
    public var oldestDays = 366
    /// Films of one camera that may wait at one time.
    public var waitingOfCamera = 8
    /// Films that one person may wait for.
    public var waitingOfPerson = 16

    /// The defaults.
    public init() {}

    /// The first thing wrong with a wish, or nil.
    ///
    /// - Parameters:
    ///   - ofCamera: films of the camera that wait.
    ///   - ofPerson: films that the person waits for.
    public func complaint(about wish: ClipWish, ofCamera: Int, ofPerson: Int, now: Date) -> ClipWish.Complaint? {
        // Whole microseconds survive the store, a Double's last digits do not.
        let length = (wish.to.timeIntervalSince(wish.from) * 1_000).rounded() / 1_000
        if !seconds.contains(length) { return .length }
        if wish.to > now { return .future }
        if now.timeIntervalSince(wish.from) > Double(oldestDays) * 86_400 { return .old }
        if ofCamera >= waitingOfCamera { return .cameraBusy }
        if ofPerson >= waitingOfPerson { return .personBusy }
        return nil
    }
}
