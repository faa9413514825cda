import EventModel

// The elements of a site file's lists: decoded here, judged in SiteValidation.
extension ObjectReader {
    mutating func readLine() -> SiteLine? {
        rejectKeys(except: ["id", "kind", "from", "to", "signal", "lane"])
        let id = readID()
        let kind = word("kind", SiteLine.Kind.self)
        let from = required("from", "[x, y] in pixels", \.pair)
        let to = required("to", "[x, y] in pixels", \.pair)
        let signal = optional("signal", "the id of a signal", \.string)
        let lane = optional("lane", "the id of a lane zone", \.string)
        for key in ["signal", "lane"] where kind == .counting && has(key) {
            note(key, "only stop lines have a \(key); remove it, or make this line's kind 'stop'")
        }
        guard problems.isEmpty, let id, let kind, let from, let to else { return nil }
        return SiteLine(id: id, kind: kind, segment: LineSegment(from: from, to: to), signal: signal, lane: lane)
    }

    mutating func readZone() -> Zone? {
        rejectKeys(except: ["id", "kind", "points"] + ZoneKeys.all)
        let id = readID()
        let kind = word("kind", Zone.Kind.self)
        let points = required("points", "a list of [x, y] in pixels", \.pairs)
        if let kind { rejectKeysOfOtherKinds(kind) }
        guard let id, let kind, let points else { return nil }
        var zone = Zone(id: id, kind: kind, polygon: Polygon(points: points))
        zone.classes = readClasses()
        zone.schedule = readSchedule()
        zone.maximumCount = optional("maximumCount", "a whole number", \.integer)
        zone.minimumStay = optional("minimumSeconds", "a number of seconds from 0 to 86400") { value in
            value.double.flatMap { (0...86_400).contains($0) ? Duration.seconds($0) : nil }
        }
        zone.direction = optional("direction", "[x, y], the permitted way in the picture", \.pair)
        if has("severity") { zone.severity = word("severity", Zone.Severity.self) }
        return problems.isEmpty ? zone : nil
    }

    mutating func readSignal() -> SiteSignal? {
        rejectKeys(except: ["id", "box", "source"])
        let id = readID()
        let box = required("box", "[x, y, width, height] in pixels", \.box)
        let source = has("source") ? word("source", SiteSignal.Source.self) : .video
        guard problems.isEmpty, let id, let box, let source else { return nil }
        return SiteSignal(id: id, box: box, source: source)
    }

    mutating func readGroundReference() -> GroundReference? {
        rejectKeys(except: ["image", "metres"])
        let image = required("image", "[x, y] in pixels", \.pair)
        let metres = required("metres", "[x, y] in metres", \.pair)
        guard problems.isEmpty, let image, let metres else { return nil }
        return GroundReference(image: image, metres: GroundPoint(x: metres.x, y: metres.y))
    }

    private mutating func readID() -> String? {
        guard let id = required("id", "a name", \.string) else { return nil }
        guard CameraID(rawValue: id) != nil else {
            note("id", "'\(id.prefix(40))' is no name: 1 to 64 letters, digits, '.', '_' or '-'")
            return nil
        }
        return id
    }

    private mutating func readClasses() -> Set<ObjectClass>? {
        guard has("classes") else { return nil }
        let known = ObjectClass.allCases.map(\.rawValue)
        var classes: Set<ObjectClass> = []
        let before = problems.count
        for element in elements("classes") {
            if let text = element.value.string, let label = ObjectClass(rawValue: text) {
                classes.insert(label)
            } else {
                let hint = element.value.string.map { suggestion(for: $0, among: known) } ?? ""
                add([SiteProblem(path: element.path, message: "\(element.value.kind) is no class\(hint)")])
            }
        }
        if classes.isEmpty, problems.count == before {
            note("classes", "an empty list matches nothing; name a class, or remove the key for all classes")
        }
        return classes
    }

    private mutating func readSchedule() -> Schedule? {
        guard let text = optional("schedule", "a period of the day such as \"22:00-05:00\"", \.string) else {
            return nil
        }
        let schedule = Schedule(text)
        if schedule == nil {
            note("schedule", "'\(text.prefix(40))' is no period: write \"22:00-05:00\" (local time, 24 hours)")
        }
        return schedule
    }

    private mutating func rejectKeysOfOtherKinds(_ kind: Zone.Kind) {
        for key in ZoneKeys.all where has(key) && !ZoneKeys.of(kind).contains(key) {
            let users = Zone.Kind.allCases.filter { ZoneKeys.of($0).contains(key) }.map(\.rawValue)
            note(key, "a zone of kind '\(kind.rawValue)' has no such key; it is for \(users.joined(separator: ", "))")
        }
    }
}

/// Which keys a zone of a kind may have, beside `id`, `kind` and `points`.
private enum ZoneKeys {
    static let all = ["classes", "schedule", "maximumCount", "minimumSeconds", "direction", "severity"]

    static func of(_ kind: Zone.Kind) -> [String] {
        switch kind {
        case .crowd: ["schedule", "maximumCount", "severity"]
        case .intrusion, .loitering, .parking: ["classes", "schedule", "minimumSeconds", "severity"]
        case .lane: ["classes", "direction"]
        case .wrongWay: ["classes", "schedule", "direction"]
        case .noEntry: ["classes", "schedule"]
        case .mask: []
        }
    }
}
