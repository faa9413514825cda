import EdgeCore
import EventModel
import Foundation
import GRDB
import TestSupport
import Testing

@testable import EdgeRecording

@Suite struct RetentionPlannerTests {
    private let now = testStart
    private static let gigabyte: Int64 = 1 << 30

    /// One gigabyte of two minutes that ended so many days ago.
    private func file(
        _ name: String, daysAgo: Double, _ recordingClass: RecordingClass = .continuous, isOpen: Bool = false
    ) -> SegmentSummary {
        let end = now.addingTimeInterval(-daysAgo * 86_400)
        return SegmentSummary(
            file: name, camera: testCamera, session: 1, begin: end.addingTimeInterval(-120), end: end,
            byteCount: Self.gigabyte, recordingClass: recordingClass, isOpen: isOpen)
    }

    private func plan(
        _ files: [SegmentSummary], free: Int64 = 1 << 40, maximum: Int64? = nil,
        _ change: (inout RetentionPolicy) -> Void = { _ in }
    ) -> RetentionPlan {
        var policy = RetentionPolicy()
        policy.maximumByteCount = maximum
        change(&policy)
        return RetentionPlanner(policy: policy).plan(files, freeByteCount: free, now: now)
    }

    @Test(arguments: [
        (RecordingClass.continuous, 6.9, false), (.continuous, 7.1, true), (.motion, 29.9, false),
        (.motion, 30.1, true),
        (.evidence, 179, false), (.evidence, 181, true), (.locked, 5000, false),
    ])
    func eachClassHasItsDays(_ recordingClass: RecordingClass, _ days: Double, _ goes: Bool) {
        #expect(plan([file("a", daysAgo: days, recordingClass)]).files == (goes ? ["a"] : []))
    }

    @Test func aFullDiskTakesWhatHasHadMostOfItsDaysFirst() {
        let files = [
            file("motion-20", daysAgo: 20, .motion), file("continuous-5", daysAgo: 5), file("continuous-1", daysAgo: 1),
            file("motion-2", daysAgo: 2, .motion),
        ]
        let plan = plan(files, free: 0) { $0.reserveByteCount = 3 * Self.gigabyte }
        #expect(plan.files == ["continuous-5", "motion-20", "continuous-1"])
        #expect(plan.byteCount == 3 * Self.gigabyte)
        #expect(plan.missingByteCount == 0)
    }

    @Test func evidenceGoesLastAndLockedAndOpenFilesNever() {
        let files = [
            file("evidence-old", daysAgo: 170, .evidence), file("evidence-new", daysAgo: 1, .evidence),
            file("fresh", daysAgo: 0.001), file("locked", daysAgo: 100, .locked),
            file("open", daysAgo: 0, isOpen: true),
        ]
        let plan = plan(files, free: 0) { $0.reserveByteCount = 10 * Self.gigabyte }
        #expect(plan.files == ["fresh", "evidence-old", "evidence-new"])
        #expect(plan.missingByteCount == 7 * Self.gigabyte)
    }

    @Test func theLimitOfBytesCountsAllFiles() {
        let files = [file("locked", daysAgo: 3, .locked)] + (1...4).map { file("\($0)", daysAgo: Double($0)) }
        #expect(plan(files, maximum: 3 * Self.gigabyte).files == ["4", "3"])
        #expect(plan(files, maximum: 5 * Self.gigabyte).files.isEmpty)
    }

    @Test func whatExpiresCountsTowardsTheRoomThatIsWanted() {
        let files = [file("expired", daysAgo: 8), file("kept", daysAgo: 6)]
        let plan = plan(files, free: 0) { $0.reserveByteCount = Self.gigabyte }
        #expect(plan.files == ["expired"])
    }

    @Test func whereTheClockIsNotTrustedFilesGoForWantOfSpaceOnly() {
        let files = [file("old", daysAgo: 365), file("older", daysAgo: 366)]
        var policy = RetentionPolicy()
        policy.reserveByteCount = Self.gigabyte
        let planner = RetentionPlanner(policy: policy)
        #expect(planner.plan(files, freeByteCount: 1 << 40, now: now, expires: false).files.isEmpty)
        #expect(planner.plan(files, freeByteCount: 0, now: now, expires: false).files == ["older"])
        #expect(planner.plan(files, freeByteCount: 1 << 40, now: now).files == ["older", "old"])
    }

