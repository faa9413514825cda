import EdgeCore
import EventModel

// Moving regions are no objects: one vehicle may fall into two of them, two vehicles may melt into one.
extension Tracker {
    /// Joins pieces of one object: a free detection inside the predicted box of a track that has a detection already is
    /// a piece of it, if both together fit the prediction better than the one alone.
    ///
    /// Pieces with a gap of more than a quarter of the box between them, or that outgrow the prediction, are two
    /// objects that part, and so are those that leave most of their common outline open, or have stayed
    /// apart for ``TrackerConfiguration/joinFor``: they are left alone, and the second becomes a track of its own.
    mutating func joinFragments(_ detections: [Detection], at time: Duration) {
        for index in tracks.indices where tracks[index].isBelieved && workspace.boxOfTrack[index] != nil {
            let expected = tracks[index].predicted
            let since = tracks[index].inPiecesSince ?? time
            var isInPieces = false
            for piece in workspace.candidates where workspace.isFree(piece) {
                guard let box = workspace.boxOfTrack[index] else { break }
                let other = detections[piece].box
                guard isPiece(other, of: expected, beside: box) else { continue }
                let hasGap = !Self.isStacked(other, box)
                isInPieces = isInPieces || hasGap
                if hasGap && time - since >= configuration.joinFor { continue }
                workspace.boxOfTrack[index] = box.union(other)
                workspace.take(piece)
            }
            if isInPieces && time - since >= configuration.joinFor { workspace.isPiece[index] = true }
            tracks[index].inPiecesSince = isInPieces && !workspace.isPiece[index] ? since : nil
        }
    }

    private func isPiece(_ piece: BoundingBox, of expected: BoundingBox, beside box: BoundingBox) -> Bool {
        guard Affinity.coverage(of: piece, by: expected) >= 0.6 else { return false }
        let whole = box.union(piece)
        let gapX = max(piece.x - box.maxX, box.x - piece.maxX)
        let gapY = max(piece.y - box.maxY, box.y - piece.maxY)
        return gapX <= 0.25 * expected.width && gapY <= 0.25 * expected.height
            && whole.width <= 1.2 * expected.width && whole.height <= 1.2 * expected.height
            && box.area + piece.area >= 0.6 * whole.area
            && whole.intersectionOverUnion(expected) >= box.intersectionOverUnion(expected)
    }

    /// Gives a region that covers several tracks to all of them.
    ///
    /// The tracks keep their sizes and their places to one another and move as the region's edges moved against the
    /// tracks' common outline. A region no larger than the one track that got it hides the others: they wait.
    mutating func shareMergedRegions(_ detections: [Detection]) {
        for owner in tracks.indices where tracks[owner].isBelieved && !workspace.isShared[owner] {
            guard let detection = workspace.detectionOfTrack[owner], let region = workspace.boxOfTrack[owner] else {
                continue
            }
            guard let outline = outlineOfGroup(owner, region) else { continue }
            let front = tracks[owner].predicted
            let isNoLarger = region.area < 1.25 * front.area
            let shift = Self.shift(from: outline, to: region)
            forEachCovered(by: region, except: owner) { workspace, index, predicted in
                if isNoLarger {
                    workspace.isHidden[index] = true
                } else {
                    workspace.pair(track: index, detection: detection, box: Self.moved(predicted, by: shift))
                    workspace.isShared[index] = true
                    workspace.isShared[owner] = true
                }
            }
            if workspace.isShared[owner] { workspace.boxOfTrack[owner] = Self.moved(front, by: shift) }
        }
    }

    /// The common outline of a track and the unseen ones that its region covers; nil where it covers no other.
    private mutating func outlineOfGroup(_ owner: Int, _ region: BoundingBox) -> BoundingBox? {
        var outline = tracks[owner].predicted
        var isGroup = false
        forEachCovered(by: region, except: owner) { _, _, predicted in
            outline = outline.union(predicted)
            isGroup = true
        }
        return isGroup ? outline : nil
    }

    /// Visits the tracks that were seen a moment ago, have no detection now, and lie inside a region.
    private mutating func forEachCovered(
        by region: BoundingBox, except owner: Int, _ visit: (inout Workspace, Int, BoundingBox) -> Void
    ) {
        for index in tracks.indices where index != owner && workspace.detectionOfTrack[index] == nil {
            let track = tracks[index]
            // What was lost alone, e.g. a parked car, must not be carried off by a passing one.
            guard track.state == .confirmed || (track.state == .lost && track.isOccluded) else { continue }
            if Affinity.coverage(of: track.predicted, by: region) >= 0.6 { visit(&workspace, index, track.predicted) }
        }
    }

    private static func shift(from outline: BoundingBox, to region: BoundingBox) -> Point {
        Point(x: (region.x - outline.x + region.maxX - outline.maxX) / 2, y: region.maxY - outline.maxY)
    }

    private static func moved(_ box: BoundingBox, by shift: Point) -> BoundingBox {
        BoundingBox(x: box.x + shift.x, y: box.y + shift.y, width: box.width, height: box.height)
    }
}
