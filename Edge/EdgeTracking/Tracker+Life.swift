import EdgeCore
import EventModel

// From tentative to removed: what a frame with or without a detection makes of a track.
extension Tracker {
    /// Feeds the tracks that a detection was found for.
    mutating func apply(_ detections: [Detection], at time: Duration) {
        for index in tracks.indices {
            guard let box = workspace.boxOfTrack[index], let source = workspace.detectionOfTrack[index] else {
                continue
            }
            let isShared = workspace.isShared[index]
            if detections[source].label != .moving {
                feed(
                    index, detections[source], isSole: detections.count { $0.region == detections[source].region } == 1,
                    at: time)
            } else if workspace.isPiece[index] {
                tracks[index].filter.adopt(tracks[index].placement.object(in: box))
                tracks[index].oddSizeSince = nil
            } else if isShared {
                let place = tracks[index].groundPoint(ofRegionAt: box.bottomCenter)
                tracks[index].filter.update(groundPoint: place, errorFactor: 3)
                tracks[index].filter.holdExtent()
            } else {
                feed(index, box, at: time)
            }
            tracks[index].noteSeen(detections[source], at: time, isOccluded: isShared)
        }
        // Apart, when all have moved: a track may be a piece of one that comes after it.
        for index in tracks.indices where tracks[index].lastSeen == time {
            confirmIfDue(index, at: time)
            tracks[index].isBehindAnother = standsBehindAnother(index, at: time)
        }
    }

    /// Feeds a filter with a box of its own. A box whose size jumps is believed at the edges that fit the prediction,
    /// until it has kept the new size for a while.
    private mutating func feed(_ index: Int, _ box: BoundingBox, at time: Duration) {
        if let hidden = groundPointOfLeaving(tracks[index], box, tracks[index].predicted) {
            let place = tracks[index].groundPoint(ofRegionAt: hidden)
            tracks[index].filter.update(groundPoint: place, errorFactor: 1.5)
            tracks[index].filter.holdExtent()
            return
        }
        let fitted = tracks[index].isBelieved ? fit(box, to: tracks[index].predicted) : nil
        guard let fitted, !touchesBorder(box) else {
            tracks[index].oddSizeSince = nil
            tracks[index].filter.update(tracks[index].placement.object(in: box))
            return
        }
        let since = tracks[index].oddSizeSince ?? time
        tracks[index].oddSizeSince = since
        if time - since < .milliseconds(600) {
            tracks[index].filter.update(groundPoint: tracks[index].groundPoint(ofRegionAt: fitted), errorFactor: 2)
            tracks[index].filter.holdExtent()
        } else {
            tracks[index].filter.update(tracks[index].placement.object(in: box))
        }
    }

    /// Feeds a filter with what a network found. The first such box replaces what motion alone has measured; later ones
    /// of another size are taken for a while at the edges that fit.
    private mutating func feed(_ index: Int, _ detection: Detection, isSole: Bool, at time: Duration) {
        defer { if isSole { learnPlacement(index, detection) } }
        let expected = tracks[index].filter.box
        if let hidden = groundPointOfLeaving(tracks[index], detection.box, expected) {
            tracks[index].filter.update(groundPoint: hidden, errorFactor: 1.5)
            return tracks[index].filter.holdExtent()
        }
        let isFirst = !tracks[index].placement.isKnown && !tracks[index].isNamedFromStart
        let fitted = fit(detection.box, to: expected)
        guard let fitted, !touchesBorder(detection.box) else {
            tracks[index].oddSizeSince = nil
            return tracks[index].filter.update(detection.box)
        }
        let since = tracks[index].oddSizeSince ?? time
        tracks[index].oddSizeSince = since
        if isFirst || time - since >= .milliseconds(600) {
            tracks[index].filter.adopt(detection.box)
            tracks[index].oddSizeSince = nil
        } else {
            tracks[index].filter.update(groundPoint: fitted, errorFactor: 2)
            tracks[index].filter.holdExtent()
        }
    }

    /// Learns how the object lies in its region, where the region is its alone and whole.
    private mutating func learnPlacement(_ index: Int, _ detection: Detection) {
        guard let region = detection.region, !touchesBorder(region), !touchesBorder(detection.box) else { return }
        let isAlone = tracks.indices.allSatisfy { other in
            other == index || tracks[other].state == .removed || !tracks[other].isBelieved
                || Affinity.coverage(of: tracks[other].filter.box, by: region) < 0.5
        }
        if isAlone { tracks[index].placement.learn(detection.box, in: region) }
    }

