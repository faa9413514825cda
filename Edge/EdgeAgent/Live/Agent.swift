import EdgeAPI
import EdgeCapture
import EdgeOutbox
import EdgeRecording
import EdgeVision
import EventModel
import Foundation
import Logging
import ServiceLifecycle
import SiteCalibration

/// A running agent: all cameras, one outbox, one shipper. Runs until it is told to stop.
struct Agent: Service {
    private let configuration: AgentConfiguration
    private let paths: AgentPaths
    private let outbox: Outbox
    private let shipper: Shipper
    private let transport: HTTPTransport
    private let cameras: [CameraWatch]
    private let memory: ViewFolder
    private let recording: Recording?
    private let clips: ClipDesk?
    private let poller: ClipPoller
    private let api: AgentAPI?
    private let problems: [String]
    private let logger: Logger

    /// Opens the spool and prepares the cameras; nothing runs before ``run()``.
    ///
    /// - Throws: ``OutboxError`` (not enrolled, spool in use, …), ``ConfigurationText``, or what is wrong with a trained
    ///   network: ``ConfigurationError`` or `VisionError`.
    init(_ configuration: AgentConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        paths = try AgentPaths(configuration.dataDirectory)
        let key = try AgentKeyFile.load(paths.key)
        let enrolled = try Enrolment.load(keyFile: paths.key)
        outbox = try Outbox(Self.outboxConfiguration(configuration, paths), logger: logger)
        let runs = RunCounter(in: paths.folder)
        if let problem = runs.problem { logger.warning("runs are not counted", metadata: ["problem": "\(problem)"]) }
        let crowd = try Self.crowdCounter(configuration)
        let (detection, detectionProblem) = try AgentDetection.load(configuration.detector, logger: logger)
        // The last step that can fail: a transport that is given up without a shutdown ends the process.
        transport = try HTTPTransport(
            collector: enrolled.collector, certificateAuthority: configuration.collectorCertificates?.path)
        var shipping = Shipper.Configuration()
        shipping.bytesPerSecond = configuration.bytesPerSecond
        shipper = Shipper(outbox, transport: transport, key: key, configuration: shipping, logger: logger)
        let outbox = outbox
        let memory = ViewFolder(paths.views)
        self.memory = memory
        Self.endConditions(in: memory, besides: configuration.cameras.map(\.source.camera), outbox)
        cameras = configuration.cameras.map {
            CameraWatch(
                $0, outbox: outbox, firstIdentity: runs.firstIdentity, memory: memory, detection: detection,
                crowd: crowd)
        }
        let (recording, problem) = Self.recording(configuration, paths, cameras, logger)
        self.recording = recording
        let (clips, clipProblem) = Self.clips(recording, configuration, cameras, outbox, logger)
        self.clips = clips
        let wanted = WantedFilms(clips: clips, outbox: outbox, logger: logger)
        poller = ClipPoller(transport: transport, key: key, logger: logger) { try await wanted.take($0) }
        let (paths, watches) = (paths, cameras)
        api = configuration.api.map {
            AgentAPI(
                $0, cameras: watches.map(APICamera.init), index: recording?.index, paths: paths, logger: logger)
        }
        problems = [runs.problem, problem, clipProblem, detectionProblem].compactMap(\.self)
    }

    /// Cameras that are no longer configured have nobody else who ends what lasted.
    private static func endConditions(in memory: ViewFolder, besides cameras: [CameraID], _ outbox: Outbox) {
        for camera in memory.camerasWithConditions where !cameras.contains(camera) {
            for finding in CameraConditions.ends(of: memory.conditions(of: camera).open) {
                outbox.append(RecordMaker(camera: camera).record(of: finding, evidence: nil), lane: finding.lane)
            }
            memory.keep([], of: camera, site: "")
        }
    }

    /// The counter of people, where a camera has a crowd zone. Weights that are not those described stop the agent.
    private static func crowdCounter(_ configuration: AgentConfiguration) throws -> CrowdCounter? {
        let zones = configuration.cameras.flatMap { $0.site?.zones ?? [] }
        return zones.contains { $0.kind == .crowd } ? try .installed() : nil
    }

    /// The recordings; what stands in their way is a problem, not the end.
    private static func recording(
        _ configuration: AgentConfiguration, _ paths: AgentPaths, _ watches: [CameraWatch], _ logger: Logger
    ) -> (Recording?, problem: String?) {
        let cameras = zip(configuration.cameras, watches).filter(\.0.isRecorded).map { ($0.source.camera, $1.ring) }
        do throws(RecordingError) {
            guard let settings = configuration.recording else { return (try Recording(filmsOnlyIn: paths.films), nil) }
            return (try Recording(settings, cameras: cameras, logger: logger), nil)
        } catch {
            logger.error("nothing is recorded", metadata: ["error": "\(error)"])
            return (nil, "nothing is recorded: \(error.detail)")
        }
    }

