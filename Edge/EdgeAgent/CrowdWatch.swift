import EdgeCore
import EdgeVision
import EventModel
import SiteCalibration

/// Counts the people in a camera's crowd zones, now and then: a look at a zone takes as long as a hundred looks for motion.
struct CrowdWatch {
    /// A file: once in each full second.
    static let offlinePace = Duration.seconds(1)
    /// A running camera: six looks make a minute's sample.
    static let livePace = Duration.seconds(10)

    private let counter: CrowdCounter
    private let pace: Duration
    private var zones: [Zone] = []
    private var lastLook: Double?

    /// - Parameter pace: one look in each such part of the stream's time.
    init(_ counter: CrowdCounter, pace: Duration) {
        self.counter = counter
        self.pace = pace
    }

    /// The zones of another picture size, in its pixels.
    mutating func adopt(_ zones: [Zone]) {
        self.zones = zones
        lastLook = nil
    }

    /// Stream time begins anew.
    mutating func reset() { lastLook = nil }

    /// What a camera of this geometry needs: nothing where no crowd zone is asked for.
    ///
    /// - Throws: ``ConfigurationError`` or ``ConfigurationText`` where the network is missing or damaged, ``VisionError``
    ///   where it does not run.
    static func forFile(_ site: SiteFile?) throws -> CrowdWatch? {
        guard site?.zones.contains(where: { $0.kind == .crowd }) ?? false else { return nil }
        return CrowdWatch(try .installed(), pace: offlinePace)
    }

    /// Looks at every zone where a look is due; else gives nothing.
    ///
    /// - Throws: ``VisionError``: this frame is to be dropped.
    mutating func look(at frame: Frame) throws(VisionError) -> [CrowdReading] {
        let number = (frame.time.presentation.seconds / pace.seconds).rounded(.down)
        guard !zones.isEmpty, number != lastLook else { return [] }
        lastLook = number
        var readings: [CrowdReading] = []
        for zone in zones {
            let people = try counter.count(in: frame.image, area: zone.polygon).people
            readings.append(CrowdReading(zone: zone.id, people: people, model: counter.model.id))
        }
        return readings
    }
}

extension CrowdCounter {
    /// The counter that came with the agent.
    static func installed() throws -> CrowdCounter {
        try CrowdCounter(model: ModelFile.loadCrowdCounter(ModelFolder.crowdCounter()))
    }
}
