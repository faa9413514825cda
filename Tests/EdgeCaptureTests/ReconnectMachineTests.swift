import EdgeCapture
import Testing

@Suite struct ReconnectMachineTests {
    private func wait(_ action: ReconnectMachine.Action) -> Duration? {
        if case .wait(let pause) = action { return pause }
        return nil
    }

    @Test func waitingDoublesFromOneToThirtySeconds() {
        var machine = ReconnectMachine()
        let waits = (0..<8).map { _ in wait(machine.connectionEnded(.unreachable, chance: 1)) }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
        #expect(machine.waited() == .connect)
    }

    @Test func chanceTakesUpToHalfOfTheWaitAway() throws {
        var generator = SeededGenerator(seed: 7)
        var machine = ReconnectMachine()
        for _ in 0..<200 {
            let chance = Double.random(in: 0..<1, using: &generator)
            let pause = try #require(wait(machine.connectionEnded(.stalled, chance: chance)))
            #expect(pause >= .milliseconds(500) && pause <= .seconds(30))
        }
        let pause = try #require(wait(machine.connectionEnded(.stalled, chance: 0)))
        #expect(pause == .seconds(15))
    }

    @Test func aRefusedPasswordIsAskedAgainSlowly() {
        var machine = ReconnectMachine()
        #expect(wait(machine.connectionEnded(.unauthorized, chance: 1)) == .seconds(300))
    }

    @Test func aRefusedStreamIsAskedAgainSoonAndThenSlowly() {
        var machine = ReconnectMachine()
        let waits = (0..<11).map { _ in wait(machine.connectionEnded(.unsupported, chance: 1)) }
        #expect(waits.prefix(4) == [.seconds(1), .seconds(2), .seconds(4), .seconds(8)])
        #expect(waits.suffix(2) == [.seconds(300), .seconds(300)])
    }

    @Test func aHealthyConnectionBeginsAnew() {
        var machine = ReconnectMachine()
        for _ in 0..<5 { _ = machine.connectionEnded(.unreachable, chance: 1) }
        machine.pictureArrived(at: .seconds(100))
        machine.pictureArrived(at: .seconds(130))
        #expect(wait(machine.connectionEnded(.stalled, chance: 1)) == .seconds(1))
    }

    @Test func aConnectionThatDiesAtOnceDoesNotBeginAnew() {
        var machine = ReconnectMachine()
        for second in 0..<4 {
            machine.pictureArrived(at: .seconds(second))
            _ = machine.connectionEnded(.stalled, chance: 1)
        }
        machine.pictureArrived(at: .seconds(100))
        #expect(wait(machine.connectionEnded(.stalled, chance: 1)) == .seconds(16))
    }
}
