import Testing

@testable import EdgeRecording

@Suite struct SegmentPlannerTests {
    private func picture(
        _ seconds: Double, key: Bool = false, session: Int = 1, clockBy: Double = 0, isNewFormat: Bool = false
    ) -> SegmentPlanner.Picture {
        let time = Int64(seconds * 1e9)
        return .init(
            session: session, decode: time, presentation: time,
            captured: time + Int64(clockBy * 1e9) + 1_000_000_000_000,
            isKey: key, isNewFormat: isNewFormat)
    }

    @Test func nothingBeginsBeforeAKeyFrame() {
        var planner = SegmentPlanner()
        #expect(planner.place(picture(0)) == .skip)
        #expect(planner.place(picture(0.04, key: true)) == .beginSegment)
        #expect(planner.place(picture(0.08)) == .append)
    }

    @Test func aPartLastsASecond() {
        var planner = SegmentPlanner()
        let actions = (0..<60).map { planner.place(picture(Double($0) / 25, key: $0 == 0)) }
        #expect(actions.indices.filter { actions[$0] == .beginPart } == [25, 50])
    }

    @Test(arguments: [(0.4, SegmentPlanner.Action.append), (0.6, .beginPart)])
    func aKeyFrameBeginsAPartUnlessTheLastIsShort(_ seconds: Double, _ action: SegmentPlanner.Action) {
        var planner = SegmentPlanner()
        _ = planner.place(picture(0, key: true))
        #expect(planner.place(picture(seconds, key: true)) == action)
    }

    @Test(arguments: [119.0, 120.0])
    func aSegmentEndsAtTheFirstKeyFrameAfterItsLength(_ seconds: Double) {
        var planner = SegmentPlanner()
        _ = planner.place(picture(0, key: true))
        for second in 1..<Int(seconds) { _ = planner.place(picture(Double(second))) }
        #expect(planner.place(picture(seconds, key: true)) == (seconds < 120 ? .beginPart : .beginSegment))
    }

    @Test func withoutAKeyFrameTheSegmentGoesOn() {
        var planner = SegmentPlanner()
        _ = planner.place(picture(0, key: true))
        #expect((1..<600).allSatisfy { planner.place(picture(Double($0))) == .beginPart })
    }

    @Test(arguments: [
        (5.0, 2, SegmentPlanner.Action.skip), (-0.1, 1, .skip), (0.0, 1, .skip), (11.0, 1, .skip), (9.0, 1, .beginPart),
    ])
    func aNewSessionATimeThatGoesBackAndALongHoleEndTheSegment(
        _ seconds: Double, _ session: Int, _ action: SegmentPlanner.Action
    ) {
        var planner = SegmentPlanner()
        _ = planner.place(picture(0, key: true))
        #expect(planner.place(picture(seconds, session: session)) == action)
        if action == .skip {
            #expect(planner.place(picture(seconds + 1, key: true, session: session)) == .beginSegment)
        }
    }

    @Test(arguments: [(0.9, SegmentPlanner.Action.beginPart), (1.1, .beginSegment), (-1.1, .beginSegment)])
    func aJumpOfTheClockEndsTheSegmentAtAKeyFrame(_ jump: Double, _ action: SegmentPlanner.Action) {
        var planner = SegmentPlanner()
        _ = planner.place(picture(0, key: true))
        #expect(planner.place(picture(0.5, clockBy: jump)) == .append)
        #expect(planner.place(picture(1, key: true, clockBy: jump)) == action)
    }

    @Test func aNewFormatBeginsASegment() {
        var planner = SegmentPlanner()
        _ = planner.place(picture(0, key: true))
        #expect(planner.place(picture(0.1, key: true, isNewFormat: true)) == .beginSegment)
    }

    @Test func timesOfAFileRiseStrictlyAndNothingIsShownBeforeItIsDecoded() {
        // An I P B B whose decoding times run behind: by 40 ms at worst.
        let stamps: [(decode: Int64, presentation: Int64)] = [(0, 0), (120, 120), (120, 40), (121, 80), (160, 240)]
        var timeline = SegmentTimeline(firstDecode: 0)
        let placed = stamps.map {
            timeline.place(decode: $0.decode * 1_000_000, presentation: $0.presentation * 1_000_000)
        }
        #expect(zip(placed.dropFirst(), placed).allSatisfy { $0.decode > $1.decode })
        #expect(placed.allSatisfy { $0.presentation >= $0.decode })
        #expect(timeline.lateness == 80_000_000)

        var shifted = SegmentTimeline(firstDecode: 0, shift: timeline.lateness)
        let second = stamps.map {
            shifted.place(decode: $0.decode * 1_000_000, presentation: $0.presentation * 1_000_000)
        }
        #expect(second.map(\.presentation) == [7200, 18_000, 10_801, 14_400, 28_800])
        #expect(shifted.origin == -80_000_000)
    }
}
