import EdgeCapture
import EdgeCore
import EdgeOutbox
import EdgeRecording
import EdgeRules
import EdgeVision
import EventModel
import Foundation
import Logging
import SiteCalibration

/// The analysis of one running camera: frames in, records into the outbox. One thread.
struct LiveAnalysis: ~Copyable {
    /// How often a camera says how it is, news apart.
    static let healthInterval: Duration = .seconds(60)

    private let camera: CameraID
    private let maker: RecordMaker
    private let outbox: Outbox
    private let clips: ClipDesk?
    private let stills = StillEncoder()
    private var pipeline: AnalysisPipeline
    private var logger: Logger
    private var analysed: UInt64 = 0
    private var rejected: UInt64 = 0
    private var newestStill: (frame: Int, session: Int, still: Still)?
    private var health = HealthTimer()
    private var loggedProblem: String?

    init(
        camera: CameraID, site: SiteFile?, firstIdentity: UInt64, outbox: Outbox, clips: ClipDesk?
    ) throws(VisionError) {
        self.camera = camera
        self.outbox = outbox
        self.clips = clips
        maker = RecordMaker(camera: camera)
        pipeline = try AnalysisPipeline(
            camera: camera, site: site, firstTrack: firstIdentity, firstSituation: firstIdentity)
        logger = Logger(label: "ngatu.analysis")
        logger[metadataKey: "camera.id"] = "\(camera)"
    }

    /// Analyses one frame and hands on what was found; answers whether pictures must keep coming.
    mutating func take(_ frame: Frame) -> Bool {
        do throws(VisionError) { try pipeline.analyse(frame) } catch { return reject(error) }
        noteAnalysed(frame)
        return pipeline.isBusy
    }

    /// Looks at a picture of an idle camera; answers whether anything moves in it.
    mutating func look(at frame: Frame) -> Bool {
        do throws(VisionError) {
            if try pipeline.look(at: frame) { return true }
        } catch { return reject(error) }
        noteAnalysed(frame)
        return false
    }

    /// Sends a health record where one is due or there is news.
    mutating func reportHealth(of capture: CameraCapture, _ decoder: PlannedDecoder, isChanged: Bool) {
        let status = capture.status
        guard health.isDue(session: status.session, isLive: status.state == .live, isChanged: isChanged) else { return }
        send(status, decoder)
    }

    /// Ends open situations, at the end of the agent.
    mutating func finish(_ capture: CameraCapture, _ decoder: PlannedDecoder) {
        pipeline.finish()
        deliver(nil)
        send(capture.status, decoder)
    }

    private mutating func noteAnalysed(_ frame: Frame) {
        analysed += 1
        noteSiteProblem()
        deliver(frame)
        if health.wantsStill, let still = still(of: frame) { health.still = still }
    }

    private mutating func reject(_ error: VisionError) -> Bool {
        rejected += 1
        logger.trace("frame rejected", metadata: ["error": "\(error)"])
        deliver(nil)  // what ended before this frame was found all the same
        return false
    }

    private mutating func deliver(_ frame: Frame?) {
        for index in pipeline.findings.indices { deliver(pipeline.findings[index], frame) }
        for index in pipeline.flows.indices {
            outbox.append(maker.record(of: pipeline.flows[index]), lane: .sample)
        }
    }

    private mutating func deliver(_ finding: Finding, _ frame: Frame?) {
        // What ended with the stream before has no picture in this frame.
        var proof: Still?
        if let frame, frame.time == finding.time { proof = still(of: frame) }
        outbox.append(maker.record(of: finding, evidence: proof?.wire), lane: finding.lane, evidence: proof.files)
        if let frame, proof != nil, finding.opensAlert {
            clips?.film(finding, camera: camera, session: frame.session)
        }
    }

    /// The still of a frame, made once however many findings want it. A picture that cannot be encoded costs the
    /// finding its still, never the finding.
    private mutating func still(of frame: Frame) -> Still? {
        if let newest = newestStill, newest.frame == frame.index, newest.session == frame.session {
            return newest.still
        }
        do throws(StillError) {
            let still = try stills.encode(frame.image)
            newestStill = (frame.index, frame.session, still)
            return still
        } catch {
            logger.error("still not made", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private mutating func send(_ status: CaptureStatus, _ decoder: PlannedDecoder) {
        let report = CameraHealthRecord(
            status: status, framesAnalysed: analysed, framesDropped: decoder.counters.dropped + rejected,
            framesPerSecond: health.rate(of: status.counters.accessUnits), decodePath: decoder.path,
            problem: pipeline.siteProblem?.description)
        let still = health.takeStill()
        outbox.append(
            report.record(camera: camera, at: Date(), still: still?.wire), lane: .sample, evidence: still.files)
    }

    private mutating func noteSiteProblem() {
        let problem = pipeline.siteProblem?.description
        if let problem, problem != loggedProblem {
            logger.error("geometry does not fit the stream; nothing is counted", metadata: ["error": "\(problem)"])
        }
        loggedProblem = problem
    }
}

extension PlannedDecoder {
    /// What decodes, and how much, for people.
    var path: String {
        let how = planner.pinned.map { "always: \($0)" } ?? planner.state.rawValue
        return planner.slowdown > 1 ? "software, \(how), overloaded: 1/\(planner.slowdown) rate" : "software, \(how)"
    }
}

extension Still {
    /// The picture as a record names it.
    var wire: Ngatu_V1_Evidence {
        var evidence = Ngatu_V1_Evidence()
        evidence.role = .still
        evidence.sha256 = sha256
        evidence.byteCount = UInt64(jpeg.count)
        return evidence
    }
}

extension Still? {
    /// What the outbox stores of it: one file, or none.
    var files: [EvidenceFile] { map { [EvidenceFile($0.jpeg, sha256: $0.sha256)] } ?? [] }
}

extension Finding {
    /// Whether it is the first word of an alert.
    fileprivate var opensAlert: Bool {
        if case .security(_, _, .opened, _) = kind { true } else { false }
    }

    /// How urgent its record is.
    var lane: Lane {
        switch kind {
        case .lineCrossing: .passage
        case .security: .alert
        }
    }
}
