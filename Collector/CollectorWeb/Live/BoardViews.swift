import BatchCodec
import CollectorDomain
import EventModel
import Foundation

/// What the templates of tiles, rows and pictures print.
struct BoardViews: Sendable {
    let strings: Strings
    let now: Date

    struct Still {
        let hash: String?
        let isPresent: Bool
        let alt: String
    }

    struct Class {
        let key: String
        let name: String
        let today: String
        let lastHour: String
    }

    struct Direction {
        let key: String
        let arrow: String
        let text: String
        let today: String
        let lastHour: String
        let classes: [Class]
    }

    struct Line {
        let name: String
        let directions: [Direction]
    }

    struct Tile {
        let id: String
        let agent: Int64
        let address: String
        let name: String
        let site: String
        let state: State
        let conditions: [Condition]
        let hasConditions: Bool
        let still: Still
        let stillAt: String?
        let lines: [Line]
        let hasLines: Bool
    }

    /// Icon, word and colour: a state is never told by colour alone.
    struct State {
        let tone: String
        let icon: String
        let text: String
        let detail: String?
        /// Since when nothing was heard, if that is longer than it should be.
        var staleSince: String?
    }

    /// What is wrong with a camera beside its state.
    struct Condition {
        let name: String
    }

    struct Passage {
        let id: String
        let cursor: Int64
        let camera: String
        let cameraAddress: String
        let site: String
        let line: String
        let arrow: String
        let direction: String
        let objectClass: String
        let plate: String?
        let time: String
        let dateTime: String
        let machineTime: String
        let still: Still
    }

    struct Alert {
        let id: String
        let cursor: Int64
        let kind: String
        let tone: String
        let icon: String
        let severity: String
        let camera: String
        let cameraAddress: String
        let site: String
        let zone: String?
        let from: String
        let machineTime: String
        let phase: String
        let isOver: Bool
        let still: Still
        let film: Film?
    }

    struct Film {
        let hash: String?
        let isPresent: Bool
        /// It has not come, and will not.
        let isLost: Bool
        let title: String
        let problem: String?
    }

    struct Agent {
        let id: Int64
        let name: String
        let site: String
        let state: State
        let detail: String
        let problems: [String]
    }

    func state(of camera: CameraStatus) -> State {
        let since = camera.healthAt.map { strings("since", LocalText.dateTime($0)) }
        switch camera.freshness {
        case .never: return State(tone: "off", icon: "○", text: strings("state_never"), detail: nil)
        case .stale:
            return State(
                tone: "bad", icon: "⚠", text: strings("state_stale"), detail: since,
                staleSince: camera.healthAt.map { LocalText.dateTime($0) })
        case .fresh: break
        }
        let health = camera.health ?? Ngatu_V1_CameraHealth()
        let reason = health.reason.isEmpty ? nil : health.reason
        switch health.state {
        case .live:
            let details = [frames(health), reason].compactMap(\.self)
            return State(
                tone: "good", icon: "●", text: strings("state_live"),
                detail: details.isEmpty ? nil : details.joined(separator: " · "))
        case .connecting: return State(tone: "warn", icon: "◌", text: strings("state_connecting"), detail: reason)
        case .stalled: return State(tone: "warn", icon: "⏸", text: strings("state_stalled"), detail: reason)
        case .unreachable: return State(tone: "bad", icon: "✕", text: strings("state_unreachable"), detail: reason)
        case .refused: return State(tone: "bad", icon: "⛔", text: strings("state_refused"), detail: reason)
        case .stopped: return State(tone: "off", icon: "■", text: strings("state_stopped"), detail: reason)
        case .unspecified, .UNRECOGNIZED:
            return State(tone: "off", icon: "○", text: strings("state_never"), detail: nil)
        }
    }

    func tile(_ camera: CameraStatus, _ tally: LiveTally) -> Tile {
        let lines = self.lines(camera.id, tally)
        let conditions = self.conditions(of: camera)
        return Tile(
            id: "camera-\(camera.id)", agent: camera.agent, address: "/cameras/\(camera.id)",
            name: camera.cameraID.rawValue,
            site: camera.site, state: state(of: camera), conditions: conditions, hasConditions: !conditions.isEmpty,
            still: still(of: camera),
            stillAt: camera.lastStillAt.map { LocalText.dateTime($0) }, lines: lines, hasLines: !lines.isEmpty)
    }

    /// What lasts by the newest report. A lost signal is the state itself.
    func conditions(of camera: CameraStatus) -> [Condition] {
        guard camera.freshness == .fresh, let health = camera.health else { return [] }
        return health.conditions.filter { $0 != "signalLoss" }.map { Condition(name: alertName($0)) }
    }

    /// What people call a kind of alert; a kind of a newer agent stands as it is.
    func alertName(_ kind: String) -> String { strings.table["alert_\(kind)"] ?? kind }

