import EventModel

/// A value with its key path in the file.
struct Placed<Value> {
    let path: String
    let value: Value
}

/// What a site file says, before anybody may rely on it: finds what makes no sense. Never changes a value.
struct SiteValidation {
    var frame: FrameSize?
    var lines: [Placed<SiteLine>] = []
    var zones: [Placed<Zone>] = []
    var signals: [Placed<SiteSignal>] = []
    var ground: [Placed<GroundReference>] = []
    /// Whether the file has a readable `ground` section.
    var hasGround = false
    /// False where elements could not be read: then a missing name proves nothing.
    var linesAreWhole = true
    var zonesAreWhole = true
    var signalsAreWhole = true

    /// Points may lie this share of the picture outside of it: people draw to the edge and a little beyond.
    static let marginShare = 0.02
    /// An outline has at most this many corners: the crossing check is quadratic.
    static let maximumCorners = 256

    /// Everything wrong, in the order of the file's sections.
    func problems() -> [SiteProblem] {
        lineProblems() + zones.flatMap { zoneProblems($0) } + signalProblems() + groundProblems()
            + duplicateProblems() + (frame == nil ? [] : placementProblems())
    }

    /// Points outside the picture.
    func placementProblems() -> [SiteProblem] {
        guard let frame else { return [] }
        return places().filter { !isInside($0.value, frame) }.map {
            SiteProblem(
                path: $0.path,
                message: "(\(short($0.value.x)), \(short($0.value.y))) lies outside the picture of \(frame.width) x "
                    + "\(frame.height); coordinates are pixels of that picture, x to the right, y down")
        }
    }

    private func lineProblems() -> [SiteProblem] {
        let signalIDs = Set(signals.map(\.value.id))
        let laneIDs = Set(zones.filter { $0.value.kind == .lane }.map(\.value.id))
        return lines.flatMap { line in
            var found: [SiteProblem] = []
            if line.value.segment.length < 2 {
                found.append(SiteProblem(path: line.path, message: "'from' and 'to' are the same place; draw a line"))
            }
            if let signal = line.value.signal, signalsAreWhole, !signalIDs.contains(signal) {
                let hint = unknownName(signal, among: signalIDs, what: "signal")
                found.append(SiteProblem(path: line.path + ".signal", message: hint))
            }
            if let lane = line.value.lane, zonesAreWhole, !laneIDs.contains(lane) {
                let hint = unknownName(lane, among: laneIDs, what: "zone of kind 'lane'")
                found.append(SiteProblem(path: line.path + ".lane", message: hint))
            }
            return found
        }
    }

    private func zoneProblems(_ zone: Placed<Zone>) -> [SiteProblem] {
        var found = outlineProblems(zone.value.polygon).map { SiteProblem(path: zone.path + ".points", message: $0) }
        if let count = zone.value.maximumCount, count < 1 {
            found.append(SiteProblem(path: zone.path + ".maximumCount", message: "\(count): must be 1 or more"))
        }
        if let way = zone.value.direction, way.x == 0, way.y == 0 {
            found.append(
                SiteProblem(
                    path: zone.path + ".direction", message: "[0, 0] points nowhere; write [1, 0] for to the right"))
        }
        if zone.value.kind == .wrongWay, zone.value.direction == nil {
            found.append(
                SiteProblem(path: zone.path + ".direction", message: "missing: write the permitted way, e.g. [1, 0]"))
        }
        return found
    }

    private func outlineProblems(_ polygon: Polygon) -> [String] {
        let count = polygon.points.count
        guard count >= 3 else { return ["an outline needs 3 points or more, this one has \(count)"] }
        guard count <= Self.maximumCorners else {
            return ["\(count) points are too many; at most \(Self.maximumCorners)"]
        }
        if let crossing = polygon.selfCrossing {
            return [
                "the outline crosses itself: the side after point \(crossing.first) meets the side after point "
                    + "\(crossing.second) (points count from 0); list the corners in order around the area"
            ]
        }
        return polygon.area < 1 ? ["the outline has no area; all points lie on one line"] : []
    }

