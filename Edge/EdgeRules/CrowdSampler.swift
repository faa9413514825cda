public import EdgeCore
import EventModel
public import Foundation

/// The people in one crowd zone over one minute.
public struct CrowdMinute: Hashable, Sendable {
    /// The zone's id.
    public var zone: String
    /// The beginning of the minute, UTC.
    public var minute: Date
    /// The median of the minute's looks, and the medians of their ends. In doubt where most looks were.
    public var people: CrowdCount
    /// How many looks it rests on, 1 or more.
    public var looks: Int
    /// By how many people a minute the zone fills (below zero: empties), as the slope through the last five minutes that
    /// were not in doubt. Nil before there are two.
    public var growth: Double?
    /// Who counted, at the newest look.
    public var model: TrainedModelID
}

/// Makes one sample a minute of the looks at each crowd zone, by the minutes of the capture clock.
///
/// One look is a guess with an error of some per cent; the median of a minute is steadier and is what people are shown.
/// A minute without a look has no sample: nobody looked, which is not the same as nobody being there.
public struct CrowdSampler: Sendable {
    /// Minutes that the growth is taken from.
    static let memory = 5

    fileprivate struct Zone: Sendable {
        var id: String
        var looks: [CrowdCount] = []
        var model = TrainedModelID(rawValue: "")
        var past: [(minute: Int, count: Int)] = []
    }

    private var zones: [Zone]
    private var minute: Int?

    /// Makes a sampler.
    ///
    /// - Parameter zones: the ids of all crowd zones.
    public init(zones: [String]) { self.zones = zones.map { Zone(id: $0) } }

    /// Takes the looks of a scene; returns the samples of the minute that ended, most often none.
    public mutating func update(with scene: Scene) -> [CrowdMinute] {
        let current = Int((scene.time.capturedAt.timeIntervalSince1970 / 60).rounded(.down))
        let samples = current == minute ? [] : finish()
        minute = current
        for reading in scene.crowds {
            guard let index = zones.firstIndex(where: { $0.id == reading.zone }) else { continue }
            zones[index].looks.append(reading.people)
            zones[index].model = reading.model
        }
        return samples
    }

    /// Gives out the minute that has begun, for the end of a stream; the next scene begins anew.
    public mutating func finish() -> [CrowdMinute] {
        guard let minute else { return [] }
        self.minute = nil
        return zones.indices.compactMap { zones[$0].close(minute) }
    }
}

extension CrowdSampler.Zone {
    fileprivate mutating func close(_ minute: Int) -> CrowdMinute? {
        guard let people = median(of: looks) else { return nil }
        let sure = people.doubt == nil
        if sure { past = (past + [(minute, people.count)]).filter { $0.minute > minute - CrowdSampler.memory } }
        let sample = CrowdMinute(
            zone: id, minute: Date(timeIntervalSince1970: Double(minute) * 60), people: people, looks: looks.count,
            growth: sure ? slope : nil, model: model)
        looks.removeAll(keepingCapacity: true)
        return sample
    }

    /// People a minute, by least squares.
    private var slope: Double? {
        guard past.count >= 2 else { return nil }
        let minutes = past.map { Double($0.minute) }
        let counts = past.map { Double($0.count) }
        let middle = minutes.reduce(0, +) / Double(minutes.count)
        let spread = minutes.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
        return zip(minutes, counts).reduce(0) { $0 + ($1.0 - middle) * $1.1 } / spread
    }

    /// Of the looks that are in no doubt where there are as many of those; else of all, in doubt.
    private func median(of looks: [CrowdCount]) -> CrowdCount? {
        let sure = looks.filter { $0.doubt == nil }
        let used = sure.count * 2 >= looks.count ? sure : looks
        guard !used.isEmpty else { return nil }
        let middle = { (part: (CrowdCount) -> Int) in used.map(part).sorted()[used.count / 2] }
        let doubt = used.count == sure.count ? nil : looks.lazy.compactMap(\.doubt).first
        return CrowdCount(count: middle(\.count), low: middle(\.low), high: middle(\.high), doubt: doubt)
    }
}