    func passage(_ item: FeedItem) -> Passage? {
        guard case .passage(let passage) = item.body else { return nil }
        let name = className(passage.objectClass)
        return Passage(
            id: "passage-\(item.cursor)", cursor: item.cursor, camera: item.origin.cameraID?.rawValue ?? "—",
            cameraAddress: address(item.origin), site: item.origin.site, line: passage.line,
            arrow: Self.arrow(passage.direction), direction: directionName(passage.direction), objectClass: name,
            plate: passage.plate.isEmpty ? nil : passage.plate, time: LocalText.time(item.time),
            dateTime: LocalText.dateTime(item.time), machineTime: LocalText.machine(item.time),
            still: still(passage.still, alt: strings("still_of_passage", name, passage.line)))
    }

    func alert(_ row: AlertBoard.Row) -> Alert {
        let kind = alertName(row.alert.kind)
        let (tone, icon, severity) = severityParts(row.alert.severity)
        let isOver = row.alert.phase == .ended
        let phase =
            isOver
            ? strings("alert_until", row.alert.until.map { LocalText.time($0) } ?? "—") : strings("alert_lasting")
        return Alert(
            id: row.key.text, cursor: row.item.cursor, kind: kind, tone: isOver ? "off" : tone, icon: icon,
            severity: severity, camera: row.item.origin.cameraID?.rawValue ?? "—",
            cameraAddress: address(row.item.origin), site: row.item.origin.site,
            zone: row.alert.zone.isEmpty ? nil : row.alert.zone, from: LocalText.dateTime(row.alert.from),
            machineTime: LocalText.machine(row.alert.from), phase: phase, isOver: isOver,
            still: still(row.alert.still, alt: strings("still_of_alert", kind)),
            film: row.alert.film.map { film($0, of: row, kind: kind) })
    }

    private func film(_ film: FilmReference, of row: AlertBoard.Row, kind: String) -> Film {
        let camera = row.item.origin.cameraID?.rawValue ?? "—"
        let isPresent = film.file?.isPresent ?? false
        return Film(
            hash: film.file?.sha256.hexadecimal, isPresent: isPresent,
            isLost: film.file != nil && !isPresent && !FilmViews.mayStillCome(since: row.item.time, now: now),
            title: "\(kind) · \(camera) · \(LocalText.dateTime(row.alert.from))",
            problem: film.file == nil ? FilmViews.reason(film.problem, strings, isStaff: false) : nil)
    }

    func agent(_ status: AgentStatus) -> Agent {
        let state = agentState(status)
        let waiting = status.health.map {
            strings("agent_waiting", NumberText.count($0.outboxRecords, strings.language))
        }
        let seen = status.agent.lastSeenAt.map { strings("agent_seen", LocalText.dateTime($0)) }
        return Agent(
            id: status.agent.id, name: status.agent.name, site: status.agent.site, state: state,
            detail: [seen, waiting].compactMap { $0 }.joined(separator: " · "), problems: status.health?.problems ?? [])
    }

    func agentState(_ status: AgentStatus) -> State {
        guard status.agent.isEnrolled else {
            return State(tone: "off", icon: "⛔", text: strings("agent_revoked"), detail: nil)
        }
        switch status.freshness {
        case .never: return State(tone: "off", icon: "○", text: strings("agent_never"), detail: nil)
        case .stale:
            return State(
                tone: "bad", icon: "⚠", text: strings("agent_stale"), detail: nil,
                staleSince: status.agent.lastSeenAt.map { LocalText.dateTime($0) })
        case .fresh where status.health?.problems.isEmpty == false:
            return State(tone: "warn", icon: "⚠", text: strings("agent_problems"), detail: nil)
        case .fresh: return State(tone: "good", icon: "●", text: strings("agent_good"), detail: nil)
        }
    }

    func still(_ reference: EvidenceReference?, alt: String) -> Still {
        Still(hash: reference?.sha256.hexadecimal, isPresent: reference?.isPresent ?? false, alt: alt)
    }

    func still(of camera: CameraStatus) -> Still {
        Still(
            hash: camera.lastStill?.hexadecimal, isPresent: camera.lastStill != nil,
            alt: strings("still_of_camera", camera.cameraID.rawValue))
    }

    func className(_ value: ObjectClass?) -> String { strings("class_\(value?.rawValue ?? "unknown")") }

    func directionName(_ value: CrossingDirection?) -> String { strings("direction_\(value?.rawValue ?? "unknown")") }

    static func arrow(_ direction: CrossingDirection?) -> String {
        switch direction {
        case .leftToRight: "→"
        case .rightToLeft: "←"
        case nil: "·"
        }
    }

    func number(_ value: Int) -> String { NumberText.count(value, strings.language) }

    private func address(_ origin: RecordOrigin) -> String { origin.camera.map { "/cameras/\($0)" } ?? "/live" }

    private func frames(_ health: Ngatu_V1_CameraHealth) -> String? {
        guard health.framesPerSecondTenths > 0 else { return nil }
        let rate = NumberText.decimal(Double(health.framesPerSecondTenths) / 10, strings.language)
        return strings("frames_per_second", rate)
    }

    private func severityParts(_ severity: Ngatu_V1_Severity) -> (tone: String, icon: String, text: String) {
        switch severity {
        case .critical: ("bad", "▲", strings("severity_critical"))
        case .warning: ("warn", "◆", strings("severity_warning"))
        default: ("info", "●", strings("severity_info"))
        }
    }
}