    private func signalProblems() -> [SiteProblem] {
        signals.filter { $0.value.box.width < 1 || $0.value.box.height < 1 }.map {
            SiteProblem(
                path: $0.path + ".box", message: "[x, y, width, height] needs a width and a height of 1 or more")
        }
    }

    private func groundProblems() -> [SiteProblem] {
        guard hasGround else { return [] }
        let count = ground.count
        guard count >= 4 else {
            return [
                SiteProblem(
                    path: "ground.points", message: "a ground plane needs 4 measured points or more, here are \(count)")
            ]
        }
        let flat = [
            ("image", ground.map(\.value.image)),
            ("metres", ground.map { Point(x: $0.value.metres.x, y: $0.value.metres.y) }),
        ]
        return flat.filter { liesOnOneLine($0.1) }.map {
            SiteProblem(
                path: "ground.points",
                message: "all \($0.0) points lie on one line; measure points that span an area")
        }
    }

    private func duplicateProblems() -> [SiteProblem] {
        repeated(lines.map { Placed(path: $0.path, value: $0.value.id) })
            + repeated(zones.map { Placed(path: $0.path, value: $0.value.id) })
            + repeated(signals.map { Placed(path: $0.path, value: $0.value.id) })
    }

    private func repeated(_ names: [Placed<String>]) -> [SiteProblem] {
        var owners: [String: String] = [:]
        return names.compactMap { name in
            guard let owner = owners.updateValue(name.path, forKey: name.value) else { return nil }
            return SiteProblem(path: name.path + ".id", message: "'\(name.value)' is already the id of \(owner)")
        }
    }
}

extension SiteValidation {
    /// The content of a sound file, to be judged again against another frame size.
    init(_ site: SiteFile, frame: FrameSize) {
        func placed<Value>(_ key: String, _ values: [Value]) -> [Placed<Value>] {
            values.enumerated().map { Placed(path: "\(key)[\($0.offset)]", value: $0.element) }
        }
        self.frame = frame
        lines = placed("lines", site.lines)
        zones = placed("zones", site.zones)
        signals = placed("signals", site.signals)
        ground = placed("ground.points", site.ground)
    }

    /// Every point of the file with its key path.
    private func places() -> [Placed<Point>] {
        lines.flatMap {
            [
                Placed(path: $0.path + ".from", value: $0.value.segment.from),
                Placed(path: $0.path + ".to", value: $0.value.segment.to),
            ]
        }
            + zones.flatMap { zone in
                zone.value.polygon.points.enumerated().map {
                    Placed(path: "\(zone.path).points[\($0.offset)]", value: $0.element)
                }
            }
            + signals.flatMap { signal in
                let box = signal.value.box
                return [Point(x: box.x, y: box.y), Point(x: box.maxX, y: box.maxY)].map {
                    Placed(path: signal.path + ".box", value: $0)
                }
            } + ground.map { Placed(path: $0.path + ".image", value: $0.value.image) }
    }

    private func isInside(_ point: Point, _ frame: FrameSize) -> Bool {
        let width = Double(frame.width)
        let height = Double(frame.height)
        let margin = Self.marginShare * max(width, height)
        return (-margin...width + margin).contains(point.x) && (-margin...height + margin).contains(point.y)
    }
}

private func unknownName(_ name: String, among known: Set<String>, what: String) -> String {
    guard !known.isEmpty else { return "'\(name)': the file has no \(what)" }
    return "'\(name)' is no \(what) of this file" + suggestion(for: name, among: known.sorted())
}

/// Whether no three points span more than a sliver.
private func liesOnOneLine(_ points: [Point]) -> Bool {
    guard let first = points.first, let far = points.max(by: { distance(first, $0) < distance(first, $1) }) else {
        return true
    }
    let reach = distance(first, far)
    let axis = LineSegment(from: first, to: far)
    return points.allSatisfy { abs(axis.signedDistance(to: $0)) <= 0.01 * reach }
}

/// A coordinate without needless decimals.
private func short(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
}
