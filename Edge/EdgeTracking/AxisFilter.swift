/// A Kalman filter for one coordinate: position and velocity, constant velocity, driven by white acceleration noise.
///
/// Position and box size of a track need no joint filter: with noise that is independent in each axis the big matrix
/// falls into these blocks of two, so four small filters give the same numbers as one with eight states.
struct AxisFilter: Hashable, Sendable {
    /// Pixels.
    private(set) var position: Double
    /// Pixels a second.
    private(set) var velocity: Double
    /// Square pixels.
    private(set) var positionVariance: Double
    /// Square pixels a second.
    private(set) var covariance: Double
    /// Square pixels a second squared.
    private(set) var velocityVariance: Double

    init(position: Double, positionVariance: Double, velocityVariance: Double) {
        self.position = position
        velocity = 0
        self.positionVariance = positionVariance
        covariance = 0
        self.velocityVariance = velocityVariance
    }

    /// Moves the state ahead.
    ///
    /// The noise is that of continuous white acceleration, q [dt³/3, dt²/2; dt²/2, dt]: two half steps give exactly
    /// what one whole step gives, so the frame rate does not matter.
    ///
    /// - Parameters:
    ///   - seconds: 0 or more.
    ///   - density: by how much the variance of the velocity grows in a second.
    mutating func predict(seconds dt: Double, density q: Double) {
        position += velocity * dt
        positionVariance += dt * (2 * covariance + dt * velocityVariance) + q * dt * dt * dt / 3
        covariance += dt * velocityVariance + q * dt * dt / 2
        velocityVariance += q * dt
    }

    /// Takes a measurement into account.
    ///
    /// Worked: position 0 ± 1, velocity 0 ± 1, uncorrelated; measured 2 ± 1: the gain is 1/2, the position 1, its
    /// variance 1/2; the velocity stays, because nothing links it to the position yet.
    mutating func update(measured: Double, variance: Double) {
        let innovationVariance = positionVariance + variance
        guard innovationVariance > 0 else { return }
        let positionGain = positionVariance / innovationVariance
        let velocityGain = covariance / innovationVariance
        let innovation = measured - position
        position += positionGain * innovation
        velocity += velocityGain * innovation
        velocityVariance -= velocityGain * covariance
        covariance *= 1 - positionGain
        positionVariance *= 1 - positionGain
    }

    /// Sets the velocity, which stays as unsure as it is.
    mutating func start(velocity: Double) { self.velocity = velocity }

    /// Forgets the velocity, for a state that only waits.
    mutating func hold() { velocity = 0 }

    /// Keeps the position in a range.
    mutating func clamp(atLeast least: Double) {
        if position < least { position = least; velocity = max(0, velocity) }
    }
}
