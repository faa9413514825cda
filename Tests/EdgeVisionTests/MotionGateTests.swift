import Testing

@testable import EdgeVision

@Suite struct MotionGateTests {
    private func states(_ motion: [(Double, Bool)]) -> [MotionState] {
        var gate = MotionGate()
        return motion.map { seconds, isMoving in
            gate.update(
                at: .seconds(seconds), isMoving: isMoving, startAfter: .milliseconds(200), endAfter: .seconds(2))
            return gate.state
        }
    }

    @Test func aSingleFrameIsNotEnough() {
        #expect(
            states([(0, false), (0.04, true), (0.08, false), (3, true), (3.04, false)]).allSatisfy { $0 == .quiet })
    }

    @Test func motionThatLastsStartsAndQuietThatLastsEnds() {
        let result = states([(0, true), (0.1, true), (0.2, true), (1, false), (2.1, false), (2.2, false)])
        #expect(result == [.quiet, .quiet, .moving, .moving, .moving, .quiet])
    }

    @Test func slowCamerasStartWithTheirSecondFrame() {
        #expect(states([(0, true), (0.5, true)]) == [.quiet, .moving])
    }

    @Test func aNewSessionKeepsTheStateForItsHysteresis() {
        var gate = MotionGate()
        for seconds in [0.0, 0.3] {
            gate.update(at: .seconds(seconds), isMoving: true, startAfter: .milliseconds(200), endAfter: .seconds(2))
        }
        gate.restart(at: .zero)
        gate.update(at: .seconds(1), isMoving: false, startAfter: .milliseconds(200), endAfter: .seconds(2))
        #expect(gate.state == .moving)
        gate.update(at: .seconds(2), isMoving: false, startAfter: .milliseconds(200), endAfter: .seconds(2))
        #expect(gate.state == .quiet)
    }
}
