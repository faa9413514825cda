import Testing

@testable import EdgeRules

@Suite struct ConditionTimerTests {
    /// Feeds `p`resent, `a`bsent, `u`nknown once a second; what changed when.
    private func play(_ story: String, openAfter: Int = 3, endAfter: Int = 2, isOpen: Bool = false) -> [String] {
        var timer = ConditionTimer(openAfter: .seconds(openAfter), endAfter: .seconds(endAfter), isOpen: isOpen)
        return story.enumerated().compactMap { second, letter in
            let evidence: ConditionTimer.Evidence = letter == "p" ? .present : letter == "a" ? .absent : .unknown
            switch timer.update(evidence, at: .seconds(second)) {
            case .opened(let from): return "\(second) opened from \(from.inSeconds)"
            case .ended(let end): return "\(second) ended at \(end.inSeconds)"
            case nil: return nil
            }
        }
    }

    @Test func whatLastsOpensAndEndsOnce() {
        #expect(play("aapppppppaaaaa") == ["5 opened from 2.0", "11 ended at 9.0"])
    }

    @Test func whatComesAndGoesNeverOpens() { #expect(play("ppapppappapppapp") == []) }

    @Test func whatIsGoneForAMomentDoesNotEnd() { #expect(play("ppppapapaapp") == ["3 opened from 0.0"]) }

    @Test func whatCannotBeToldChangesNothing() {
        #expect(play("ppupppuuuuuu") == ["3 opened from 0.0"])
        #expect(play("uuuuuuuuu") == [])
        #expect(play("uuuuuu", isOpen: true) == [])
    }

    @Test func whatLastedBeforeEndsWhenItIsSeenToBeGone() {
        #expect(play("uuaaa", isOpen: true) == ["4 ended at 2.0"])
    }

    @Test func oneLookProvesNothingHoweverLongAgoItBegan() {
        var timer = ConditionTimer(openAfter: .seconds(10), endAfter: .seconds(3))
        #expect(timer.update(.present, at: .seconds(100), from: .seconds(80)) == nil)
        #expect(timer.update(.present, at: .seconds(101), from: .seconds(80)) == nil)
        #expect(timer.update(.present, at: .seconds(102), from: .seconds(80)) == .opened(from: .seconds(80)))
    }

    @Test func evidenceFarApartDoesNotBelongTogether() {
        var timer = ConditionTimer(openAfter: .seconds(10), endAfter: .seconds(3))
        for second in stride(from: 0, through: 500, by: 50) {
            #expect(timer.update(.present, at: .seconds(second)) == nil)
        }
    }
}
