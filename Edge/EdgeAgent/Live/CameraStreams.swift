import EdgeCapture
import EdgeCore
import EventModel
import Foundation
import Synchronization

/// The streams of one camera: the main one, for recordings and evidence, and perhaps a smaller one for analysis.
final class CameraStreams: Sendable {
    /// The camera's best pictures.
    let main: CameraCapture
    private let substream: CameraCapture?
    private let configuration: AgentConfiguration.Camera
    private let choice = Mutex(StreamChoice())

    /// - Parameter onNews: called on any thread when the state of a stream changes.
    init(_ configuration: AgentConfiguration.Camera, onNews: @escaping @Sendable () -> Void) {
        let report: @Sendable (StreamEvent) -> Void = { event in
            // A new attempt is no news: the failure before it stays the state until pictures come.
            if event.state != .connecting { onNews() }
        }
        self.configuration = configuration
        // Of two streams one is not decoded: it is live all the same.
        let sign: CameraCapture.Sign = configuration.substream == nil ? .picture : .keyFrame
        main = CameraCapture(source: configuration.source, sign: sign, onEvent: report)
        substream = configuration.substream.map {
            CameraCapture(source: $0, sign: sign, firstSession: EvidencePictures.substreamSessions, onEvent: report)
        }
    }

    /// Starts receiving.
    func start() {
        main.start()
        substream?.start()
    }

    /// Ends receiving. Does not wait.
    func stop() {
        main.stop()
        substream?.stop()
    }

    /// The stream that is to be analysed now.
    func analysed() -> CameraCapture {
        guard let substream else { return main }
        let chosen = choice.withLock { choice in
            choice.update(
                isSubstreamLive: substream.status.state == .live, isMainLive: main.status.state == .live,
                at: .nanoseconds(Int64(clamping: DispatchTime.now().uptimeNanoseconds)))
            return choice.chosen
        }
        return chosen == .main ? main : substream
    }

    /// A decoder for a stream: from the beginning of what there is, or, where another stream was analysed until now, from
    /// its newest key frame.
    func makeDecoder(for capture: CameraCapture, replacesAnother: Bool = false) -> PlannedDecoder {
        var source = capture === main ? configuration.source : configuration.substream ?? configuration.source
        // A small stream costs little, and loses crossings that are seen in rough pictures of a large one.
        source.mayBeRough = capture === main && configuration.decoding.mode == .adaptive
        return PlannedDecoder(
            source: source, ring: capture.ring, configuration: configuration.decoding,
            beginsWithNewest: replacesAnother)
    }

    /// A picture of a stream came out of its decoder.
    func decoded(_ decoder: PlannedDecoder, of capture: CameraCapture, session: Int) {
        capture.decoded(decoder.decoder, session: session)
        if capture !== main { choice.withLock { $0.substreamShowedPicture() } }
    }

    /// A stream cannot be decoded.
    func reject(_ error: CaptureError, of capture: CameraCapture, session: Int) {
        capture.reject(error, session: session)
        if capture !== main { choice.withLock { $0.substreamCannotBeDecoded() } }
    }

    /// The state of the camera as people see it: the main stream's, with what the other one decodes.
    var status: CaptureStatus {
        var status = main.status
        guard let substream else { return status }
        let other = substream.status
        status.counters.framesDecoded += other.counters.framesDecoded
        status.counters.decodeErrors += other.counters.decodeErrors
        return status
    }

    /// What is wrong with the second stream, in plain words; nil where all is well or there is none.
    var problem: String? {
        guard let substream, substream.status.state != .live else { return nil }
        let reason = substream.status.reason.isEmpty ? "not connected yet" : substream.status.reason
        let remedy =
            choice.withLock { $0.chosen } == .main ? "the main stream is analysed instead" : "nothing is analysed"
        return "analysis stream: \(reason); \(remedy)"
    }

    /// How the analysed stream is named beside the way of decoding; empty where there is one stream only.
    func name(of capture: CameraCapture) -> String {
        guard substream != nil else { return "" }
        return capture === main ? "main stream, " : "sub-stream, "
    }
}
