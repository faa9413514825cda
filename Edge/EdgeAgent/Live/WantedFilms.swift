import BatchCodec
import Dispatch
import EdgeOutbox
import EventModel
import Foundation
import Logging

/// Films that people ask the collector for: takes each wish to the desk that cuts films, or answers why it cannot.
struct WantedFilms: Sendable {
    /// Nil where the films' folder cannot be used.
    let clips: ClipDesk?
    let outbox: Outbox
    let logger: Logger

    /// Returns when the wish is durable: it will be answered with a `Clip` record.
    func take(_ wanted: WantedClip) async throws {
        guard let camera = CameraID(rawValue: wanted.camera) else {
            // Nothing of ours has such a name, and no record could carry it.
            logger.error("a film of an impossible camera is wanted", metadata: ["clip.request": "\(wanted.id)"])
            return
        }
        let order = ClipOrder(
            request: wanted.id, camera: camera, from: Date(unixMicroseconds: wanted.fromMicros),
            to: Date(unixMicroseconds: wanted.toMicros))
        guard let clips else {
            try await outbox.appendAndWait(
                ClipRecord.refusal(of: order, "the agent's disk cannot be used for films"), lane: .passage)
            return
        }
        // The desk writes to the disk, which may take its time: not on one of the few threads of tasks.
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async { continuation.resume(with: Result { try clips.ask(order) }) }
        }
    }
}
