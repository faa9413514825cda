import Dispatch
import EdgeCapture
import EdgeCore
import EdgeOutbox
import EdgeVision
import EventModel
import Foundation
import Logging
import SiteCalibration
import Synchronization

/// One camera of a running agent: the threads of its streams and its analysis thread.
///
/// What fails here stays here: a broken stream, geometry or picture is reported and the other cameras go on.
final class CameraWatch: Sendable {
    private let configuration: AgentConfiguration.Camera
    private let firstIdentity: UInt64
    private let outbox: Outbox
    private let memory: ViewFolder
    private let detection: AgentDetection?
    private let crowd: CrowdCounter?
    private let streams: CameraStreams
    private let news: ChangeFlag
    private let ended = DispatchSemaphore(value: 0)
    private let keptUp = Mutex(CameraLoad())

    /// - Parameters:
    ///   - detection: the network that names what moves; nil: there is none.
    ///   - crowd: counts people where the camera has crowd zones; nil: nobody does.
    init(
        _ configuration: AgentConfiguration.Camera, outbox: Outbox, firstIdentity: UInt64, memory: ViewFolder,
        detection: AgentDetection? = nil, crowd: CrowdCounter? = nil
    ) {
        self.crowd = crowd
        self.configuration = configuration
        self.detection = detection
        self.memory = memory
        self.firstIdentity = firstIdentity
        self.outbox = outbox
        let news = ChangeFlag()
        self.news = news
        streams = CameraStreams(configuration) { news.raise() }
    }

    /// Which camera.
    var camera: CameraID { configuration.source.camera }
    /// How its stream stands.
    var status: CaptureStatus { streams.status }
    /// How well the box keeps up with this camera. From any thread.
    var load: (camera: CameraID, load: CameraLoad) { (camera, keptUp.withLock(\.self)) }
    /// The camera's last seconds, for its recorder.
    var ring: PacketRing { streams.main.ring }

    /// Starts the threads.
    ///
    /// - Parameter clips: cuts the films of alerts; nil: they have none.
    func start(clips: ClipDesk?) {
        streams.start()
        let thread = Thread { [self] in
            run(clips)
            ended.signal()
        }
        thread.name = "analysis \(configuration.source.camera)"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Asks the threads to end. Does not wait.
    func end() { streams.stop() }

    /// After ``end()``: what was found until then is in the outbox when this returns.
    func wait() { ended.wait() }

    private func run(_ clips: ClipDesk?) {
        do {
            let camera = configuration.source.camera
            let conditions = try CameraConditions(
                liveCamera: configuration, memory: memory, firstSituation: firstIdentity | 1 << 31)
            var analysis = try LiveAnalysis(
                camera: camera, site: configuration.site, firstIdentity: firstIdentity, outbox: outbox,
                pictures: EvidencePictures(camera: camera, ring: ring), clips: clips,
                conditions: conditions, detection: detection?.camera(camera), crowd: crowd)
            var capture = streams.analysed()
            var decoder = streams.makeDecoder(for: capture)
            var catchUpsBefore: UInt64 = 0
            while analyseNext(capture, decoder, &analysis) {
                let work = analysis.detectionWork
                keptUp.withLock { $0 = CameraLoad(decoder, before: catchUpsBefore, detection: work) }
                analysis.reportHealth(of: streams, capture, decoder, isChanged: news.lower())
                let next = streams.analysed()
                guard next !== capture else { continue }
                analysis.changeStream(from: decoder)
                catchUpsBefore += decoder.planner.catchUpCount
                capture = next
                decoder = streams.makeDecoder(for: next, replacesAnother: true)
            }
            analysis.finish(streams, capture, decoder)
        } catch {
            Logger(label: "ngatu.analysis").error(
                "camera analysis could not start",
                metadata: ["camera.id": "\(configuration.source.camera)", "error": "\(error)"])
        }
    }
}

extension CameraWatch {
    /// Waits for the next picture and analyses it; false at the end.
    private func analyseNext(
        _ capture: CameraCapture, _ decoder: PlannedDecoder, _ analysis: inout LiveAnalysis
    ) -> Bool {
        do throws(CaptureError) {
            switch try decoder.next(timeout: .milliseconds(500)) {
            case .closed: return false
            case .timeout: return true
            case .frame(let frame):
                streams.decoded(decoder, of: capture, session: frame.session)
                decoder.analysed(isBusy: analysis.take(frame))
            case .look(let frame):
                streams.decoded(decoder, of: capture, session: frame.session)
                decoder.looked(isMoving: analysis.look(at: frame))
            }
        } catch {
            streams.reject(error, of: capture, session: decoder.session)
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