    @Test func aStepOfTheClockHoldsDeletingByAgeForADay() {
        var clock = ClockWatch()
        let year = 365.0 * 86_400
        let first = clock.look(wall: now, monotonic: .seconds(5))
        #expect(first == nil)
        // It runs, and is slewed by less than an hour.
        let slewed = clock.look(wall: now.addingTimeInterval(3530), monotonic: .seconds(35))
        #expect(slewed == nil)
        let later = now.addingTimeInterval(3500 + year)
        let stepped = clock.look(wall: later.addingTimeInterval(60), monotonic: .seconds(65))
        #expect(stepped == "the clock was set by 8760 h: recordings are not deleted by age for a day")
        let held = clock.look(wall: later.addingTimeInterval(86_464), monotonic: .seconds(86_464))
        #expect(held == stepped)
        let dayAfter = clock.look(wall: later.addingTimeInterval(86_465), monotonic: .seconds(86_465))
        #expect(dayAfter == nil)
        let back = clock.look(wall: now.addingTimeInterval(86_495), monotonic: .seconds(86_495))
        #expect(back?.contains("-8761 h") == true)
    }

    @Test func theKeeperDeletesNothingByAgeAfterAStepOfTheClock() throws {
        try #require(TestClip.isAvailable)
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 4)), segment: .seconds(2))
        let files = try recordings.files()
        let keeper = RetentionKeeper(index: recordings.index, policy: RetentionPolicy(), logger: quietLogger) {
            () throws(RecordingError) in 1 << 40
        }
        keeper.run(now: files[1].end, monotonic: .zero)
        #expect(keeper.status.problem == nil)

        let ahead = files[1].end.addingTimeInterval(365 * 86_400)
        keeper.run(now: ahead, monotonic: .seconds(30))
        #expect(try recordings.files() == files)
        #expect(keeper.status.problem?.contains("8760 h") == true)

        keeper.run(now: ahead.addingTimeInterval(86_400), monotonic: .seconds(86_430))
        #expect(try recordings.files().isEmpty)
        #expect(keeper.status.problem == nil)
    }

    @Test func theForecastFollowsFromTheLastDays() throws {
        // A gigabyte an hour for two days, six gigabytes of room beyond the reserve.
        let files = (0..<48).map { file("\($0)", daysAgo: Double($0) / 24) }
        let forecast = try #require(plan(files, free: 8 << 30).forecast)
        #expect(abs(forecast.bytesPerDay / Double(Self.gigabyte) - 24.5) < 0.1)
        #expect(abs(try #require(forecast.daysUntilFull) - 0.245) < 0.01)
        #expect(abs(forecast.daysHeld - 2.2) < 0.05)
        #expect(plan(files, free: 1 << 40).forecast?.daysUntilFull == nil)
        #expect(plan([file("a", daysAgo: 0.01)]).forecast == nil)
    }

    @Test func theKeeperDeletesTheFilesAndTheirRows() throws {
        try #require(TestClip.isAvailable)
        let recordings = try Recordings()
        try recordings.record(try TestClip.packets(.init(seconds: 8)), segment: .seconds(2))
        let files = try recordings.files()
        try recordings.index.mark(.locked, camera: testCamera, from: files[0].begin, to: files[0].end)
        let keeper = RetentionKeeper(index: recordings.index, policy: RetentionPolicy(), logger: quietLogger)
        keeper.run(now: files[2].end.addingTimeInterval(7 * 86_400 + 1))

        #expect(try recordings.files().map(\.file) == [files[0].file, files[3].file])
        #expect(access(recordings.path(files[1].file), F_OK) != 0)
        #expect(keeper.status.deletedFileCount == 2)

        try recordings.index.unlock(camera: testCamera, from: files[0].begin, to: files[0].end)
        #expect(try recordings.files().map(\.recordingClass) == [.evidence, .continuous])
    }

    @Test func retentionReadsNoParts() throws {
        let plan = try Recordings().index.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + IndexSchema.summaries).map { $0["detail"] as String }
        }
        #expect(plan == ["SCAN segment USING COVERING INDEX segmentSummary"])
    }
}
