import Dispatch
import EdgeCapture
import EdgeCore
import EdgeOutbox
import EventModel
import Foundation
import Logging
import SiteCalibration
import Synchronization

/// One camera of a running agent: its capture thread and its analysis thread.
///
/// What fails here stays here: a broken stream, geometry or picture is reported and the other cameras go on.
final class CameraWatch: Sendable {
    private let configuration: AgentConfiguration.Camera
    private let firstIdentity: UInt64
    private let outbox: Outbox
    private let capture: CameraCapture
    private let news: ChangeFlag
    private let ended = DispatchSemaphore(value: 0)

    init(_ configuration: AgentConfiguration.Camera, outbox: Outbox, firstIdentity: UInt64) {
        self.configuration = configuration
        self.firstIdentity = firstIdentity
        self.outbox = outbox
        let news = ChangeFlag()
        self.news = news
        capture = CameraCapture(source: configuration.source) { event in
            // A new attempt is no news: the failure before it stays the state until pictures come.
            if event.state != .connecting { news.raise() }
        }
    }

    /// The camera's last seconds, for its recorder.
    var ring: PacketRing { capture.ring }

    /// Starts both threads.
    ///
    /// - Parameter clips: cuts the films of alerts; nil: they have none.
    func start(clips: ClipDesk?) {
        capture.start()
        let thread = Thread { [self] in
            run(clips)
            ended.signal()
        }
        thread.name = "analysis \(configuration.source.camera)"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Asks both threads to end. Does not wait.
    func end() { capture.stop() }

    /// After ``end()``: what was found until then is in the outbox when this returns.
    func wait() { ended.wait() }

    private func run(_ clips: ClipDesk?) {
        do {
            var analysis = try LiveAnalysis(
                camera: configuration.source.camera, site: configuration.site, firstIdentity: firstIdentity,
                outbox: outbox, clips: clips)
            let decoder = PlannedDecoder(
                source: configuration.source, ring: capture.ring, configuration: configuration.decoding)
            while analyseNext(decoder, &analysis) {
                analysis.reportHealth(of: capture, decoder, isChanged: news.lower())
            }
            analysis.finish(capture, decoder)
        } catch {
            Logger(label: "ngatu.analysis").error(
                "camera analysis could not start",
                metadata: ["camera.id": "\(configuration.source.camera)", "error": "\(error)"])
        }
    }
}

extension CameraWatch {
    /// Waits for the next picture and analyses it; false at the end.
    private func analyseNext(_ decoder: PlannedDecoder, _ analysis: inout LiveAnalysis) -> Bool {
        do throws(CaptureError) {
            switch try decoder.next(timeout: .milliseconds(500)) {
            case .closed: return false
            case .timeout: return true
            case .frame(let frame):
                capture.decoded(decoder.decoder, session: frame.session)
                decoder.analysed(isBusy: analysis.take(frame))
            case .look(let frame):
                capture.decoded(decoder.decoder, session: frame.session)
                decoder.looked(isMoving: analysis.look(at: frame))
            }
        } catch {
            capture.reject(error, session: decoder.session)
        }
        return true
    }
}

/// Tells one thread that another has news.
final class ChangeFlag: Sendable {
    private let isRaised = Atomic<Bool>(false)

    func raise() { isRaised.store(true, ordering: .releasing) }

    /// Whether there was news since the last call.
    func lower() -> Bool { isRaised.exchange(false, ordering: .acquiringAndReleasing) }
}
