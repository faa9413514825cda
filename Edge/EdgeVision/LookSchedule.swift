public import EventModel

/// Something that moves, and how well it is known: what a network may be asked about.
public struct LookSubject: Hashable, Sendable {
    /// Pixels of the picture.
    public var box: BoundingBox
    /// In how many looks it lay so far.
    public var lookCount: Int
    /// Stream time of the last of them; nil before the first.
    public var lookedAt: Duration?
    /// Whether it has stood still for a while.
    public var isStill: Bool

    /// Makes a subject.
    public init(box: BoundingBox, lookCount: Int = 0, lookedAt: Duration? = nil, isStill: Bool = false) {
        self.box = box
        self.lookCount = lookCount
        self.lookedAt = lookedAt
        self.isStill = isStill
    }
}

/// How often a network looks, and how close.
public struct LookConfiguration: Hashable, Sendable {
    /// Between two looks at one object, until it has had ``enoughLooks``.
    public var interval: Duration = .milliseconds(150)
    /// What an object is named after.
    public var enoughLooks = 8
    /// Between two looks at an object that has had enough of them.
    public var laterInterval: Duration = .seconds(1)
    /// Between two looks at an object that stands.
    public var stillInterval: Duration = .seconds(10)
    /// A part's side is at least so many pixels of the network's input to one of the picture … objects this small (the
    /// longer side, in pixels of the picture) are enlarged.
    public var smallObject = 40.0
    /// By how much small objects are enlarged.
    public var enlargement = 1.5
    /// An object fills at most this share of its part's side.
    public var objectShare = 0.6

    /// Makes the defaults.
    public init() {}
}

/// Decides at which parts of a picture a network looks: squares around what moves and is not known well enough, as large
/// as the network's input where the objects allow it. Pure.
public struct LookSchedule: Sendable {
    /// How it decides.
    public let configuration: LookConfiguration
    /// Whether it wanted more looks, in the newest picture, than it was allowed.
    public private(set) var isShort = false

    private let side: Double
    private var open: [LookSubject] = []
    private var looks: [DetectorLook] = []

    /// Makes a schedule.
    ///
    /// - Parameter regionSide: the network's input for a part, in pixels.
    public init(regionSide: Int, configuration: LookConfiguration = LookConfiguration()) {
        side = Double(regionSide)
        self.configuration = configuration
    }

    /// Whether an object should be looked at now.
    public func isDue(_ subject: LookSubject, at time: Duration) -> Bool {
        guard let last = subject.lookedAt else { return true }
        let interval =
            if subject.lookCount < configuration.enoughLooks {
                configuration.interval
            } else if subject.isStill {
                configuration.stillInterval
            } else {
                configuration.laterInterval
            }
        return time - last >= interval
    }

    /// The parts to look at, the least known objects first.
    ///
    /// - Parameters:
    ///   - limit: most parts.
    /// - Returns: squares inside the picture, or the whole of a picture that is smaller than one.
    /// - Complexity: O(n²) for n subjects that are due.
    public mutating func looks(
        at subjects: [LookSubject], time: Duration, size: FrameSize, limit: Int
    ) -> [DetectorLook] {
        looks.removeAll(keepingCapacity: true)
        open = subjects.filter { isDue($0, at: time) }
        open.sort { ($0.lookCount, -$0.box.area) < ($1.lookCount, -$1.box.area) }
        while let first = open.first, looks.count < limit {
            let look = look(around: first, in: size)
            open.removeAll { look.holds($0.box) || $0 == first }
            looks.append(look)
        }
        isShort = !open.isEmpty
        return looks
    }

    /// A square around an object and as many of the other due ones as fit.
    private func look(around first: LookSubject, in size: FrameSize) -> DetectorLook {
        let longest = max(first.box.width, first.box.height)
        var wanted = longest < configuration.smallObject ? side / configuration.enlargement : side
        wanted = max(wanted, longest / configuration.objectShare)
        let span = wanted * 0.9
        var group = first.box
        for other in open {
            let both = group.union(other.box)
            if both.width <= span && both.height <= span { group = both }
        }
        return DetectorLook(.region, part: square(wanted, around: group.center, in: size))
    }

    private func square(_ side: Double, around center: Point, in size: FrameSize) -> BoundingBox {
        func span(_ middle: Double, _ length: Int) -> (start: Double, length: Double) {
            guard side < Double(length) else { return (0, Double(length)) }
            return (min(max(middle - side / 2, 0), Double(length) - side).rounded(), side.rounded())
        }
        let across = span(center.x, size.width), down = span(center.y, size.height)
        return BoundingBox(x: across.start, y: down.start, width: across.length, height: down.length)
    }
}

extension DetectorLook {
    /// Whether a box lies in the part.
    public func holds(_ box: BoundingBox) -> Bool {
        box.x >= part.x && box.y >= part.y && box.maxX <= part.maxX && box.maxY <= part.maxY
    }
}
