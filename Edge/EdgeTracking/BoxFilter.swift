import EventModel

/// Filters a box: ground point (middle of the bottom edge), width and height, each with its velocity.
///
/// The ground point is filtered itself, not derived from a filtered centre: it is what rules test, and a box whose
/// height jumps (a shadow on the roof line, a lamp post in front) must not shake it.
struct BoxFilter: Hashable, Sendable {
    private(set) var x: AxisFilter
    private(set) var bottom: AxisFilter
    private(set) var width: AxisFilter
    private(set) var height: AxisFilter
    private let noise: MotionNoise

    init(_ box: BoundingBox, noise: MotionNoise) {
        let size = max(1, box.area.squareRoot())
        func axis(_ position: Double, _ error: Double, _ speed: Double) -> AxisFilter {
            AxisFilter(
                position: position, positionVariance: square(error * size), velocityVariance: square(speed * size))
        }
        self.noise = noise
        x = axis(box.center.x, noise.position, noise.initialVelocity)
        bottom = axis(box.maxY, noise.position, noise.initialVelocity)
        width = axis(box.width, noise.extent, noise.extentChangePerSecond)
        height = axis(box.height, noise.extent, noise.extentChangePerSecond)
    }

    /// The filtered box.
    var box: BoundingBox {
        BoundingBox(
            x: x.position - width.position / 2, y: bottom.position - height.position, width: width.position,
            height: height.position)
    }

    /// Velocity of the box's centre in pixels a second.
    var velocity: Point { Point(x: x.velocity, y: bottom.velocity - height.velocity / 2) }

    /// The square root of the box's area, at least one pixel: what noise and gates are measured in.
    var size: Double { max(1, (width.position * height.position).squareRoot()) }

    /// The standard deviation of the predicted ground point in pixels, the larger of both axes.
    var uncertainty: Double { max(x.positionVariance, bottom.positionVariance).squareRoot() }

    /// Sizes a second.
    var relativeSpeed: Double {
        (x.velocity * x.velocity + bottom.velocity * bottom.velocity).squareRoot() / size
    }

    /// Moves the box ahead in time.
    mutating func predict(seconds: Double) {
        let motion = square(noise.velocityChangePerSecond * size)
        let change = square(noise.extentChangePerSecond * size)
        x.predict(seconds: seconds, density: motion)
        bottom.predict(seconds: seconds, density: motion)
        width.predict(seconds: seconds, density: change)
        height.predict(seconds: seconds, density: change)
        width.clamp(atLeast: 1)
        height.clamp(atLeast: 1)
    }

    /// Takes a measured box into account.
    mutating func update(_ measured: BoundingBox) {
        update(groundPoint: measured.bottomCenter, errorFactor: 1)
        let variance = square(noise.extent * size)
        width.update(measured: measured.width, variance: variance)
        height.update(measured: measured.height, variance: variance)
        width.clamp(atLeast: 1)
        height.clamp(atLeast: 1)
    }

    /// Begins anew with a box of another size; only the velocity of its middle is kept.
    mutating func adopt(_ measured: BoundingBox) {
        var fresh = BoxFilter(measured, noise: noise)
        fresh.x.start(velocity: x.velocity)
        fresh.bottom.start(velocity: velocity.y)
        self = fresh
    }

    /// Takes a measured ground point into account and leaves the extent alone: for boxes whose size means nothing.
    ///
    /// - Parameter errorFactor: how many times worse than usual the measurement is.
    mutating func update(groundPoint: Point, errorFactor: Double) {
        let variance = square(noise.position * size * errorFactor)
        x.update(measured: groundPoint.x, variance: variance)
        bottom.update(measured: groundPoint.y, variance: variance)
    }

    /// Stops the change of the extent: a box that nobody measures must not grow or shrink.
    mutating func holdExtent() {
        width.hold()
        height.hold()
    }

    /// Stops everything: the object stands still.
    mutating func holdPosition() {
        x.hold()
        bottom.hold()
        holdExtent()
    }
}

func square(_ value: Double) -> Double { value * value }
