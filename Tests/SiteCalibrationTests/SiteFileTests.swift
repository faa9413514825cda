import EventModel
import Foundation
import SiteCalibration
import Testing

@Suite struct SiteFileTests {
    private static let frame = #""frame": {"width": 1280, "height": 720}"#

    private func read(_ body: String) throws(SiteError) -> SiteFile {
        try SiteFile(json: Data(#"{"schema": 1, "camera": "c1", \#(body)}"#.utf8), file: "c1.json")
    }

    private func problems(_ body: String) -> [String] {
        do throws(SiteError) {
            _ = try read(body)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func schemaAndCameraSuffice() throws {
        let site = try SiteFile(json: Data(#"{"schema": 1, "camera": "c1"}"#.utf8), file: "c1.json")
        #expect(site.camera.rawValue == "c1")
        #expect(site.lines.isEmpty && site.zones.isEmpty && site.frame == nil)
        #expect(site.fingerprint.count == 16)
    }

    @Test func everythingOfAFileIsKept() throws {
        let site = try read(
            """
            \(Self.frame),
            "lines": [{"id": "n", "kind": "counting", "from": [100, 400], "to": [900, 420]},
                      {"id": "s", "kind": "stop", "from": [1, 2], "to": [30, 40], "signal": "s1", "lane": "l"}],
            "zones": [{"id": "y", "kind": "intrusion", "points": [[0, 0], [9, 0], [9, 9.5]], "classes": ["person"],
                       "schedule": "22:00-05:00", "minimumSeconds": 1.5, "severity": "critical"},
                      {"id": "l", "kind": "lane", "points": [[0, 0], [9, 0], [9, 9]], "direction": [0, -1]}],
            "signals": [{"id": "s1", "box": [1020, 80, 24, 66], "source": "video"}],
            "ground": {"points": [{"image": [0, 0], "metres": [0, 0]}, {"image": [9, 0], "metres": [7.0, 0]},
                                  {"image": [9, 9], "metres": [7, 3]}, {"image": [0, 9], "metres": [0, 3]}]}
            """)
        #expect(site.lines.map(\.id) == ["n", "s"])
        #expect(site.lines[1].signal == "s1" && site.lines[1].lane == "l")
        #expect(site.zones[0].classes == [.person])
        #expect(site.zones[0].schedule == Schedule("22:00-05:00"))
        #expect(site.zones[0].minimumStay == .milliseconds(1500))
        #expect(site.zones[0].severity == .critical)
        #expect(site.zones[0].polygon.points[2] == Point(x: 9, y: 9.5))
        #expect(site.zones[1].direction == Point(x: 0, y: -1))
        #expect(site.signals[0].box == BoundingBox(x: 1020, y: 80, width: 24, height: 66))
        #expect(site.ground[2].metres == GroundPoint(x: 7, y: 3))
    }

    /// A body with one mistake, and the beginning of the one line that names it.
    static let mistakes: [(body: String, message: String)] = [
        (#""line": []"#, "line: unknown key; did you mean 'lines'?"),
        (zone(#""shedule": "22:00-05:00""#), "zones[0].shedule: unknown key; did you mean 'schedule'?"),
        (zone(#""schedule": "22-05""#), "zones[0].schedule: '22-05' is no period"),
        (zone(#""schedule": 22"#), "zones[0].schedule: must be a period"),
        (zone(#""classes": ["persn"]"#), "zones[0].classes[0]: the text 'persn' is no class; did you mean 'person'?"),
        (zone(#""classes": []"#), "zones[0].classes: an empty list"),
        (zone(#""classes": "person""#), "zones[0].classes: must be a list"),
        (
            zone(#""maximumCount": 4"#),
            "zones[0].maximumCount: a zone of kind 'intrusion' has no such key; it is for crowd"
        ),
        (zone(#""minimumSeconds": -1"#), "zones[0].minimumSeconds: must be a number of seconds"),
        (zone(#""severity": "high""#), "zones[0].severity: 'high' is not known; known: info, warning, critical"),
        (outline("[[0, 0], [9, 0]]"), "zones[0].points: an outline needs 3 points or more, this one has 2"),
        (
            outline("[[0, 0], [90, 90], [90, 0], [0, 90]]"),
            "zones[0].points: the outline crosses itself: the side after point 0"
        ),
        (outline("[[0, 0], [9, 0], [99, 0]]"), "zones[0].points: the outline"),
        (outline("[[0, 0], [9, 0], [9]]"), "zones[0].points: must be a list of [x, y]"),
        (
            outline("[[0, 0], [1900, 0], [9, 9]]"),
            "zones[0].points[1]: (1900, 0) lies outside the picture of 1280 x 720"
        ),
        (
            #""zones": [{"id": "z", "kind": "intrusions", "points": [[0, 0], [9, 0], [9, 9]]}]"#,
            "zones[0].kind: 'intrusions' is not known; did you mean 'intrusion'?"
        ),
        (
            #""zones": [{"id": "z", "kind": "wrongWay", "points": [[0, 0], [9, 0], [9, 9]], "direction": [0, 0]}]"#,
            "zones[0].direction: [0, 0] points nowhere"
        ),
        (
            #""zones": [{"id": "z", "kind": "wrongWay", "points": [[0, 0], [9, 0], [9, 9]]}]"#,
            "zones[0].direction: missing"
        ),
        (
            #""zones": [{"id": "z", "kind": "crowd", "points": [[0, 0], [9, 0], [9, 9]], "maximumCount": 0}]"#,
            "zones[0].maximumCount: 0: must be 1 or more"
        ),
        (#""zones": [{"kind": "mask", "points": [[0, 0], [9, 0], [9, 9]]}]"#, "zones[0].id: missing"),
        (
            #""zones": [{"id": "a b", "kind": "mask", "points": [[0, 0], [9, 0], [9, 9]]}]"#,
            "zones[0].id: 'a b' is no name"
        ),
        (#""zones": [7]"#, "zones[0]: must be an object { … }, not a number"),
        (#""zones": {}"#, "zones: must be a list"),
        (line(#""from": [5, 5], "to": [5, 5]"#), "lines[0]: 'from' and 'to' are the same place"),
        (line(#""from": [5, 5]"#), "lines[0].to: missing: write [x, y] in pixels"),
        (line(#""from": [5, 5], "to": [50, "5"]"#), "lines[0].to: must be [x, y] in pixels, not a list"),
        (line(#""from": [5, 5], "to": [50, 5], "signal": "s""#), "lines[0].signal: only stop lines have a signal"),
        (
            #""lines": [{"id": "a", "kind": "stop", "from": [5, 5], "to": [50, 5], "signal": "s"}]"#,
            "lines[0].signal: 's': the file has no signal"
        ),
        (
            #""lines": [{"id": "a", "kind": "stop", "from": [5, 5], "to": [50, 5], "lane": "l1"}]"#,
            "lines[0].lane: 'l1': the file has no zone of kind 'lane'"
        ),
        (
            #""lines": [{"id": "a", "kind": "counting", "from": [5, 5], "to": [50, 5]}, {"id": "a", "kind": "counting", "from": [5, 9], "to": [50, 9]}]"#,
            "lines[1].id: 'a' is already the id of lines[0]"
        ),
        (#""signals": [{"id": "s", "box": [5, 5, 0, 9]}]"#, "signals[0].box: [x, y, width, height] needs"),
        (
            #""signals": [{"id": "s", "box": [5, 5, 9, 9], "source": "radio"}]"#,
            "signals[0].source: 'radio' is not known"
        ),
        (
            #""ground": {"points": [{"image": [0, 0], "metres": [0, 0]}]}"#,
            "ground.points: a ground plane needs 4 measured points"
        ),
        (
            #""ground": {"points": [{"image": [0, 0], "metres": [0, 0]}, {"image": [10, 0], "metres": [1, 0]}, {"image": [20, 0], "metres": [1, 1]}, {"image": [30, 0], "metres": [0, 1]}]}"#,
            "ground.points: all image points lie on one line"
        ),
        (#""ground": {"point": []}"#, "ground.point: unknown key; did you mean 'points'?"),
    ]

    private static func zone(_ member: String) -> String {
        #""zones": [{"id": "z", "kind": "intrusion", "points": [[0, 0], [9, 0], [9, 9]], \#(member)}]"#
    }

    private static func outline(_ points: String) -> String {
        #""zones": [{"id": "z", "kind": "mask", "points": \#(points)}]"#
    }

    private static func line(_ members: String) -> String {
        #""lines": [{"id": "a", "kind": "counting", \#(members)}]"#
    }

    @Test(arguments: mistakes.indices)
    func aMistakeIsNamedWithItsKeyPath(row: Int) {
        let (body, message) = Self.mistakes[row]
        let found = problems("\(Self.frame), \(body)")
        #expect(found.contains { $0.hasPrefix(message) }, "\(found)")
    }

    @Test func allMistakesAreReportedTogether() {
        let found = problems(
            """
            "frame": {"width": 1280}, "linse": [],
            "lines": [{"id": "a", "kind": "counting", "from": [5, 5], "to": [5, 5]}, {"id": 7, "kind": "count"}],
            "zones": [{"id": "z", "kind": "mask", "points": []}]
            """)
        #expect(
            found.map { $0.split(separator: ":")[0] } == [
                "linse", "frame.height", "lines[1].id", "lines[1].kind",
                "lines[1].from", "lines[1].to", "lines[0]", "zones[0].points",
            ])
    }

    @Test(arguments: [
        "", "{", "[]", "nonsense", #"{"schema": 1"#, #"{"schema": 1,}"#, "null", "7", "\u{0}",
        #"{"schema": 2, "camera": "c"}"#, #"{"camera": "c"}"#, #"{"schema": 1}"#, #"{"schema": 1, "camera": "a b"}"#,
        #"{"schema": 1e999, "camera": "c"}"#, #"{"schema": 1.5, "camera": "c"}"#,
    ])
    func textsThatAreNoSiteFileAreRefused(text: String) throws {
        let error = try #require(throws: SiteError.self) { try SiteFile(json: Data(text.utf8), file: "f.json") }
        #expect(error.kind == .malformed)
        #expect(error.description.hasPrefix("f.json: "))
    }

    @Test func deepNestingIsRefusedAndDoesNotOverflowTheStack() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: SiteError.self) { try SiteFile(json: Data(text.utf8), file: "f.json") }
    }

    @Test func coordinatesScaleWithTheStream() throws {
        let site = try read("\(Self.frame), \(Self.line(#""from": [100, 400], "to": [900, 420]"#))")
        let half = try site.resolve(for: FrameSize(width: 640, height: 360))
        #expect(half.lines[0].segment == LineSegment(from: Point(x: 50, y: 200), to: Point(x: 450, y: 210)))
        #expect(half.version == site.fingerprint)
    }

    @Test func anotherAspectRatioIsRefused() throws {
        let site = try read(Self.frame)
        let error = try #require(throws: SiteError.self) { try site.resolve(for: FrameSize(width: 640, height: 480)) }
        #expect(error.kind == .mismatch)
        #expect(error.description.contains("measured on 1280 x 720, but the stream is 640 x 480"))
        #expect(throws: SiteError.self) { try site.resolve(for: FrameSize(width: 640, height: 346)) }  // 4 %
        #expect(try site.resolve(for: FrameSize(width: 640, height: 365)).size.height == 365)  // 1.4 %
        #expect(throws: SiteError.self) { try site.resolve(for: FrameSize(width: 0, height: 0)) }
    }

    @Test func aFileWithoutAFrameIsCheckedAgainstTheStream() throws {
        let site = try read(Self.line(#""from": [100, 400], "to": [900, 420]"#))
        #expect(try site.resolve(for: FrameSize(width: 1280, height: 720)).lines[0].segment.to.x == 900)
        let error = try #require(throws: SiteError.self) { try site.resolve(for: FrameSize(width: 640, height: 360)) }
        #expect(error.problems.map(\.path) == ["lines[0].from", "lines[0].to"])
    }
}
