import EdgeVision
import EventModel
import Testing

@Suite struct LookScheduleTests {
    private static let size = FrameSize(width: 1_280, height: 720)

    private func makeSubject(
        _ x: Double, _ y: Double, _ side: Double = 50, looks: Int = 0, at seconds: Double? = nil, isStill: Bool = false
    ) -> LookSubject {
        LookSubject(
            box: BoundingBox(x: x, y: y, width: side, height: side * 0.8), lookCount: looks,
            lookedAt: seconds.map { .seconds($0) }, isStill: isStill)
    }

    /// How often it was looked at, whether it stands, after how many seconds it is due again.
    @Test(arguments: [(0, false, 0.15), (7, true, 0.15), (8, false, 1.0), (8, true, 10), (500, true, 10)])
    func whatIsKnownIsLookedAtLessOften(looks: Int, isStill: Bool, wait: Double) {
        let schedule = LookSchedule(regionSide: 320)
        let subject = makeSubject(0, 0, looks: looks, at: 100, isStill: isStill)
        #expect(!schedule.isDue(subject, at: .seconds(100 + wait) - .milliseconds(1)))
        #expect(schedule.isDue(subject, at: .seconds(100 + wait)))
    }

    @Test func whatWasNeverLookedAtIsDueAndTimeThatGoesBackHarmsNobody() {
        let schedule = LookSchedule(regionSide: 320)
        #expect(schedule.isDue(makeSubject(0, 0, looks: 9, isStill: true), at: .zero))
        #expect(!schedule.isDue(makeSubject(0, 0, at: 100), at: .seconds(1)))
    }

    @Test func neighboursShareALookAndOthersHaveTheirOwn() {
        var schedule = LookSchedule(regionSide: 320)
        let subjects = [makeSubject(600, 300), makeSubject(700, 340), makeSubject(100, 100)]
        let looks = schedule.looks(at: subjects, time: .zero, size: Self.size, limit: 9)
        #expect(looks.count == 2 && !schedule.isShort)
        #expect(looks.contains { $0.holds(subjects[0].box) && $0.holds(subjects[1].box) })
        #expect(looks.contains { $0.holds(subjects[2].box) })
        #expect(looks.allSatisfy { $0.kind == .region })
    }

    @Test func theLimitLeavesTheBestKnownForLaterAndSaysSo() {
        var schedule = LookSchedule(regionSide: 320)
        let subjects = [
            makeSubject(100, 100, looks: 5), makeSubject(900, 500, looks: 1), makeSubject(100, 600, looks: 3),
        ]
        let looks = schedule.looks(at: subjects, time: .zero, size: Self.size, limit: 2)
        #expect(looks.count == 2 && schedule.isShort)
        #expect(looks[0].holds(subjects[1].box) && looks[1].holds(subjects[2].box))
        let forbidden = schedule.looks(at: subjects, time: .zero, size: Self.size, limit: 0)
        #expect(forbidden.isEmpty && schedule.isShort)
        let nobody = schedule.looks(at: [], time: .zero, size: Self.size, limit: 2)
        #expect(nobody.isEmpty && !schedule.isShort)
        let known = schedule.looks(at: [makeSubject(0, 0, at: 1)], time: .seconds(1.1), size: Self.size, limit: 2)
        #expect(known.isEmpty && !schedule.isShort)
    }

    /// The longer side of an object, and how many pixels its part has across.
    @Test(arguments: [(10.0, 213.0), (39, 213), (41, 320), (190, 320), (300, 500)])
    func partsAreAsLargeAsTheInputUnlessAnObjectWantsOtherwise(side: Double, expected: Double) throws {
        var schedule = LookSchedule(regionSide: 320)
        let looks = schedule.looks(at: [makeSubject(600, 300, side)], time: .zero, size: Self.size, limit: 1)
        let look = try #require(looks.first)
        #expect(look.part.width == expected && look.part.height == expected)
    }

    @Test(arguments: [(1, 1), (100, 80), (319, 1_000), (2_000, 200)])
    func aPictureSmallerThanAPartIsSeenAcross(width: Int, height: Int) throws {
        var schedule = LookSchedule(regionSide: 320)
        let subject = LookSubject(
            box: BoundingBox(x: 0, y: 0, width: min(60, Double(width)), height: min(60, Double(height))))
        let size = FrameSize(width: width, height: height)
        let looks = schedule.looks(at: [subject], time: .zero, size: size, limit: 1)
        let look = try #require(looks.first)
        #expect(look.part.width == min(320, Double(width)) && look.part.height == min(320, Double(height)))
        #expect(look.holds(subject.box))
    }

    @Test func everyoneIsSeenWholeInAPartInsideThePicture() {
        let seed: UInt64 = 4
        var random = SeededGenerator(state: seed)
        func number(_ limit: Double) -> Double { Double(random.next() % 10_000) / 10_000 * limit }
        for _ in 0..<300 {
            let size = FrameSize(width: 100 + Int(number(2_000)), height: 100 + Int(number(1_000)))
            let subjects = (0..<Int(number(40))).map { _ in
                let width = 2 + number(95), height = 2 + number(95)
                return LookSubject(
                    box: BoundingBox(
                        x: number(Double(size.width) - width), y: number(Double(size.height) - height), width: width,
                        height: height))
            }
            var schedule = LookSchedule(regionSide: 320)
            let looks = schedule.looks(at: subjects, time: .zero, size: size, limit: 1_000)
            #expect(!schedule.isShort, "seed \(seed)")
            #expect(looks.count <= subjects.count, "seed \(seed)")
            #expect(subjects.allSatisfy { subject in looks.contains { $0.holds(subject.box) } }, "seed \(seed)")
            for part in looks.map(\.part) {
                #expect(part.x >= 0 && part.y >= 0, "seed \(seed): \(part)")
                #expect(part.maxX <= Double(size.width) && part.maxY <= Double(size.height), "seed \(seed): \(part)")
            }
        }
    }

    @Test func absurdSubjectsEndAndAreBounded() {
        var schedule = LookSchedule(regionSide: 320)
        let numbers: [Double] = [.nan, .infinity, -.infinity, 1e300, -1e300, 0]
        let subjects = numbers.flatMap { place in
            numbers.map { LookSubject(box: BoundingBox(x: place, y: 0, width: $0, height: 10)) }
        }
        let looks = schedule.looks(at: subjects, time: .zero, size: Self.size, limit: 4)
        #expect(looks.count <= 4)
    }
}
