import EventModel
import TestSupport
import Testing

@testable import EdgeAgent

@Suite struct OverloadReportTests {
    private func load(slowdown: Int = 1, catchUps: UInt64 = 0) -> [(camera: CameraID, load: CameraLoad)] {
        var load = CameraLoad()
        (load.slowdown, load.catchUps) = (slowdown, catchUps)
        return [(testCamera, load)]
    }

    @Test func aBoxThatKeepsUpIsNotTalkedAbout() {
        var report = OverloadReport()
        let said = [load(), []].map { report.problem($0) }
        #expect(said == [nil, nil])
    }

    @Test func aLoweredRateIsToldAsLongAsItLasts() throws {
        var report = OverloadReport()
        for _ in 1...2 {
            let problem = report.problem(load(slowdown: 4)) ?? ""
            #expect(problem.contains("nga-tu-01") && problem.contains("1/4"))
        }
    }

    @Test func lostPicturesAreToldOnce() {
        var report = OverloadReport()
        let said = [load(catchUps: 3), load(catchUps: 3), load(slowdown: 2, catchUps: 5)].map { report.problem($0) }
        #expect(said[0]?.contains("3 times") == true)
        #expect(said[1] == nil)
        #expect(said[2]?.contains("2 times") == true)
    }
}
