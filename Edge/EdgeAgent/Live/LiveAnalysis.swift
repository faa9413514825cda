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
    private var maker: RecordMaker
    private let outbox: Outbox
    private let clips: ClipDesk?
    private var pictures: EvidencePictures
    private var pipeline: AnalysisPipeline
    private var logger: Logger
    private var analysed: UInt64 = 0
    /// Pictures that could not be analysed, and what decoders of other streams dropped.
    private var rejected: UInt64 = 0
    private let conditions: CameraConditions
    private var health = HealthTimer()
    private var loggedProblem: String?
    private var newestMoment: Date?
    /// What lies before was analysed on another stream of the camera.
    private var analysedBefore: Date?

    init(
        camera: CameraID, site: SiteFile?, firstIdentity: UInt64, outbox: Outbox, pictures: consuming EvidencePictures,
        clips: ClipDesk?, conditions: CameraConditions, detection: CameraDetection? = nil, crowd: CrowdCounter? = nil
    ) throws(VisionError) {
        self.conditions = conditions
        self.camera = camera
        self.outbox = outbox
        self.clips = clips
        self.pictures = pictures
        maker = RecordMaker(camera: camera)
        pipeline = try AnalysisPipeline(
            camera: camera, site: site, detection: detection,
            crowd: crowd.map { CrowdWatch($0, pace: CrowdWatch.livePace) }, firstTrack: firstIdentity,
            firstSituation: firstIdentity)
        logger = Logger(label: "ngatu.analysis")
        logger[metadataKey: "camera.id"] = "\(camera)"
    }

    /// What the network did so far.
    var detectionWork: CameraLoad.Detection {
        guard let detection = pipeline.detection else { return CameraLoad.Detection() }
        return CameraLoad.Detection(looks: detection.lookCount, shortPictures: detection.shortCount)
    }

    /// Analyses one frame and hands on what was found; answers whether pictures must keep coming.
    mutating func take(_ frame: Frame) -> Bool {
        guard isNew(frame) else { return true }
        lookAtCondition(of: frame)
        do throws(VisionError) { try pipeline.analyse(frame) } catch { return reject(error) }
        noteAnalysed(frame)
        return pipeline.isBusy
    }

    /// Looks at a picture of an idle camera; answers whether anything moves in it.
    mutating func look(at frame: Frame) -> Bool {
        lookAtCondition(of: frame)
        do throws(VisionError) {
            if try pipeline.look(at: frame) { return true }
        } catch { return reject(error) }
        noteAnalysed(frame)
        return false
    }

    /// Sends a health record where one is due or there is news.
    mutating func reportHealth(
        of streams: CameraStreams, _ capture: CameraCapture, _ decoder: PlannedDecoder, isChanged: Bool
    ) {
        noteStream(streams, decoder)
        let status = capture.status
        guard health.isDue(session: status.session, isLive: status.state == .live, isChanged: isChanged) else { return }
        send(streams, capture, decoder)
    }

    /// Another stream of the camera will be analysed: what this one's decoder dropped stays counted.
    mutating func changeStream(from decoder: PlannedDecoder) {
        rejected += decoder.counters.dropped
        analysedBefore = newestMoment
        health.expectChange()
    }

    /// Ends open situations, at the end of the agent.
    mutating func finish(_ streams: CameraStreams, _ capture: CameraCapture, _ decoder: PlannedDecoder) {
        pipeline.finish()
        deliver(nil)
        send(streams, capture, decoder)
    }

    /// Whether no other stream of the camera has shown this moment: what crossed a line in it is counted.
    private mutating func isNew(_ frame: Frame) -> Bool {
        if let analysedBefore, frame.time.capturedAt <= analysedBefore { return false }
        analysedBefore = nil
        return true
    }

    private mutating func noteAnalysed(_ frame: Frame) {
        analysed += 1
        newestMoment = frame.time.capturedAt
        noteSiteProblem()
        deliver(frame)
        if health.wantsStill, let still = pictures.still(of: frame, .view) {
            health.still = still
            conditions.keep(still, of: frame)
        }
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
        for index in pipeline.crowdMinutes.indices {
            outbox.append(maker.record(of: pipeline.crowdMinutes[index]), lane: .sample)
        }
    }

    private mutating func deliver(_ finding: Finding, _ frame: Frame?) {
        // What ended with the stream before has no picture in this frame.
        var proof: Still?
        if let frame, frame.time == finding.time {
            proof = pictures.still(of: frame, finding.lane == .alert ? .alert : .passage)
            maker.scale(from: frame.size, to: pictures.size(with: frame))
        }
        outbox.append(maker.record(of: finding, evidence: proof?.wire), lane: finding.lane, evidence: proof.files)
        if let frame, frame.time == finding.time, finding.opensAlert {
            clips?.film(pictures.request(finding, frame, maker))
        }
    }

    private mutating func send(_ streams: CameraStreams, _ capture: CameraCapture, _ decoder: PlannedDecoder) {
        let status = streams.status
        let report = CameraHealthRecord(
            status: status, framesAnalysed: analysed, framesDropped: decoder.counters.dropped + rejected,
            framesPerSecond: health.rate(of: status.counters.accessUnits),
            decodePath: streams.name(of: capture) + decoder.path,
            problem: streams.problem ?? pipeline.siteProblem?.description ?? decoder.problem
                ?? pipeline.detectionProblem?.description,
            conditions: conditions.open)
        let still = health.takeStill()
        outbox.append(
            report.record(camera: camera, at: Date(), still: still?.wire), lane: .sample, evidence: still.files)
    }

    /// Told apart from the pipeline's findings: their times are the host's, and they outlast the stream.
    private mutating func lookAtCondition(of frame: Frame) {
        let findings = conditions.look(at: frame)
        guard !findings.isEmpty else { return }
        if let still = pictures.still(of: frame, .alert) { conditions.keep(still, of: frame) }
        deliverConditions(findings)
    }

    private mutating func noteStream(_ streams: CameraStreams, _ decoder: PlannedDecoder) {
        deliverConditions(conditions.note(streams.status))
        if decoder.planner.pinned != nil, conditions.isNews(inSession: decoder.session), let problem = decoder.problem {
            logger.warning("the stream does not suit", metadata: ["problem": "\(problem)"])
        }
    }

    private mutating func deliverConditions(_ findings: [Finding]) {
        guard !findings.isEmpty else { return }
        for finding in findings {
            let proof = conditions.newestStill
            let record = maker.record(of: finding, evidence: proof?.wire(in: finding.time.capturedAt))
            outbox.append(record, lane: finding.lane, evidence: (proof?.still).files)
        }
        conditions.keep()
        health.expectChange()
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
        let plan = planner.pinned.map { "always: \($0)" } ?? planner.state.rawValue
        let how = decoder.skipsLoopFilter ? plan + ", no loop filter" : plan
        return planner.slowdown > 1 ? "software, \(how), overloaded: 1/\(planner.slowdown) rate" : "software, \(how)"
    }
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
