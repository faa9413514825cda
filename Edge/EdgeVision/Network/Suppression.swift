import EdgeCore
import EventModel

/// Non-maximum suppression: of boxes of one object only the best stays. Greedy, the best first.
enum Suppression {
    /// Removes boxes that overlap a better one of the same class.
    ///
    /// - Parameter overlap: intersection over union from which on two boxes are one.
    static func withinClasses(_ detections: inout [Detection], overlap: Double) {
        keepBest(&detections) { $0.label == $1.label && $0.box.intersectionOverUnion($1.box) > overlap }
    }

    /// Removes boxes that overlap a better one of any class: a van is not a car and a truck. A rider and a motorbike, or a
    /// person before a car, overlap less.
    static func acrossClasses(_ detections: inout [Detection], overlap: Double) {
        keepBest(&detections) { $0.box.intersectionOverUnion($1.box) > overlap }
    }

    private static func keepBest(_ detections: inout [Detection], _ isSame: (Detection, Detection) -> Bool) {
        let order = detections.indices.sorted {
            (-detections[$0].confidence, $0) < (-detections[$1].confidence, $1)
        }
        var kept: [Detection] = []
        kept.reserveCapacity(detections.count)
        for index in order where !kept.contains(where: { isSame($0, detections[index]) }) {
            kept.append(detections[index])
        }
        detections = kept
    }
}
