import EdgeCore
import EventModel

// Pieces of one object that were followed apart: a roof and a bonnet far away, a rider's head above his motorbike.
extension Tracker {
    /// Gives a region to one of the tracks that it covers where they are pieces of it, and ends the others.
    ///
    /// Vehicles that melt together fill the common region; pieces leave most of it open. The track whose ground point
    /// is nearest to the region's goes on, with the region's box: its way has no jump. The region must show for
    /// ``TrackerConfiguration/gatherAfter``, so that one bad picture ends nobody.
    mutating func gatherPieces(_ detections: [Detection], at time: Duration) {
        for detection in workspace.candidates where detections[detection].label == .moving {
            let region = detections[detection].box
            guard let heir = heir(of: region, detection) else { continue }
            let since = tracks[heir].oddSizeSince ?? time
            tracks[heir].oddSizeSince = since
            workspace.pair(track: heir, detection: detection, box: region)
            guard time - since >= configuration.gatherAfter else { continue }
            workspace.isPiece[heir] = true
            endPieces(of: region, detection, heir: heir)
        }
    }

    /// Ends tracks that no network has named inside what moves with an object that one has: its shadow, its roof.
    mutating func endUnnamedPieces(_ detections: [Detection]) {
        for owner in tracks.indices {
            guard let paired = workspace.detectionOfTrack[owner], let region = detections[paired].region,
                detections[paired].confidence >= 0.5
            else { continue }
            for index in tracks.indices where index != owner && workspace.detectionOfTrack[index] == nil {
                let track = tracks[index]
                guard track.state == .confirmed || track.state == .tentative, track.isUnnamed,
                    Affinity.coverage(of: track.filter.box, by: region) >= 0.75
                else { continue }
                tracks[index].joined = tracks[owner].id
                tracks[index].state = .removed
            }
        }
    }

    /// Ends the other tracks that a region covers, as pieces of its heir.
    private mutating func endPieces(of region: BoundingBox, _ detection: Int, heir: Int) {
        for index in tracks.indices where index != heir && isPieceCandidate(index, of: region, detection) {
            tracks[index].joined = tracks[heir].id
            tracks[index].state = .removed
            workspace.detectionOfTrack[index] = nil
            workspace.boxOfTrack[index] = nil
        }
    }

    /// The covered track that goes on; nil where the covered tracks fill the region, or none is covered.
    private func heir(of region: BoundingBox, _ detection: Int) -> Int? {
        var filled = 0.0
        var best: (index: Int, distance: Double)?
        for index in tracks.indices where isPieceCandidate(index, of: region, detection) {
            filled += tracks[index].predicted.area
            let place = tracks[index].predicted.bottomCenter
            let distance = square(place.x - region.bottomCenter.x) + square(place.y - region.bottomCenter.y)
            if distance < best?.distance ?? .infinity { best = (index, distance) }
        }
        let isOwned = tracks.indices.contains {
            workspace.detectionOfTrack[$0] == detection && !isPieceCandidate($0, of: region, detection)
        }
        return !isOwned && filled < configuration.pieceShare * region.area ? best?.index : nil
    }

    /// Whether a track was seen a moment ago, lies in a region, and has no other detection now.
    private func isPieceCandidate(_ index: Int, of region: BoundingBox, _ detection: Int) -> Bool {
        tracks[index].state == .confirmed && (workspace.detectionOfTrack[index] ?? detection) == detection
            && Affinity.coverage(of: tracks[index].predicted, by: region) >= 0.6
    }

    /// The believed track that a box of a moving region may be a piece of.
    func wholeBeside(_ box: BoundingBox, except own: TrackID? = nil, at time: Duration) -> TrackID? {
        tracks.first { track in
            track.id != own && track.isBelieved && time - track.lastSeen <= configuration.tentativePatience
                && Self.isPiece(box, beside: track.region)
        }?.id
    }

