import CollectorDomain
import EventModel
import Foundation

/// What a person typed to ask for a film: a moment in Vietnam and a length.
struct FilmForm: Sendable {
    var date: String
    var time: String
    var seconds: String
    /// Why it was not taken; a key of the strings.
    var notice: String?

    /// Offered lengths.
    private static let lengths = [10, 20, 30, 60, 90, 120]

    /// The last minute.
    init(now: Date) {
        let begin = now.addingTimeInterval(-60)
        date = LocalDay(containing: begin).description
        time = LocalText.time(begin)
        seconds = "60"
    }

    /// What was posted.
    init(_ body: FormBody) {
        date = body["date"]
        time = body["time"]
        seconds = body["seconds"]
    }

    /// Nil where it names no time.
    func wish(camera: Int64, user: Int64) -> ClipWish? {
        guard let day = LocalDay(date), let second = LocalTime.secondsOfDay(time), let length = Int(seconds),
            (1...86_400).contains(length)
        else { return nil }
        let from = day.start.addingTimeInterval(Double(second))
        return ClipWish(camera: camera, from: from, to: from.addingTimeInterval(Double(length)), user: user)
    }

    struct View {
        let address: String
        let date: String
        let time: String
        let today: String
        let oldest: String
        let lengths: [Length]
        let notice: String?
    }

    struct Length {
        let seconds: Int
        let text: String
        let isChosen: Bool
    }

    func view(_ camera: CameraStatus, _ strings: Strings, _ rules: ClipRules, now: Date) -> View {
        let oldest = now.addingTimeInterval(-Double(rules.oldestDays) * 86_400)
        return View(
            address: "/cameras/\(camera.id)/films", date: date, time: time,
            today: LocalDay(containing: now).description,
            oldest: LocalDay(containing: oldest).description,
            lengths: Self.lengths.filter { rules.seconds.contains(Double($0)) }.map {
                Length(seconds: $0, text: strings("film_seconds", "\($0)"), isChosen: "\($0)" == seconds)
            }, notice: notice.map { strings($0) })
    }
}

extension ClipWish.Complaint {
    /// The key of its text.
    var stringKey: String {
        switch self {
        case .length: return "film_length"
        case .future: return "film_future"
        case .old: return "film_old"
        case .cameraBusy: return "film_camera_busy"
        case .personBusy: return "film_person_busy"
        case .personDay: return "film_person_day"
        case .revoked: return "film_revoked"
        }
    }
}
