public import EventModel

extension SiteFile {
    /// The largest difference of aspect ratio that still counts as the same picture: encoders round sizes to
    /// multiples of 8 or 16, which is 1.5 % at 640 x 360.
    static let aspectTolerance = 0.02

    /// Scales the geometry to the picture size of a stream.
    ///
    /// - Throws: ``SiteError`` of kind `mismatch` where the stream has another aspect ratio (more than 2 % off), or,
    ///   for a file that names no frame size, where points lie outside the stream's picture.
    public func resolve(for size: FrameSize) throws(SiteError) -> Site {
        let frame = self.frame ?? size
        let problems = mismatches(frame: frame, stream: size)
        guard problems.isEmpty else { throw SiteError(kind: .mismatch, file: file, problems: problems) }
        let scale = Scale(
            x: Double(size.width) / Double(frame.width), y: Double(size.height) / Double(frame.height))
        var site = Site(camera: camera, size: size)
        site.lines = lines.map(scale.apply)
        site.zones = zones.map(scale.apply)
        site.signals = signals.map(scale.apply)
        site.ground = ground.map { GroundReference(image: scale.apply($0.image), metres: $0.metres) }
        site.version = fingerprint
        return site
    }

    private func mismatches(frame: FrameSize, stream: FrameSize) -> [SiteProblem] {
        guard stream.width > 0, stream.height > 0 else {
            return [SiteProblem(path: "frame", message: "the stream has no picture size yet")]
        }
        if self.frame == nil { return SiteValidation(self, frame: stream).placementProblems() }
        let measured = Double(frame.width) / Double(frame.height)
        let seen = Double(stream.width) / Double(stream.height)
        guard abs(measured / seen - 1) > Self.aspectTolerance else { return [] }
        return [
            SiteProblem(
                path: "frame",
                message: "measured on \(frame.width) x \(frame.height), but the stream is \(stream.width) x "
                    + "\(stream.height), another aspect ratio: use the stream that was measured, or measure again")
        ]
    }
}

/// Stretches pixels of one picture size to another.
private struct Scale {
    var x: Double
    var y: Double

    func apply(_ point: Point) -> Point { Point(x: point.x * x, y: point.y * y) }

    func apply(_ line: SiteLine) -> SiteLine {
        var line = line
        line.segment = LineSegment(from: apply(line.segment.from), to: apply(line.segment.to))
        return line
    }

    func apply(_ zone: Zone) -> Zone {
        var zone = zone
        zone.polygon = Polygon(points: zone.polygon.points.map(apply))
        zone.direction = zone.direction.map(apply)
        return zone
    }

    func apply(_ signal: SiteSignal) -> SiteSignal {
        var signal = signal
        let box = signal.box
        signal.box = BoundingBox(x: box.x * x, y: box.y * y, width: box.width * x, height: box.height * y)
        return signal
    }
}