    /// Whether a track is none of the pieces of the one beside which it began, or no longer.
    mutating func hasParted(_ index: Int, at time: Duration) -> Bool {
        guard !tracks[index].isNamedFromStart else { return true }
        let box = tracks[index].filter.box
        if let id = tracks[index].whole, let whole = tracks.first(where: { $0.id == id }), whole.state != .removed,
            Self.isPiece(box, beside: whole.region)
        {
            return false
        }
        tracks[index].whole = wholeBeside(box, except: tracks[index].id, at: time)
        return tracks[index].whole == nil
    }

    /// Adds pieces to the tracks beside which they began and still are after ``TrackerConfiguration/confirmAfter``.
    mutating func unitePieces(at time: Duration) {
        for index in tracks.indices where tracks[index].state == .tentative && tracks[index].lastSeen == time {
            let piece = tracks[index]
            guard let whole = piece.whole, time - piece.firstSeen >= configuration.confirmAfter,
                piece.hits >= configuration.confirmHits,
                let heir = tracks.firstIndex(where: { $0.id == whole && $0.lastSeen == time && !$0.isOccluded })
            else { continue }
            let box = tracks[heir].filter.box
            guard Self.isStacked(piece.filter.box, box), Self.goTogether(piece, tracks[heir]) else { continue }
            // Where a network has said how large the object is, a piece adds nothing.
            if !tracks[heir].placement.isKnown { tracks[heir].filter.adopt(box.union(piece.filter.box)) }
            tracks[heir].oddSizeSince = nil
            tracks[index].state = .removed
        }
    }

    /// Whether the ground point of a track lies in the box of another, or right above it: it may be a part of that one,
    /// as a windscreen is of a car, or stand behind it.
    func standsBehindAnother(_ index: Int, at time: Duration) -> Bool {
        let own = tracks[index].filter.box
        return tracks.indices.contains { other in
            guard other != index, tracks[other].lastSeen == time || workspace.isHidden[other] else { return false }
            let box = tracks[other].filter.box
            let across = min(own.maxX, box.maxX) - max(own.x, box.x)
            let room = 0.25 * max(own.height, box.height)
            return own.maxY < box.maxY && own.maxY >= box.y - room && across >= 0.8 * own.width
                && Self.goTogether(tracks[index], tracks[other])
        }
    }

    private static func goTogether(_ a: LiveTrack, _ b: LiveTrack) -> Bool {
        let velocity = a.filter.velocity, other = b.filter.velocity
        return velocity.x * other.x + velocity.y * other.y >= 0
    }

    private static func isPiece(_ box: BoundingBox, beside whole: BoundingBox) -> Bool {
        if isStacked(box, whole) { return true }
        return box.area < 0.6 * whole.area && Affinity.coverage(of: box, by: surroundings(of: whole)) >= 0.7
    }

    /// Whether a box stands on another or hangs below it, and both together could be one object: not
    /// much higher than wide, as two in a row would be.
    static func isStacked(_ a: BoundingBox, _ b: BoundingBox) -> Bool {
        let across = min(a.maxX, b.maxX) - max(a.x, b.x)
        let gap = max(a.y, b.y) - min(a.maxY, b.maxY)
        let whole = a.union(b)
        // Between a roof and a bonnet a windscreen may be missing; two cars in a row are higher than wide.
        let isLow = whole.height <= 1.2 * whole.width
        let room = isLow ? 0.4 * max(a.height, b.height) : 0.15 * min(a.height, b.height)
        return across >= 0.6 * min(a.width, b.width) && gap <= room + 2
            && whole.height <= 2.8 * whole.width && a.area + b.area >= 0.5 * whole.area
    }

    /// Where the pieces of an object lie: the box and some room, most of it above.
    private static func surroundings(of box: BoundingBox) -> BoundingBox {
        let side = 0.15 * box.width
        let above = 0.4 * box.height
        return BoundingBox(
            x: box.x - side, y: box.y - above, width: box.width + 2 * side,
            height: box.height + above + 0.15 * box.height)
    }
}
