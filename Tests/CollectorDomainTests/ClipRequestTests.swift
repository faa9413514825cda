import CollectorDomain
import EventModel
import Foundation
import Testing

@Suite struct ClipRequestTests {
    private let start = Date(timeIntervalSince1970: 1_795_136_400)

    private func makeRequest() throws -> ClipRequest {
        ClipRequest(
            id: UUID(), camera: 1, cameraID: try #require(CameraID(rawValue: "cam-1")), agent: 1,
            from: start - 60, to: start, user: 1, userName: "Lan", askedAt: start)
    }

    @Test func itIsHandedOnceAndAgainAfterARestartOrALongSilence() throws {
        var request = try makeRequest()
        #expect(request.isDue(for: "run-1", now: start))
        request.hand(to: "run-1", now: start + 1)
        #expect(request.state(now: start + 1) == .handed)
        #expect(!request.isDue(for: "run-1", now: start + 100))
        #expect(request.isDue(for: "run-2", now: start + 2))
        #expect(request.isDue(for: "run-1", now: start + 182))
        // A clock that was set back by a day.
        #expect(request.isDue(for: "run-1", now: start - 86_400))
    }

    @Test func anAnswerSettlesItOnce() throws {
        var request = try makeRequest()
        let isNews = request.settle(problem: nil, now: start + 5)
        #expect(isNews && request.state(now: start + 6) == .delivered)
        let isNewsAgain = request.settle(problem: "nothing of that time is recorded", now: start + 7)
        #expect(!isNewsAgain && request.state(now: start + 8) == .delivered)
        #expect(!request.isDue(for: "run-2", now: start + 9))
    }

    @Test func aFilmAfterAnAnswerThatThereIsNoneIsWelcome() throws {
        var request = try makeRequest()
        let isNews = request.settle(problem: "no", now: start + 5)
        #expect(isNews && request.state(now: start + 6) == .failed("no"))
        let isNewsAgain = request.settle(problem: nil, now: start + 7)
        #expect(isNewsAgain && request.state(now: start + 8) == .delivered && request.problem.isEmpty)
    }

    @Test func whatWaitsCanBeTakenBackAndIsThenOver() throws {
        var request = try makeRequest()
        request.hand(to: "run-1", now: start + 1)
        let isTakenBack = request.cancel(now: start + 2)
        #expect(isTakenBack && request.state(now: start + 3) == .cancelled)
        #expect(!request.isDue(for: "run-2", now: start + 4))
        let isNews = request.settle(problem: nil, now: start + 5)
        #expect(!isNews && request.state(now: start + 6) == .cancelled)
        var ready = try makeRequest()
        _ = ready.settle(problem: nil, now: start + 1)
        let isTooLate = !ready.cancel(now: start + 2)
        #expect(isTooLate)
    }

    @Test func itExpiresAndAFilmThatComesLaterIsWelcomeAllTheSame() throws {
        var request = try makeRequest()
        let later = start + 7 * 86_400
        #expect(request.state(now: later - 1) == .asked)
        #expect(request.state(now: later) == .expired && !request.isWaiting(now: later))
        #expect(!request.isDue(for: "run-1", now: later))
        let isTakenBack = request.cancel(now: later)
        #expect(!isTakenBack)
        let isNews = request.settle(problem: nil, now: later + 1)
        #expect(isNews && request.state(now: later + 2) == .delivered)
    }

    @Test(
        arguments: [
            (-60.0, 0.0, 0, 0, nil), (-10, 0, 0, 0, nil), (-120, 0, 7, 15, nil), (-9.9, 0, 0, 0, .length),
            (-120.1, 0, 0, 0, .length), (0, -60, 0, 0, .length), (-59, 1, 0, 0, .future),
            (-400 * 86_400, -400 * 86_400 + 60, 0, 0, .old), (-60, 0, 8, 0, .cameraBusy), (-60, 0, 0, 16, .personBusy),
        ] as [(Double, Double, Int, Int, ClipWish.Complaint?)])
    func aWishIsJudged(from: Double, to: Double, ofCamera: Int, ofPerson: Int, complaint: ClipWish.Complaint?) {
        let wish = ClipWish(camera: 1, from: start + from, to: start + to, user: 1)
        let load = ClipLoad(ofCamera: ofCamera, ofPerson: ofPerson)
        #expect(ClipRules().complaint(about: wish, load: load, now: start) == complaint)
    }

    @Test func aPersonAsksForSoManyFilmsADay() {
        let wish = ClipWish(camera: 1, from: start - 60, to: start, user: 1)
        #expect(ClipRules().complaint(about: wish, load: ClipLoad(ofPersonInDay: 99), now: start) == nil)
        #expect(ClipRules().complaint(about: wish, load: ClipLoad(ofPersonInDay: 100), now: start) == .personDay)
    }

    @Test(arguments: [("08:05", 29_100), ("08:05:09", 29_109), ("00:00:00", 0), ("23:59:59", 86_399)])
    func aTimeOfDayIsRead(text: String, seconds: Int) { #expect(LocalTime.secondsOfDay(text) == seconds) }

    @Test(arguments: ["", "8:05", "24:00", "12:60", "12:00:60", "12:00:", "12:00:00.5", "-1:00", "１２:00"])
    func whatIsNoTimeOfDayIsNotRead(text: String) { #expect(LocalTime.secondsOfDay(text) == nil) }

    @Test func aFilmIsTakenBackByWhoAskedOrByOperators() {
        let viewer = User(id: 1, login: "v", displayName: "", role: .viewer, scope: .sites(["a"]))
        let clerk = User(id: 2, login: "o", displayName: "", role: .operatorRole, scope: .sites(["a"]))
        #expect(Access.decide(viewer, .change, on: .film(site: "a", isOwn: true)) == .allowed)
        #expect(Access.decide(viewer, .change, on: .film(site: "a", isOwn: false)) == .refused(.role))
        #expect(Access.decide(clerk, .change, on: .film(site: "a", isOwn: false)) == .allowed)
        #expect(Access.decide(clerk, .change, on: .film(site: "b", isOwn: true)) == .refused(.site))
    }
}
