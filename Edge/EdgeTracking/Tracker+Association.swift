import EdgeCore
import EventModel

// Which detection belongs to which track: sure detections first, then poor ones, then tracks not yet believed in.
extension Tracker {
    /// Pairs tracks and detections in three passes.
    mutating func associate(_ detections: [Detection], at time: Duration) {
        // What a network is not sure of never comes this far: see Fusion.
        let high = configuration.highConfidence
        let isSure = { (detection: Detection) in detection.label != .moving || detection.confidence >= high }
        match(detections, cost: Affinity.cost) {
            $0.isBelieved
        } among: {
            isSure($0)
        }
        match(detections, cost: Affinity.overlapCost) {
            $0.state == .confirmed
        } among: {
            !isSure($0)
        }
        match(detections, cost: Affinity.cost) {
            $0.state == .tentative
        } among: {
            isSure($0)
        }
    }

    /// One pass: the cheapest pairs of the tracks and free detections that are admitted.
    private mutating func match(
        _ detections: [Detection], cost: (Detection, LiveTrack) -> Double, where admits: (LiveTrack) -> Bool,
        among isAdmitted: (Detection) -> Bool
    ) {
        workspace.rows.removeAll(keepingCapacity: true)
        workspace.columns.removeAll(keepingCapacity: true)
        for index in tracks.indices where workspace.detectionOfTrack[index] == nil && admits(tracks[index]) {
            workspace.rows.append(index)
        }
        for index in workspace.candidates where workspace.isFree(index) && isAdmitted(detections[index]) {
            workspace.columns.append(index)
        }
        workspace.cost.removeAll(keepingCapacity: true)
        for row in workspace.rows {
            for column in workspace.columns { workspace.cost.append(cost(detections[column], tracks[row])) }
        }
        workspace.solve()
        for (row, track) in workspace.rows.enumerated() where workspace.columnOfRow[row] >= 0 {
            let detection = workspace.columns[workspace.columnOfRow[row]]
            workspace.pair(track: track, detection: detection, box: detections[detection].box)
        }
    }
}

extension Workspace {
    /// Solves the assignment of ``rows`` and ``columns``.
    mutating func solve() {
        assignment.solve(cost: cost, rows: rows.count, columns: columns.count, columnOfRow: &columnOfRow)
    }
}