    private static func clips(
        _ recording: Recording?, _ configuration: AgentConfiguration, _ watches: [CameraWatch], _ outbox: Outbox,
        _ logger: Logger
    ) -> (ClipDesk?, problem: String?) {
        guard let recording else { return (nil, nil) }
        let rings = Dictionary(
            zip(configuration.cameras, watches).map { ($0.source.camera, $1.ring) }, uniquingKeysWith: { $1 })
        do throws(RecordingError) {
            return (try ClipDesk(index: recording.index, rings: rings, outbox: outbox, logger: logger), nil)
        } catch {
            logger.error("alerts have no films", metadata: ["error": "\(error)"])
            return (nil, "alerts have no films: \(error.detail)")
        }
    }

    private static func outboxConfiguration(_ agent: AgentConfiguration, _ paths: AgentPaths) -> OutboxConfiguration {
        var configuration = OutboxConfiguration(directory: paths.spool)
        configuration.recordByteCap = agent.spoolLimit
        configuration.evidenceByteCap = agent.evidenceLimit
        return configuration
    }

    /// Watches and ships until the process is asked to stop; what was found is stored when this returns.
    func run() async throws {
        logger.notice(
            "agent started", metadata: ["agent.name": "\(configuration.name)", "cameras": "\(cameras.count)"])
        for camera in cameras { camera.start(clips: clips) }
        recording?.start()
        clips?.start()
        let work = Task {
            await withTaskGroup { group in
                group.addTask { await shipper.run() }
                group.addTask { await poller.poll() }
                group.addTask { await reportHealth() }
                group.addTask { await api?.run() }
            }
        }
        try? await gracefulShutdown()  // cancelled: the end all the same
        work.cancel()
        // A disk that does not answer holds the shipper: it must not hold the end.
        _ = await Self.isDone(within: .seconds(3)) { done in
            Task {
                await work.value
                done()
            }
        }
        await stop()
    }

    private func reportHealth() async {
        var reporter = AgentHealthReporter(folder: paths.folder)
        var overload = OverloadReport()
        var shortage = DetectionShortage()
        while !Task.isCancelled {
            let loads = cameras.map(\.load)
            let others = [overload.problem(loads), shortage.problem(loads), api?.problem].compactMap(\.self)
            let problems = problems + (recording?.problems ?? []) + others
            outbox.offer(reporter.record(outbox: outbox.status(), problems: problems), lane: .sample)
            try? await Task.sleep(for: AgentHealthReporter.interval)  // cancelled: the loop ends
        }
    }

    /// Ends within about 25 s, whatever the disk does: a service manager kills what takes longer.
    private func stop() async {
        if await !stopCameras(within: .seconds(8)) {
            logger.error("cameras do not end: the disk refuses records, or a stream cannot be closed")
        }
        await outbox.close()  // lets go of threads that wait for room in memory
        await transport.shutdown()
        let status = outbox.status()
        logger.notice(
            "agent stopped",
            metadata: ["outbox.records": "\(status.waitingRecords)", "outbox.lost": "\(status.lostRecords)"])
    }

    /// Side by side, on threads of their own: each may take a moment to let go of its connection.
    ///
    /// - Returns: whether all have ended.
    private func stopCameras(within limit: Duration) async -> Bool {
        let (cameras, memory) = (cameras, memory)
        let (recording, clips) = (recording, clips)
        return await Self.isDone(within: limit) { done in
            Thread.detachNewThread {
                for camera in cameras { camera.end() }
                for camera in cameras { camera.wait() }
                memory.flush(within: .seconds(2))
                clips?.stop()
                recording?.stop()
                done()
            }
        }
    }

    /// Whether what `start` begins calls back in time.
    private static func isDone(
        within limit: Duration, start: (_ done: @escaping @Sendable () -> Void) -> Void
    ) async -> Bool {
        let (results, result) = AsyncStream.makeStream(of: Bool.self)
        start { result.yield(true) }
        let alarm = Task {
            try? await Task.sleep(for: limit)  // cancelled: it was done first
            result.yield(false)
        }
        defer { alarm.cancel() }
        for await isDone in results { return isDone }
        return false
    }
}
