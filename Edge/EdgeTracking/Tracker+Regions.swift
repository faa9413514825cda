import EdgeCore
import EventModel

// Moving regions are no objects: one vehicle may fall into two of them, two vehicles may melt into one.
extension Tracker {
    /// Joins pieces of one object: a free detection inside the predicted box of a track that has a detection already is
    /// a piece of it, if both together fit the prediction better than the one alone.
    ///
    /// Pieces with a gap of more than a quarter of the box between them, or that outgrow the prediction, are two
    /// objects that part, and so are those that leave most of their common outline open, or have stayed
    /// apart for ``TrackerConfiguration/joinFor``: the track takes the size of its own detection, and the second
    /// becomes a track of its own. Objects that part need to show it only for ``TrackerConfiguration/partAfter``.
    mutating func joinFragments(_ detections: [Detection], at time: Duration) {
        for index in tracks.indices where tracks[index].isBelieved && workspace.boxOfTrack[index] != nil {
            let expected = tracks[index].predicted
            let since = tracks[index].inPiecesSince ?? time
            var isInPieces = false
            var isParting = false
            for piece in workspace.candidates where workspace.isFree(piece) {
                guard let box = workspace.boxOfTrack[index] else { break }
                let other = detections[piece].box
                guard detections[piece].label == .moving, Affinity.coverage(of: other, by: expected) >= 0.6 else {
                    continue
                }
                if isNamed(index, detections) {
                    workspace.take(piece)  // a network has said how large the object is
                    continue
                }
                guard isPiece(other, of: expected, beside: box) else {
                    isParting = isParting || Self.standSideBySide(other, box)
                    continue
                }
                let hasGap = !Self.isStacked(other, box)
                isInPieces = isInPieces || hasGap
                if hasGap && time - since >= configuration.joinFor { continue }
                workspace.boxOfTrack[index] = box.union(other)
                workspace.take(piece)
            }
            let patience = isParting ? configuration.partAfter : configuration.joinFor
            if (isInPieces || isParting) && time - since >= patience { workspace.isPiece[index] = true }
            tracks[index].inPiecesSince = (isInPieces || isParting) && !workspace.isPiece[index] ? since : nil
        }
    }

    /// Whether a track was given what a network found.
    func isNamed(_ index: Int, _ detections: [Detection]) -> Bool {
        workspace.detectionOfTrack[index].map { detections[$0].label != .moving } ?? false
    }

    /// Whether two boxes stand side by side on the ground, with room between them: pieces of one object do not.
    private static func standSideBySide(_ a: BoundingBox, _ b: BoundingBox) -> Bool {
        max(a.x, b.x) >= min(a.maxX, b.maxX) && abs(a.maxY - b.maxY) <= 0.4 * max(a.height, b.height)
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
    /// A region no larger than the one track that got it hides the others: they wait inside.
    mutating func shareMergedRegions(_ detections: [Detection]) {
        for owner in tracks.indices where tracks[owner].isBelieved && !workspace.isShared[owner] {
            guard let detection = workspace.detectionOfTrack[owner], let region = workspace.boxOfTrack[owner] else {
                continue
            }
            gatherGroup(owner, region)
            guard workspace.rows.count > 1 else { continue }
            let isNoLarger = isNamed(owner, detections) || region.area < 1.25 * tracks[owner].predicted.area
            for index in workspace.rows {
                let place = placeInGroup(index, region)
                if !isNoLarger {
                    share(detection, with: index, at: place)
                } else if index != owner {
                    workspace.isHidden[index] = true
                    tracks[index].filter.update(
                        groundPoint: tracks[index].groundPoint(ofRegionAt: place), errorFactor: 6)
                }
            }
        }
    }

    private mutating func share(_ detection: Int, with index: Int, at place: Point) {
        let size = tracks[index].predicted
        let box = BoundingBox(
            x: place.x - size.width / 2, y: place.y - size.height, width: size.width, height: size.height)
        workspace.pair(track: index, detection: detection, box: box)
        workspace.isShared[index] = true
    }

    /// Fills the workspace's rows with a track and the unseen ones that its region covers.
    private mutating func gatherGroup(_ owner: Int, _ region: BoundingBox) {
        workspace.rows.removeAll(keepingCapacity: true)
        workspace.rows.append(owner)
        for index in tracks.indices where index != owner && workspace.detectionOfTrack[index] == nil {
            let track = tracks[index]
            // What was lost alone, e.g. a parked car, must not be carried off by a passing one.
            guard track.state == .confirmed || (track.state == .lost && track.isOccluded) else { continue }
            let least = track.isOccluded ? 0.25 : 0.6
            if Affinity.coverage(of: track.predicted, by: region) >= least { workspace.rows.append(index) }
        }
    }

    /// Where a track of the group stands in the region: an edge of the region is the edge of the one that is expected
    /// farthest out on that side. Who has no edge keeps its own way, moves as the outline of all moved, and stays
    /// inside.
    private func placeInGroup(_ index: Int, _ region: BoundingBox) -> Point {
        let own = tracks[index].predicted
        let across = Span(from: own.x, to: own.maxX), down = Span(from: own.y, to: own.maxY)
        var ends = (left: own.x, right: own.maxX, top: own.y, bottom: own.maxY)
        for other in workspace.rows {
            let box = tracks[other].predicted
            ends.left = min(ends.left, box.x)
            ends.right = max(ends.right, box.maxX)
            ends.top = min(ends.top, box.y)
            ends.bottom = max(ends.bottom, box.maxY)
        }
        let regionAcross = Span(from: region.x, to: region.maxX), regionDown = Span(from: region.y, to: region.maxY)
        let x = across.placed(in: regionAcross, outline: Span(from: ends.left, to: ends.right)).middle
        let y = down.placed(in: regionDown, outline: Span(from: ends.top, to: ends.bottom))
        return Point(x: x, y: ends.bottom == own.maxY ? region.maxY : y.to)
    }
}

/// A stretch of one axis.
struct Span: Hashable, Sendable {
    var from: Double
    var to: Double

    var middle: Double { (from + to) / 2 }

    /// The stretch, of the same length if there is room, where it lies in a region that several fill.
    ///
    /// - Parameter outline: that of all of them as expected, which is now seen as the region.
    func placed(in region: Span, outline: Span) -> Span {
        let length = min(to - from, region.to - region.from)
        if from == outline.from && to == outline.to { return Span(middle: region.middle, length: length) }
        if from == outline.from { return Span(from: region.from, to: region.from + length) }
        if to == outline.to { return Span(from: region.to - length, to: region.to) }
        let moved = middle + region.middle - outline.middle
        let inside = min(max(moved, region.from + length / 2), region.to - length / 2)
        return Span(middle: inside, length: length)
    }
}

extension Span {
    fileprivate init(middle: Double, length: Double) {
        self.init(from: middle - length / 2, to: middle + length / 2)
    }
}
