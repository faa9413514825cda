public import BatchCodec
public import Crypto
import Foundation
public import Logging

/// Asks the collector, over connections that this agent makes, which films people want, and hands each on.
///
/// One question at a time; the collector answers it when a film is wanted, or after some 20 s with nothing. The decisions
/// are ``ClipPollMachine``'s.
public final class ClipPoller: Sendable {
    private let transport: any CollectorTransport
    private let key: Curve25519.Signing.PrivateKey
    private let run: String
    private let seed: UInt64
    private let logger: Logger
    private let handOver: @Sendable (WantedClip) async throws -> Void

    /// Makes a poller; ``poll()`` starts it.
    ///
    /// - Parameters:
    ///   - run: names this process, by default at random: the collector tells a new one again what the one before did not
    ///     answer.
    ///   - seed: of the jitter; agents must differ, tests give one.
    ///   - handOver: takes a wish, which is durable on return; the same one may come again. What it throws is tried again.
    public init(
        transport: any CollectorTransport, key: Curve25519.Signing.PrivateKey, run: String? = nil,
        seed: UInt64 = .random(in: 0...UInt64.max), logger: Logger,
        handOver: @escaping @Sendable (WantedClip) async throws -> Void
    ) {
        let run = run ?? UUID().uuidString
        precondition(WantedClips.isRun(run), "a run is named by letters, digits and dashes")
        self.transport = transport
        self.key = key
        self.run = run
        self.seed = seed
        self.logger = logger
        self.handOver = handOver
    }

    /// Asks until the task is cancelled. Never throws: every failure is waited out.
    public func poll() async {
        var machine = ClipPollMachine(seed: seed)
        var taken = TakenClips()
        while !Task.isCancelled {
            let begin = ContinuousClock.now
            let response = await ask()
            guard !Task.isCancelled else { return }
            let verdict = machine.judge(response, took: ContinuousClock.now - begin, wall: Date())
            var pause = verdict.pause
            if await !handOn(verdict.clips, &taken) { pause = max(pause, machine.failed()) }
            if verdict.clips.isEmpty { tell(verdict, pause) }
            try? await Task.sleep(for: pause)  // cancelled: the loop ends
        }
    }

    /// Nil when no answer came.
    private func ask() async -> CollectorResponse? {
        do {
            let signature = try RequestSignature.header(method: "GET", path: WantedClips.path, fields: [run], key: key)
            return try await transport.send(
                CollectorRequest(
                    method: "GET", path: "\(WantedClips.path)?\(WantedClips.runName)=\(run)",
                    headers: ["authorization": signature]))
        } catch { return nil }  // the shipper tells that the collector cannot be reached
    }

    /// False when one of them could not be taken.
    private func handOn(_ clips: [WantedClip], _ taken: inout TakenClips) async -> Bool {
        var areTaken = true
        for clip in clips where !taken.contains(clip.id) {
            do {
                try await handOver(clip)
                taken.insert(clip.id)
                logger.info(
                    "a film is wanted", metadata: ["camera.id": "\(clip.camera)", "clip.request": "\(clip.id)"])
            } catch {
                areTaken = false
                logger.warning(
                    "a wanted film could not be noted", metadata: ["clip.request": "\(clip.id)", "error": "\(error)"])
            }
        }
        return areTaken
    }

    /// Quiet: what holds up films holds up records too, and the shipper tells that.
    private func tell(_ verdict: ClipPollMachine.Verdict, _ pause: Duration) {
        guard let reason = verdict.reason else { return }
        logger.debug("no wanted films", metadata: ["reason": "\(reason)", "pause": "\(pause)"])
    }
}

/// The newest wishes that were taken: the collector tells of one again until its answer came, which may be on its way.
struct TakenClips: Sendable {
    private static let limit = 256
    private var names: [String] = []

    func contains(_ name: String) -> Bool { names.contains(name) }

    mutating func insert(_ name: String) {
        names.append(name)
        if names.count > Self.limit { names.removeFirst() }
    }
}
