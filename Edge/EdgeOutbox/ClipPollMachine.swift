import BatchCodec
import Foundation

/// Decides when the collector is asked for wanted films again. Pure: answers come in, wishes and pauses go out.
///
/// Pauses are jittered, so that agents that lost their collector together do not come back together.
struct ClipPollMachine: Sendable {
    struct Verdict: Hashable, Sendable {
        var clips: [WantedClip] = []
        /// Before the next question.
        var pause: Duration
        /// Why there is nothing, for the log.
        var reason: String?
    }

    /// An empty answer that came sooner is not that of a collector that waits for wishes.
    private static let shortest: Duration = .seconds(5)
    /// A collector of an older version, which does not know the question.
    private static let old: Duration = .seconds(3_600)
    private static let refusedKey: Duration = .seconds(300)

    private var backoff: Backoff
    private var jitter: SplitMix

    init(seed: UInt64) {
        backoff = Backoff(seed: seed ^ 0xaaaa)
        jitter = SplitMix(state: seed)
    }

    /// Judges an answer; nil: none came.
    mutating func judge(_ response: CollectorResponse?, took: Duration, wall: Date) -> Verdict {
        guard let response else { return Verdict(pause: backoff.next(), reason: "no answer") }
        switch response.status {
        case 429, 503:
            let asked = RetryAfter.parse(response.headers["retry-after"], now: wall)
            return Verdict(pause: asked.map { shaken($0) } ?? backoff.next(), reason: "the collector is busy")
        case 401, 403: return Verdict(pause: shaken(Self.refusedKey), reason: "the key is refused")
        case _ where !response.isFromCollector:
            return Verdict(pause: backoff.next(), reason: "something before the collector answers \(response.status)")
        case 200: return wishes(response, took)
        case 404, 405: return Verdict(pause: shaken(Self.old), reason: "the collector knows no wanted films")
        default: return Verdict(pause: backoff.next(), reason: "the collector answers \(response.status)")
        }
    }

    /// What was wanted could not be noted: a full disk, say.
    mutating func failed() -> Duration { backoff.next() }

    private mutating func wishes(_ response: CollectorResponse, _ took: Duration) -> Verdict {
        guard let wanted = try? JSONDecoder().decode(WantedClips.self, from: response.body) else {
            return Verdict(pause: backoff.next(), reason: "the answer cannot be read")
        }
        backoff.reset()
        let clips = Array(wanted.clips.prefix(WantedClips.limit))
        if !clips.isEmpty { return Verdict(clips: clips, pause: shaken(.milliseconds(500))) }
        return Verdict(pause: shaken(took < Self.shortest ? .seconds(20) : .milliseconds(200)), reason: "none")
    }

    /// The pause, longer by up to a half.
    private mutating func shaken(_ pause: Duration) -> Duration { pause + pause * (0.5 * jitter.nextUnit()) }
}
