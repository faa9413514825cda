import EdgeCore
import EventModel

/// The memory of one association, kept from frame to frame.
struct Workspace: Sendable {
    /// Detections worth looking at, the surest first.
    private(set) var candidates: [Int] = []
    /// The detection that each track was given.
    var detectionOfTrack: [Int?] = []
    /// The box that each track is fed with: the detection's, or one made of it.
    var boxOfTrack: [BoundingBox?] = []
    /// Tracks whose detection covers other tracks too.
    var isShared: [Bool] = []
    /// Tracks that are not seen because another one is in front of them.
    var isHidden: [Bool] = []
    /// Tracks that turn out to be as large as their detection says, more or less than they were taken for.
    var isPiece: [Bool] = []
    /// Rows and columns of the running assignment.
    var rows: [Int] = []
    var columns: [Int] = []
    var cost: [Double] = []
    var columnOfRow: [Int] = []
    var assignment = Assignment()

    private var isTaken: [Bool] = []

    /// Clears everything for the next frame.
    mutating func begin(_ detections: [Detection], trackCount: Int, _ configuration: TrackerConfiguration) {
        refill(&isTaken, false, detections.count)
        refill(&detectionOfTrack, nil, trackCount)
        refill(&boxOfTrack, nil, trackCount)
        refill(&isShared, false, trackCount)
        refill(&isHidden, false, trackCount)
        refill(&isPiece, false, trackCount)
        candidates.removeAll(keepingCapacity: true)
        for index in detections.indices where Self.isUsable(detections[index], configuration) {
            candidates.append(index)
        }
        candidates.sort { (detections[$0].confidence, -$0) > (detections[$1].confidence, -$1) }
        if candidates.count > configuration.maximumDetectionCount {
            candidates.removeLast(candidates.count - configuration.maximumDetectionCount)
        }
    }

    /// Whether no track has the detection yet.
    func isFree(_ detection: Int) -> Bool { !isTaken[detection] }

    /// Gives a detection away.
    mutating func take(_ detection: Int) { isTaken[detection] = true }

    /// Gives a detection to a track.
    mutating func pair(track: Int, detection: Int, box: BoundingBox) {
        isTaken[detection] = true
        detectionOfTrack[track] = detection
        boxOfTrack[track] = box
    }

    private static func isUsable(_ detection: Detection, _ configuration: TrackerConfiguration) -> Bool {
        let box = detection.box
        return detection.confidence >= configuration.keepConfidence && box.width > 0 && box.height > 0
            && abs(box.x) < 1e6 && abs(box.y) < 1e6 && box.width < 1e6 && box.height < 1e6
    }
}

private func refill<Value>(_ array: inout [Value], _ value: Value, _ count: Int) {
    array.removeAll(keepingCapacity: true)
    for _ in 0..<count { array.append(value) }
}
