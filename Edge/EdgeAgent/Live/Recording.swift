import Dispatch
import EdgeCore
import EdgeRecording
import EventModel
import Foundation
import Logging

/// The recordings of a running agent: one index, one that makes room, a recorder for each camera.
///
/// Where nothing is to be recorded, the index still remembers which films of alerts are to be cut. A disk that cannot be
/// used costs recordings and films, never the watching: it is told in the agent's health.
final class Recording: Sendable {
    /// What is recorded, and which films wait.
    let index: RecordingIndex
    private let keeper: RetentionKeeper?
    private let recorders: [(camera: CameraID, recorder: Recorder)]

    /// Opens the folder and repairs what a power cut left; nothing is recorded before ``start()``.
    ///
    /// - Throws: `RecordingError`: the folder or its index cannot be used.
    init(_ settings: AgentConfiguration.Recording, cameras: [(CameraID, PacketRing)], logger: Logger)
        throws(RecordingError)
    {
        let index = try RecordingIndex(folder: settings.folder.path)
        var policy = RetentionPolicy()
        policy.days[.continuous] = settings.days
        policy.maximumByteCount = settings.limit.map(Int64.init)
        policy.reserveByteCount = Int64(settings.reserve)
        let keeper = RetentionKeeper(index: index, policy: policy)
        let report = try Self.repair(index, keeper)
        let repaired = report.recoveredPartCount + report.lostPartCount + report.orphanRowCount
        if repaired + report.damagedFiles.count > 0 {
            logger.notice(
                "recordings repaired",
                metadata: [
                    "parts.recovered": "\(report.recoveredPartCount)", "parts.lost": "\(report.lostPartCount)",
                    "files.gone": "\(report.orphanRowCount)", "files.damaged": "\(report.damagedFiles.count)",
                ])
        }
        (self.index, self.keeper) = (index, keeper)
        recorders = cameras.map { ($0.0, Recorder(camera: $0.0, ring: $0.1, index: index)) }
    }

    /// Without recordings: films are cut out of what the cameras' rings hold.
    ///
    /// - Throws: `RecordingError`: the folder or its index cannot be used.
    init(filmsOnlyIn folder: URL) throws(RecordingError) {
        index = try RecordingIndex(folder: folder.path)
        keeper = nil
        recorders = []
    }

    /// A full disk must not keep the index from being repaired: older recordings go first.
    private static func repair(_ index: RecordingIndex, _ keeper: RetentionKeeper) throws(RecordingError)
        -> RepairReport
    {
        do throws(RecordingError) { return try index.repair() } catch {
            guard error.kind == .fullDisk else { throw error }
            keeper.run(now: Date())
            return try index.repair()
        }
    }

    /// Begins with what the rings hold.
    func start() {
        keeper?.start()
        for (_, recorder) in recorders { recorder.start() }
    }

    /// Ends when everything that the rings had is written, after 10 s at most. Blocks.
    func stop() {
        DispatchQueue.concurrentPerform(iterations: recorders.count) { recorders[$0].recorder.stop() }
        keeper?.stop()
        index.close()
    }

    /// What an operator has to know, in plain words.
    var problems: [String] {
        let cameras = recorders.compactMap { camera, recorder in
            recorder.status.problem.map { "recording of \(camera): \($0)" }
        }
        return cameras + [index.problem, keeper?.status.problem].compactMap { $0.map { "recordings: \($0)" } }
    }
}
