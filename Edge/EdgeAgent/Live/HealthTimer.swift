import EdgeRecording
import EventModel
import Foundation

/// When a camera's health is to be reported, and with which picture.
struct HealthTimer {
    /// The picture for the next report.
    var still: Still?

    private var session = 0
    private var next = ContinuousClock.now
    private var measured: (frames: UInt64, at: ContinuousClock.Instant)?

    /// Whether the next frame's picture goes with the next report: a second before it is due, and for a new session.
    var wantsStill: Bool { still == nil && ContinuousClock.now >= next - .seconds(1) }

    /// Whether a report is due now: every minute, on news, and as soon as a new session shows a picture.
    mutating func isDue(session: Int, isLive: Bool, isChanged: Bool) -> Bool {
        if isLive, session != self.session {
            self.session = session
            next = .now
            return still != nil
        }
        return isChanged || ContinuousClock.now >= next
    }

    /// Something is new that an operator should see at once.
    mutating func expectChange() { next = .now }

    /// Hands out the picture and sets the next report's time.
    mutating func takeStill() -> Still? {
        defer { still = nil }
        next = .now + LiveAnalysis.healthInterval
        return still
    }

    /// Frames a second since the last call; 0 at the first.
    mutating func rate(of frames: UInt64) -> Double {
        let now = ContinuousClock.now
        defer { measured = (frames, now) }
        guard let measured, frames >= measured.frames else { return 0 }
        let seconds = (now - measured.at).seconds
        return seconds > 0.5 ? Double(frames - measured.frames) / seconds : 0
    }
}
