import EventModel
import Foundation

/// Notices that the host's clock was set: the age of recordings cannot be trusted then. Pure.
struct ClockWatch: Sendable {
    /// Seconds by which the clock may move against the steady one between two looks.
    private static let tolerance: Double = 3600
    /// Time for a person to set the clock right.
    private static let hold = Duration.seconds(86_400)

    /// Seconds from the steady clock to the host's, at the last look.
    private var drift: Double?
    private var step: (hours: Int, until: Duration)?

    /// Looks at both clocks; `monotonic` may begin anywhere, and never goes back.
    ///
    /// - Returns: why nothing may be deleted by its age, for an operator; nil when it may.
    mutating func look(wall: Date, monotonic: Duration) -> String? {
        let drift = wall.timeIntervalSince1970 - monotonic.seconds
        if let last = self.drift, abs(drift - last) > Self.tolerance {
            step = (Int(((drift - last) / 3600).rounded()), monotonic + Self.hold)
        }
        self.drift = drift
        guard let step, monotonic < step.until else { return nil }
        return "the clock was set by \(step.hours) h: recordings are not deleted by age for a day"
    }
}
