import CVision
public import EdgeCore
import EventModel
public import Foundation

/// Measures the condition of one camera's picture: light, detail, sharpness, change, place.
///
/// Compares with what the camera showed of late, and with views: pictures taken while all was well, one for each kind
/// of light. Looks at the luma alone; steady state allocates nothing. One thread. Judges nothing: see
/// `CameraConditionRule`.
public struct PictureConditionMeter: ~Copyable {
    /// How it looks.
    public let configuration: PictureConditionConfiguration
    /// The views it knows: one of each light and shape.
    public private(set) var views: [CameraView] = []

    private struct Gathering {
        var light: Int
        var first: ViewModel
        var looks: Int
    }

    private let model: PictureModel
    private var models: [ViewModel] = []
    private var frameSize: FrameSize?
    private var workingSize = FrameSize(width: 0, height: 0)
    private var light = 0
    private var detailShare = 0.0
    private var gathering: Gathering?
    private var looksSinceWide = Int.max / 2

    /// Makes a meter that knows `views`.
    ///
    /// - Throws: ``VisionError``.
    public init(
        configuration: PictureConditionConfiguration = PictureConditionConfiguration(), views: [CameraView] = []
    ) throws(VisionError) {
        var models: [ViewModel] = []
        for view in views { models.append(try ViewModel(view)) }
        self.init(configuration, try PictureModel(), views, models)
    }

    private init(
        _ configuration: PictureConditionConfiguration, _ model: PictureModel, _ views: [CameraView],
        _ models: [ViewModel]
    ) {
        (self.configuration, self.model, self.views, self.models) = (configuration, model, views, models)
    }

    /// Looks at a picture.
    ///
    /// - Throws: ``VisionError``; `.badInput` means this frame is to be dropped.
    public mutating func look(at frame: Frame) throws(VisionError) -> PictureReading {
        if frameSize != frame.size { try adopt(frame.size) }
        let raw = try model.look(at: frame.image)
        workingSize = FrameSize(width: Int(raw.width), height: Int(raw.height))
        light = lightOf(Double(raw.mean_level))
        var reading = PictureReading(raw)
        detailShare = reading.detailShare
        try compareWithViews(&reading)
        return reading
    }

    /// Takes the newest picture for a good one. Several good ones in a row, in a light that has no view yet, become one.
    ///
    /// - Parameter site: the geometry that a new view belongs to.
    /// - Returns: a view that was taken just now, to be kept.
    /// - Throws: ``VisionError``.
    public mutating func learn(at time: Date, site: String) throws(VisionError) -> CameraView? {
        try model.learn()
        guard detailShare >= configuration.leastDetail, wantsView(at: time) else {
            gathering = nil
            return nil
        }
        try gather()
        guard let gathering, gathering.looks >= configuration.looksForAView else { return nil }
        self.gathering = nil
        return try takeView(at: time, site: site)
    }

    /// Whether it can be told of the newest picture if it shows the place: whether a view of its shape is known.
    public var knowsPlace: Bool { views.contains { $0.size == workingSize } }

    /// Whether it can be told in some light if the newest picture is sharp: whether a view of its frame size is known.
    public var knowsSharpness: Bool { views.contains { $0.size == workingSize && $0.frameSize == frameSize } }

    /// The newest picture is not to be learned from.
    public mutating func interrupt() { gathering = nil }
}

extension PictureConditionMeter {
    private mutating func adopt(_ size: FrameSize) throws(VisionError) {
        let drawn = configuration.maskFrameSize ?? size
        let points = configuration.masks.joined().flatMap {
            [$0.x / Double(max(1, drawn.width)), $0.y / Double(max(1, drawn.height))]
        }
        try model.setMask(points: points, counts: configuration.masks.map { Int32(clamping: $0.count) })
        frameSize = size
        gathering = nil
    }

    /// A camera whose light lies on the border of two kinds does not change between them all the time.
    private func lightOf(_ level: Double) -> Int {
        let border = 0.03
        let kind = { (level: Double) in
            min(max(Int(level * Double(CameraView.lightCount)), 0), CameraView.lightCount - 1)
        }
        return (kind(level - border)...kind(level + border)).contains(light) ? light : kind(level)
    }

    /// The place of the view to compare with: of this light, else of the nearest.
    private var nearest: Int? {
        views.indices.filter { views[$0].size == workingSize }
            .min { abs(views[$0].light - light) < abs(views[$1].light - light) }
    }

