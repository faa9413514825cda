public import EdgeCore
public import EventModel
public import Foundation

/// The camera of tests that do not care which.
public let testCamera = {
    guard let id = CameraID(rawValue: "nga-tu-01") else { preconditionFailure("a valid id") }
    return id
}()

/// The moment at which tests begin: 2026-11-20 08:00 in Vietnam.
public let testStart = Date(timeIntervalSince1970: 1_795_136_400)

/// A frame time `seconds` after the beginning of the stream.
public func makeFrameTime(_ seconds: Double) -> FrameTime {
    FrameTime(presentation: .seconds(seconds), capturedAt: testStart.addingTimeInterval(seconds), clock: .arrival)
}

/// A confirmed track whose box stands on the point (x, y).
public func makeTrack(
    id: UInt64 = 1, x: Double, y: Double, width: Double = 40, height: Double = 30, state: TrackState = .confirmed,
    label: ObjectClass = .moving, velocity: Point = Point(x: 0, y: 0), seconds: Double = 0
) -> Track {
    Track(
        id: TrackID(rawValue: id), state: state,
        box: BoundingBox(x: x - width / 2, y: y - height, width: width, height: height), velocity: velocity,
        label: label, confidence: 0.9, firstSeen: .zero, lastSeen: .seconds(seconds), hits: 10)
}

/// A scene of the test camera.
public func makeScene(_ tracks: [Track] = [], seconds: Double, size: FrameSize = FrameSize(width: 1280, height: 720))
    -> Scene
{
    Scene(camera: testCamera, time: makeFrameTime(seconds), size: size, tracks: tracks)
}

/// A scene of the test camera in which one crowd zone was looked at.
public func makeCrowdScene(
    _ count: Int, low: Int? = nil, high: Int? = nil, doubt: CrowdCount.Doubt? = nil, zone: String = "square",
    seconds: Double
) -> Scene {
    let people = CrowdCount(count: count, low: low ?? count, high: high ?? count, doubt: doubt)
    var scene = makeScene(seconds: seconds)
    scene.crowds = [CrowdReading(zone: zone, people: people, model: TrainedModelID(rawValue: "crowd-counter"))]
    return scene
}
