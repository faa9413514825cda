public import EventModel

/// The trained model or algorithm that made a detection, e.g. `motion-1`.
public struct TrainedModelID: RawRepresentable, Hashable, Sendable {
    /// The name of the folder in `Models/Trained`, or of the algorithm.
    public let rawValue: String

    /// Makes an identifier from a name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Background subtraction: no network took part.
    public static let motion = TrainedModelID(rawValue: "motion-1")
}

/// One object in one frame.
public struct Detection: Hashable, Sendable {
    /// Pixels of the frame, y down.
    public var box: BoundingBox
    /// What it is.
    public var label: ObjectClass
    /// 0…1.
    public var confidence: Double
    /// Who says so.
    public var model: TrainedModelID
    /// Where a network named it: what moves there, more or less than the object itself. Nil where nothing does, and for
    /// what only moves.
    public var region: BoundingBox?

    /// Makes a detection.
    public init(
        box: BoundingBox, label: ObjectClass, confidence: Double, model: TrainedModelID, region: BoundingBox? = nil
    ) {
        self.box = box
        self.label = label
        self.confidence = confidence
        self.model = model
        self.region = region
    }
}