    /// The ground point that a box of unexpected size stands for: the edges nearer to the prediction are right. Nil
    /// where the size is as expected.
    private func fit(_ box: BoundingBox, to expected: BoundingBox) -> Point? {
        let isWide = jumps(box.width, expected.width)
        let isHigh = jumps(box.height, expected.height)
        guard isWide || isHigh else { return nil }
        var point = box.bottomCenter
        if isWide {
            let isLeftRight = abs(box.x - expected.x) < abs(box.maxX - expected.maxX)
            point.x = isLeftRight ? box.x + expected.width / 2 : box.maxX - expected.width / 2
        }
        if isHigh, abs(box.y - expected.y) < abs(box.maxY - expected.maxY) { point.y = box.y + expected.height }
        return point
    }

    private func jumps(_ measured: Double, _ expected: Double) -> Bool {
        measured > 1.4 * expected || measured < 0.7 * expected
    }

    /// Where an object stands that goes out over the picture's edge: the part that is seen shrinks, and its bottom or
    /// side is the edge of the picture, not of the object. The inner edges and the size from before tell more. Nil
    /// where the object does not shrink against an edge.
    private func groundPointOfLeaving(_ track: LiveTrack, _ box: BoundingBox, _ expected: BoundingBox) -> Point? {
        guard track.isBelieved, let frame = configuration.frameSize else { return nil }
        let margin = 0.005 * Double(max(frame.width, frame.height))
        let velocity = track.filter.velocity
        var point = box.bottomCenter
        if velocity.y > 0, box.height < expected.height, box.maxY >= Double(frame.height) - margin {
            point.y = box.y + expected.height
        }
        if box.width < expected.width {
            if velocity.x > 0, box.maxX >= Double(frame.width) - margin { point.x = box.x + expected.width / 2 }
            if velocity.x < 0, box.x <= margin { point.x = box.maxX - expected.width / 2 }
        }
        return point == box.bottomCenter ? nil : point
    }

    /// At the picture's edge an object comes in or goes out: its size is expected to change.
    private func touchesBorder(_ box: BoundingBox) -> Bool {
        guard let frame = configuration.frameSize else { return false }
        let margin = 0.005 * Double(max(frame.width, frame.height))
        return box.x <= margin || box.y <= margin || box.maxX >= Double(frame.width) - margin
            || box.maxY >= Double(frame.height) - margin
    }

    private mutating func confirmIfDue(_ index: Int, at time: Duration) {
        let track = tracks[index]
        let age = track.lastSeen - track.firstSeen
        let isDue =
            track.state != .tentative || (age >= configuration.confirmAfter && track.hits >= configuration.confirmHits)
            || (age >= configuration.slowConfirmAfter && track.hits >= 2)
            || (track.isNamedFromStart && age >= configuration.confirmAfter && track.hits >= 3)
        guard isDue, track.state != .tentative || hasParted(index, at: time) else { return }
        tracks[index].state = .confirmed
        tracks[index].wasBelieved = true
    }

    /// Marks what was not seen as lost, and what was not seen for too long as removed.
    mutating func age(at time: Duration) {
        for index in tracks.indices where workspace.boxOfTrack[index] == nil {
            if tracks[index].isBelieved {
                tracks[index].state = .lost
                if workspace.isHidden[index] { tracks[index].isOccluded = true }
                settleIfStill(index)
            }
            if time - tracks[index].lastSeen > patience(with: tracks[index]) || hasLeft(tracks[index]) {
                tracks[index].state = .removed
            }
        }
    }

    /// What stands still and is not seen waits where it is, instead of drifting off with the rest of its speed.
    private mutating func settleIfStill(_ index: Int) {
        if tracks[index].filter.relativeSpeed < configuration.stationarySpeed { tracks[index].filter.holdPosition() }
        tracks[index].filter.holdExtent()
    }

    /// How long a track is kept unseen.
    func patience(with track: LiveTrack) -> Duration {
        if !track.isBelieved {
            return track.isNamedFromStart ? configuration.namedPatience : configuration.tentativePatience
        }
        if track.filter.relativeSpeed < configuration.stationarySpeed { return configuration.stationaryPatience }
        return track.isOccluded ? configuration.occludedPatience : configuration.lostPatience
    }

    private func hasLeft(_ track: LiveTrack) -> Bool {
        guard let frame = configuration.frameSize else { return false }
        let center = track.filter.box.center
        return center.x < 0 || center.y < 0 || center.x > Double(frame.width) || center.y > Double(frame.height)
    }
}