    private mutating func compareWithViews(_ reading: inout PictureReading) throws(VisionError) {
        guard let nearest else { return }
        var match = try model.match(models[nearest], isWide: false)
        let isSameLight = views[nearest].light == light
        if isSameLight, views[nearest].frameSize == frameSize, match.sharp_share >= 0 {
            reading.sharpShare = Double(match.sharp_share)
        }
        guard match.block_count >= 8 else { return }
        looksSinceWide += 1
        if Double(match.stays_share) < configuration.leastStaying {
            guard looksSinceWide >= configuration.looksBetweenWide else { return }
            looksSinceWide = 0
            match = try model.match(models[nearest], isWide: true)
        }
        reading.view = PictureReading.ViewMatch(match, views[nearest], isSameLight: isSameLight)
    }

    private func wantsView(at time: Date) -> Bool {
        guard let known = views.first(where: { $0.light == light && $0.size == workingSize }) else { return true }
        return time.timeIntervalSince(known.takenAt) > configuration.viewLasts / .seconds(1)
    }

    /// Adds the newest picture where it shows the same as the first that was gathered.
    private mutating func gather() throws(VisionError) {
        if let gathering, gathering.light == light,
            try model.match(gathering.first, isWide: false).stays_share >= configuration.steady
        {
            try model.gather(isFirst: false)
            self.gathering?.looks += 1
            return
        }
        try model.gather(isFirst: true)
        let (pixels, sharpness) = try model.gathered(workingSize)
        let first = try ViewModel(pixels: pixels, sharpness: sharpness, size: workingSize)
        gathering = Gathering(light: light, first: first, looks: 1)
    }

    private mutating func takeView(at time: Date, site: String) throws(VisionError) -> CameraView? {
        var offset = Point(x: 0, y: 0)
        if let nearest {
            let match = try model.match(models[nearest], isWide: true)
            guard match.moved_share < 0.4 || match.moved_share < match.stays_share else { return nil }
            offset = views[nearest].offset
            if views[nearest].light == light {
                let isLike = Double(match.stays_share)
                guard isLike < configuration.stillGood, isLike > configuration.leastStaying else { return nil }
                offset = Point(x: offset.x + Double(match.drift_x), y: offset.y + Double(match.drift_y))
            }
        }
        let (pixels, sharpness) = try model.gathered(workingSize)
        let view = CameraView(
            light: light, size: workingSize, frameSize: frameSize ?? workingSize, pixels: pixels, sharpness: sharpness,
            takenAt: time, site: site,
            offset: offset)
        try keep(view)
        return view
    }

    private mutating func keep(_ view: CameraView) throws(VisionError) {
        let made = try ViewModel(view)
        // A second stream may be of another shape: its views stand beside those of the first.
        let known = views.firstIndex { $0.light == view.light && $0.size == view.size }
        let oldest = views.indices.min { views[$0].takenAt < views[$1].takenAt }
        if let place = known ?? (views.count >= configuration.mostViews ? oldest : nil) {
            (views[place], models[place]) = (view, made)
        } else {
            views.append(view)
            models.append(made)
        }
    }
}

extension PictureReading {
    fileprivate init(_ raw: ocv_picture_reading) {
        self.init(
            meanLevel: Double(raw.mean_level), lowLevel: Double(raw.low_level), highLevel: Double(raw.high_level),
            darkShare: Double(raw.dark_share), brightShare: Double(raw.bright_share),
            detailShare: Double(raw.detail_share), lostShare: raw.lost_share < 0 ? nil : Double(raw.lost_share),
            layoutMatch: Double(raw.layout_match), changedShare: raw.changed_share < 0 ? nil : Double(raw.changed_share)
        )
    }
}

extension PictureReading.ViewMatch {
    fileprivate init(_ match: ocv_view_match, _ view: CameraView, isSameLight: Bool) {
        let width = Double(max(1, view.size.width))
        let slip = (view.offset.x * view.offset.x + view.offset.y * view.offset.y).squareRoot() / width
        self.init(
            isSameLight: isSameLight, staying: Double(match.stays_share), moved: Double(match.moved_share),
            shift: Point(x: Double(match.shift_x) / width, y: Double(match.shift_y) / width), slip: slip)
    }
}
