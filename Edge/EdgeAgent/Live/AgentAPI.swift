import EdgeAPI
import EdgeCapture
import EdgeRecording
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// The live and playback API of a running agent, where the configuration asks for it.
///
/// A port that is taken or a certificate that cannot be used costs the API, never the watching: it is told in the agent's
/// health. The port is tried again; a certificate is read once, when the agent starts.
final class AgentAPI: Sendable {
    private static let retry: Duration = .seconds(10)

    private let server: APIServer?
    private let place: String
    private let state: Mutex<String?>
    private let logger: Logger

    init(
        _ settings: APIConfiguration, cameras: [APICamera], index: RecordingIndex?, paths: AgentPaths, logger: Logger
    ) {
        self.logger = logger
        place = "\(settings.host):\(settings.port)"
        do throws(APISetupError) {
            server = try APIServer(
                settings, token: try APIToken.load(paths.apiToken), cameras: cameras, index: index,
                exports: paths.exports)
            state = Mutex(nil)
        } catch {
            server = nil
            state = Mutex("the API cannot start: \(error)")
            logger.error("the API cannot start", metadata: ["error": "\(error)"])
        }
    }

    /// Why nobody can ask the API at present, for an operator; nil when all is well.
    var problem: String? { state.withLock { $0 } }

    /// Serves until the task is cancelled.
    func run() async {
        guard let server else { return }
        while !Task.isCancelled && !Task.isShuttingDownGracefully {
            do {
                try await server.run { [self] in noteListening(port: $0) }
            } catch  where !(Task.isCancelled || error is CancellationError) {
                note(error)
            } catch { return }
            try? await Task.sleep(for: Self.retry)  // cancelled: the loop ends
        }
    }

    private func noteListening(port: Int) {
        state.withLock { $0 = nil }
        logger.notice("API listens", metadata: ["port": "\(port)"])
    }

    /// Said once, however often it is tried.
    private func note(_ error: any Error) {
        let text = "the API does not listen on \(place): \(error)"
        let isNews = state.withLock { state in
            defer { state = text }
            return state != text
        }
        if isNews { logger.error("the API does not listen", metadata: ["address": "\(place)", "error": "\(error)"]) }
    }
}

extension APICamera {
    /// A camera that is watched.
    init(_ watch: CameraWatch) {
        self.init(id: watch.camera, ring: watch.ring) {
            let status = watch.status
            return CameraState(
                isLive: status.state == .live, name: status.state.rawValue, reason: status.reason,
                codec: status.streamInfo?.codec, size: status.streamInfo?.size)
        }
    }
}
