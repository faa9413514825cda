import EdgeCore
import EventModel

/// What the rule remembers of the pictures before.
struct PictureMemory: Hashable, Sendable {
    /// How bright good pictures usually are.
    var usualLevel: Double?
    /// When the picture last was whole.
    var wholeAt: Duration?
    /// When it last showed the place.
    var placeAt: Duration?
    /// How much of the place the look before showed; nil before the first.
    var staying: Double?
    /// Since when nothing of the place is seen, that had been seen just before.
    var goneSince: Duration?
    /// How many looks were lively, less those that were not quite; still ones are not counted.
    var livelyLooks = 0
    /// Since when the picture is exactly the same.
    var sameSince: Duration?
    /// Since when, and in how many looks in a row, it is a new one.
    var newSince: Duration?
    var newLooks = 0

    mutating func note(
        _ reading: PictureReading, isGood: Bool, at now: Duration, _ configuration: CameraConditionConfiguration
    ) {
        if isGood { usualLevel = (usualLevel ?? reading.meanLevel) * 0.95 + reading.meanLevel * 0.05 }
        if let lost = reading.lostShare, lost < configuration.lostShare.lowerBound { wholeAt = now }
        if let view = reading.view {
            staying = view.staying
            if view.staying >= configuration.stayingShare { placeAt = now }
        }
        guard let changed = reading.changedShare, changed > configuration.frozenShare else { return }
        livelyLooks += changed >= configuration.livelyShare ? 1 : -1
        livelyLooks = min(max(livelyLooks, 0), 3 * configuration.livelyLooks)
    }
}

extension CameraConditionRule {
    /// Everything that one look says, in the order in which one thing hides another.
    mutating func judge(_ reading: PictureReading, at time: FrameTime) -> [Finding] {
        let now = time.presentation
        let dark = darkness(reading), bright = brightness(reading)
        let covered = bright == .present ? .unknown : cover(reading, isDark: dark == .present, at: now)
        var findings = take(covered, .cameraCovered, at: time)
        let isCovered = covered == .present || isOpen(.cameraCovered)
        findings += take(isCovered ? .unknown : dark, .cameraDark, at: time)
        findings += take(isCovered ? .unknown : bright, .cameraBright, at: time)
        let isBlind = isCovered || dark == .present || bright == .present
        let still = isBlind ? .unknown : stillness(reading, at: now)
        findings += take(still, .cameraFrozen, at: time, from: picture.newSince)
        let blur = isBlind ? .unknown : blur(reading)
        findings += take(blur, .cameraBlurred, at: time)
        let isBlurred = blur == .present || isOpen(.cameraBlurred)
        findings += take(isBlind || isBlurred ? .unknown : move(reading, at: now), .cameraMoved, at: time)
        return findings
    }

    private func darkness(_ reading: PictureReading) -> ConditionTimer.Evidence {
        let level = configuration.darkLevel, detail = configuration.darkDetail
        if reading.highLevel >= level.upperBound || reading.detailShare >= detail.upperBound { return .absent }
        return reading.highLevel <= level.lowerBound && reading.detailShare <= detail.lowerBound ? .present : .unknown
    }

    private func brightness(_ reading: PictureReading) -> ConditionTimer.Evidence {
        if reading.brightShare >= configuration.brightShare.upperBound { return .present }
        return reading.brightShare <= configuration.brightShare.lowerBound ? .absent : .unknown
    }

    private func cover(_ reading: PictureReading, isDark: Bool, at now: Duration) -> ConditionTimer.Evidence {
        if let view = reading.view, view.staying >= configuration.stayingShare { return .absent }
        guard let lost = reading.lostShare else {
            // Nothing is known yet: a picture that shows a good deal is not covered.
            return reading.detailShare >= 2.5 * configuration.coveredDetail ? .absent : .unknown
        }
        if lost <= configuration.lostShare.lowerBound { return .absent }
        guard lost >= configuration.lostShare.upperBound, reading.detailShare <= configuration.coveredDetail,
            reading.layoutMatch < configuration.coveredLayout
        else { return .unknown }
        if isDark, (picture.usualLevel ?? 0) < configuration.litLevel { return .unknown }
        if isDoubtful(.cameraCovered) { return .present }
        return picture.wholeAt.map { now - $0 <= configuration.sudden } ?? false ? .present : .unknown
    }

    private func blur(_ reading: PictureReading) -> ConditionTimer.Evidence {
        guard let sharp = reading.sharpShare else { return .unknown }
        if sharp <= configuration.sharpShare.lowerBound { return .present }
        return sharp >= configuration.sharpShare.upperBound ? .absent : .unknown
    }

    private mutating func stillness(_ reading: PictureReading, at now: Duration) -> ConditionTimer.Evidence {
        guard let changed = reading.changedShare else { return .unknown }
        guard changed <= configuration.frozenShare else {
            picture.newLooks += 1
            picture.newSince = picture.newSince ?? now
            // Of a still picture an encoder makes some that come seldom: one new picture alone is no life.
            if isDoubtful(.cameraFrozen), picture.newLooks < configuration.looksOfLife { return .unknown }
            picture.sameSince = nil
            return .absent
        }
        (picture.newSince, picture.newLooks) = (nil, 0)
        let since = picture.sameSince ?? now
        picture.sameSince = since
        // A sensor has noise: who showed it and no longer does is frozen. Who never did may show a drawing.
        if picture.livelyLooks >= configuration.livelyLooks || isOpen(.cameraFrozen) { return .present }
        guard changed == 0 else { return .absent }
        return now - since >= configuration.deadFor ? .present : .unknown
    }

    private mutating func move(_ reading: PictureReading, at now: Duration) -> ConditionTimer.Evidence {
        guard let view = reading.view else { return .unknown }
        let distance = (view.shift.x * view.shift.x + view.shift.y * view.shift.y).squareRoot()
        let isGone = view.isSameLight && view.staying <= configuration.goneShare
        if !isGone { picture.goneSince = nil }
        if view.slip >= 2 * configuration.shortestMove { return .present }
        if view.staying >= configuration.stayingShare { return .absent }
        if view.moved >= configuration.movedShare, view.moved > 1.5 * view.staying,
            distance >= configuration.shortestMove
        {
            return .present
        }
        guard isGone else { return .unknown }
        // A turned camera loses its place at once; a queue of vehicles hides it bit by bit.
        let wasThere =
            (picture.staying ?? 1) >= configuration.stayingShare
            || picture.placeAt.map { now - $0 <= configuration.turning } ?? isOpen(.cameraMoved)
        let since = picture.goneSince ?? (wasThere ? now : nil)
        picture.goneSince = since
        return since.map { now - $0 >= configuration.goneFor } ?? false ? .present : .unknown
    }
}
