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
        /// The person asked for so many films within a day.
        case personDay
        /// The camera's agent may not deliver any more.
        case revoked
    }
}

/// What films cost already when one more is asked for.
///
/// A film is on its way while it waits, while its file has not come after the agent's record
/// (``ClipRequest/uploadPatience``), and for ``ClipRequest/cancelledSpan`` after it was taken back from an agent that
/// knew of it: asking and taking back again and again must not be free.
public struct ClipLoad: Hashable, Sendable {
    /// Films of the camera that are on their way.
    public var ofCamera: Int
    /// Films of the person that are on their way.
    public var ofPerson: Int
    /// Films that the person asked for in the past 24 hours.
    public var ofPersonInDay: Int

    /// Makes a load.
    public init(ofCamera: Int = 0, ofPerson: Int = 0, ofPersonInDay: Int = 0) {
        self.ofCamera = ofCamera
        self.ofPerson = ofPerson
        self.ofPersonInDay = ofPersonInDay
    }
}

/// What of films may be asked for. Pure.
public struct ClipRules: Hashable, Sendable {
    /// Seconds of one film.
    public var seconds: ClosedRange<Double> = 10...120
    /// How far back.
    public var oldestDays = 366
    /// Films of one camera that may be on their way at one time: see ``ClipLoad``.
    public var waitingOfCamera = 8
    /// Films that may be on their way to one person.
    public var waitingOfPerson = 16
    /// Films that one person may ask for within 24 hours, whatever became of them.
    public var askedOfPersonInDay = 100

    /// The defaults.
    public init() {}

    /// The first thing wrong with a wish, or nil.
    public func complaint(about wish: ClipWish, load: ClipLoad, now: Date) -> ClipWish.Complaint? {
        // Whole microseconds survive the store, a Double's last digits do not.
        let length = (wish.to.timeIntervalSince(wish.from) * 1_000).rounded() / 1_000
        if !seconds.contains(length) { return .length }
        if wish.to > now { return .future }
        if now.timeIntervalSince(wish.from) > Double(oldestDays) * 86_400 { return .old }
        if load.ofCamera >= waitingOfCamera { return .cameraBusy }
        if load.ofPerson >= waitingOfPerson { return .personBusy }
        if load.ofPersonInDay >= askedOfPersonInDay { return .personDay }
        return nil
    }
}
