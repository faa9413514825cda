import EdgeCore
import EventModel

/// Where in the picture an idle camera was woken for nothing: the camera's own clock, a flag, leaves. Pure.
///
/// Small motion that wakes the camera again and again while nothing travels there is no reason to wake it any more. Motion
/// elsewhere is, and so is anything large; so what comes from such a place wakes the camera as soon as it leaves it,
/// and is then followed back through the ring. Times are stream times.
struct NuisanceMap {
    /// A place is a nuisance after so many wakes for nothing …
    static let patience: UInt8 = 3
    /// … and is given another chance this often.
    static let forgetting: Duration = .seconds(600)
    /// Regions above this share of the picture are never a nuisance.
    static let largestShare = 0.02

    private static let columns = 64
    private static let rows = 36
    private var fruitless = [UInt8](repeating: 0, count: columns * rows)
    private var woken = [Bool](repeating: false, count: columns * rows)
    private var isOnTrial = false
    private var eased: Duration = .zero

    /// Whether one of the regions is a reason to wake.
    func wakes(_ regions: [Detection], in size: FrameSize) -> Bool {
        regions.contains { region in
            guard isSmall(region.box, in: size) else { return true }
            var isNews = false
            Self.forEachCell(of: region.box, in: size) { isNews = isNews || fruitless[$0] < Self.patience }
            return isNews
        }
    }

    /// These regions wake the camera: it will show whether that was worth it.
    mutating func begin(_ regions: [Detection], in size: FrameSize) {
        isOnTrial = true
        for region in regions where isSmall(region.box, in: size) {
            Self.forEachCell(of: region.box, in: size) { woken[$0] = true }
        }
    }

    /// Something travels here: no nuisance.
    mutating func clear(under box: BoundingBox, in size: FrameSize) {
        guard isOnTrial else { return }
        Self.forEachCell(of: box, in: size) { cell in
            woken[cell] = false
            fruitless[cell] = 0
        }
    }

    /// The camera is idle again: what woke it and did not travel was for nothing.
    mutating func end(at time: Duration) {
        if time - eased > Self.forgetting || time < eased { ease(at: time) }
        guard isOnTrial else { return }
        isOnTrial = false
        for cell in woken.indices where woken[cell] {
            fruitless[cell] = min(Self.patience, fruitless[cell] + 1)
            woken[cell] = false
        }
    }

    private mutating func ease(at time: Duration) {
        eased = time
        for cell in fruitless.indices where fruitless[cell] > 0 { fruitless[cell] -= 1 }
    }

    private func isSmall(_ box: BoundingBox, in size: FrameSize) -> Bool {
        box.width * box.height <= Self.largestShare * Double(size.width * size.height)
    }

    /// The cells that a box touches; none outside the picture.
    private static func forEachCell(of box: BoundingBox, in size: FrameSize, _ body: (Int) -> Void) {
        guard size.width > 0, size.height > 0 else { return }
        let across = span(box.x, box.width, of: Double(size.width), in: columns)
        let down = span(box.y, box.height, of: Double(size.height), in: rows)
        guard let across, let down else { return }
        for row in down { for column in across { body(row * columns + column) } }
    }

    private static func span(_ start: Double, _ length: Double, of whole: Double, in count: Int) -> ClosedRange<Int>? {
        let first = max(0, start), last = min(whole, start + max(length, 1))
        guard first < last else { return nil }
        let begin = Int(first / whole * Double(count)), end = Int((last / whole * Double(count)).rounded(.up)) - 1
        return min(begin, count - 1)...min(max(begin, end), count - 1)
    }
}

extension Track {
    /// Whether it has come farther than it is large, as clocks and leaves never do.
    var travels: Bool {
        guard let origin else { return true }
        let ground = box.bottomCenter
        let x = ground.x - origin.x, y = ground.y - origin.y
        return (x * x + y * y).squareRoot() > 0.6 * max(box.width, box.height)
    }

    /// Whether it is large and new: it has yet to show whether it travels.
    func mayTravel(in size: FrameSize) -> Bool {
        lastSeen - firstSeen < .milliseconds(1_500)
            && box.width * box.height > 0.003 * Double(size.width * size.height)
    }
}
