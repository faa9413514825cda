import BatchCodec
import CollectorDomain
import EventModel
import Foundation

/// What the list of films that were asked for prints.
struct FilmViews: Sendable {
    /// Films listed.
    static let limit = 20
    let strings: Strings
    let now: Date
    /// Who looks.
    let user: User
    let site: String

    struct List {
        let address: String
        let films: [Film]
        let hasFilms: Bool
        /// Something may change by itself: the page looks again.
        let isWaiting: Bool
        let hasOddCodec: Bool
    }

    struct Film {
        let id: String
        let title: String
        let machineTime: String
        let asked: String
        let state: BoardViews.State
        /// Changes whenever the row does.
        let version: String
        let cancelAddress: String?
        let percent: Int?
        let file: File?
    }

    /// A film that is here.
    struct File {
        let hash: String
        let mediaType: String
        let poster: String?
        let name: String
        let size: String
    }

    func list(_ clips: [RequestedClip], of camera: CameraStatus) -> List {
        let films = clips.map(film)
        let codec = camera.health?.codec.lowercased() ?? ""
        return List(
            address: "/cameras/\(camera.id)/films?part=1", films: films, hasFilms: !films.isEmpty,
            isWaiting: clips.contains { $0.request.isWaiting(now: now) || isUploading($0) },
            hasOddCodec: codec.contains("hevc") || codec.contains("265"))
    }

    private func film(_ clip: RequestedClip) -> Film {
        let request = clip.request
        let id = request.id.uuidString.lowercased()
        let state = state(of: clip)
        let mayCancel =
            request.isWaiting(now: now)
            && Access.decide(user, .change, on: .film(site: site, isOwn: request.user == user.id)) == .allowed
        let length = Int(request.to.timeIntervalSince(request.from).rounded())
        return Film(
            id: "film-\(id)", title: "\(LocalText.dateTime(request.from)) · \(strings("film_seconds", "\(length)"))",
            machineTime: LocalText.machine(request.from),
            asked: strings("film_asked_by", request.userName, LocalText.dateTime(request.askedAt)), state: state,
            version: "\(state.tone) \(state.text) \(state.detail ?? "") \(clip.poster?.hexadecimal.prefix(8) ?? "")",
            cancelAddress: mayCancel ? "/cameras/\(request.camera)/films/\(id)/cancel" : nil,
            percent: isUploading(clip) ? percent(clip.film) : nil, file: file(clip))
    }

    private func file(_ clip: RequestedClip) -> File? {
        guard let film = clip.film, film.isPresent else { return nil }
        let begin = LocalText.dateTime(clip.request.from).filter { $0.isNumber || $0 == " " }
        return File(
            hash: film.sha256.hexadecimal, mediaType: film.mediaType, poster: clip.poster?.hexadecimal,
            name: "\(clip.request.cameraID.rawValue) \(begin).mp4".replacing(" ", with: "_"),
            size: NumberText.bytes(UInt64(film.byteCount), strings.language))
    }

    private func isUploading(_ clip: RequestedClip) -> Bool {
        guard clip.request.stage == .delivered, let film = clip.film, !film.isPresent else { return false }
        return Self.mayStillCome(since: clip.request.changedAt, now: now)
    }

    /// Whether a film that was promised then is still waited for.
    static func mayStillCome(since promised: Date, now: Date) -> Bool {
        now.timeIntervalSince(promised) < Double(ClipRequest.uploadPatience.components.seconds)
    }

    private func percent(_ film: ClipFilm?) -> Int {
        guard let film, film.byteCount > 0 else { return 0 }
        return Int(film.storedBytes * 100 / film.byteCount)
    }

    private func state(of clip: RequestedClip) -> BoardViews.State {
        switch clip.request.state(now: now) {
        case .asked: state("info", "◌", "film_state_asked")
        case .handed: state("info", "◌", "film_state_handed")
        case .cancelled: state("off", "■", "film_state_cancelled")
        case .expired: state("off", "✕", "film_state_expired")
        case .failed(let problem):
            state("warn", "✕", "film_state_none", detail: Self.reason(problem, strings, isStaff: user.role != .viewer))
        case .delivered:
            if clip.film?.isPresent == true {
                state("good", "●", "film_state_ready")
            } else if isUploading(clip), let film = clip.film {
                state(
                    "info", "◌", "film_state_uploading",
                    detail: strings("film_bytes", bytes(film.storedBytes), bytes(film.byteCount)))
            } else {
                state("warn", "✕", "film_state_lost")
            }
        }
    }

    private func state(_ tone: String, _ icon: String, _ key: String, detail: String? = nil) -> BoardViews.State {
        BoardViews.State(tone: tone, icon: icon, text: strings(key), detail: detail)
    }

    private func bytes(_ count: Int64) -> String { NumberText.bytes(UInt64(max(0, count)), strings.language) }

    /// Why an agent has no film, in the page's language.
    ///
    /// - Parameter isStaff: show words of the agent that are not known here; they may name paths of its machine.
    static func reason(_ problem: String, _ strings: Strings, isStaff: Bool) -> String {
        let known = [
            "nothing of that time is recorded": "film_reason_not_recorded",
            "no packets of that time are left": "film_reason_not_recorded",
            "the agent has no such camera": "film_reason_no_camera",
            "a film of a time to come cannot be cut": "film_reason_future",
            "the agent's disk cannot be used for films": "film_reason_disk",
        ]
        if problem.isEmpty { return strings("film_reason_none") }
        if let key = known[problem] { return strings(key) }
        return isStaff ? "\(strings("film_reason_other")) (\(problem))" : strings("film_reason_other")
    }
}
