import Testing

@testable import EdgeTracking

@Suite struct AxisFilterTests {
    private func makeFilter(_ p: Double = 1, _ v: Double = 1) -> AxisFilter {
        AxisFilter(position: 0, positionVariance: p, velocityVariance: v)
    }

    @Test func aMeasurementAsSureAsTheStateHalvesTheDistance() {
        var filter = makeFilter()
        filter.update(measured: 2, variance: 1)
        #expect(filter.position == 1)
        #expect(filter.positionVariance == 0.5)
        #expect(filter.velocity == 0)
    }

    @Test func predictionAddsVarianceByTheFormula() {
        // P = [1 0; 0 1], q = 3, dt = 2: P00 = 1 + 4 + 3·8/3 = 13, P01 = 2 + 3·4/2 = 8, P11 = 1 + 6 = 7.
        var filter = makeFilter()
        filter.predict(seconds: 2, density: 3)
        #expect(abs(filter.positionVariance - 13) < 1e-12)
        #expect(abs(filter.covariance - 8) < 1e-12)
        #expect(abs(filter.velocityVariance - 7) < 1e-12)
    }

    @Test func aMeasurementAfterAPredictionTeachesVelocity() {
        // From the values above: S = 14, gains 13/14 and 8/14; measured 14.
        var filter = makeFilter()
        filter.predict(seconds: 2, density: 3)
        filter.update(measured: 14, variance: 1)
        #expect(abs(filter.position - 13) < 1e-12)
        #expect(abs(filter.velocity - 8) < 1e-12)
        #expect(abs(filter.positionVariance - 13.0 / 14) < 1e-12)
        #expect(abs(filter.covariance - 8.0 / 14) < 1e-12)
        #expect(abs(filter.velocityVariance - (7 - 64.0 / 14)) < 1e-12)
    }

    @Test func twoHalfStepsAreOneWholeStep() {
        var whole = makeFilter()
        var halves = makeFilter()
        whole.update(measured: 5, variance: 2)
        halves.update(measured: 5, variance: 2)
        whole.predict(seconds: 0.4, density: 7)
        halves.predict(seconds: 0.1, density: 7)
        halves.predict(seconds: 0.3, density: 7)
        #expect(abs(whole.positionVariance - halves.positionVariance) < 1e-12)
        #expect(abs(whole.covariance - halves.covariance) < 1e-12)
        #expect(abs(whole.velocityVariance - halves.velocityVariance) < 1e-12)
        #expect(abs(whole.position - halves.position) < 1e-12)
    }

    @Test func variancesStayPositiveForALongLife() {
        var filter = makeFilter(100, 1e4)
        for step in 0..<100_000 {
            filter.predict(seconds: 0.04, density: 100)
            filter.update(measured: Double(step), variance: 4)
        }
        #expect(filter.positionVariance > 0 && filter.velocityVariance > 0)
        #expect(abs(filter.velocity - 25) < 0.1)
    }
}
