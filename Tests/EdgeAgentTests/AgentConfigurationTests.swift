import EdgeAPI
import EdgeCapture
import EventModel
import Foundation
import SiteCalibration
import Testing

@testable import EdgeAgent

@Suite struct AgentConfigurationTests {
    static let sound = """
        agent:
          name: box
          data: data
        cameras:
          - id: cam-1
            url: rtsp://user:secret@192.0.2.1/stream
            stall-seconds: 5
        """

    @Test func aSoundFileIsRead() throws {
        let configuration = try AgentConfiguration.parse(Self.sound, file: "/etc/ngatu/agent.yaml")
        #expect(configuration.name == "box")
        #expect(configuration.dataDirectory.path == "/etc/ngatu/data")
        #expect(configuration.cameras.map(\.source.camera.rawValue) == ["cam-1"])
        #expect(configuration.cameras.first?.source.stallTimeout == .seconds(5))
        #expect(configuration.spoolLimit == 2_000_000_000)
    }

    @Test func nothingIsRecordedUnlessAskedForAndEverythingThen() throws {
        #expect(try AgentConfiguration.parse(Self.sound, file: "a.yaml").recording == nil)
        let text = Self.sound + "\n    record: false\nrecording:\n  folder: films\n  days: 2\n  limit: 10 GB\n"
        let configuration = try AgentConfiguration.parse(text, file: "/etc/ngatu/agent.yaml")
        let recording = try #require(configuration.recording)
        #expect(recording.folder.path == "/etc/ngatu/films" && recording.days == 2 && recording.limit == 10_000_000_000)
        #expect(configuration.cameras.map(\.isRecorded) == [false])
    }

    @Test func thereIsNoAPIUnlessAskedFor() throws {
        #expect(try AgentConfiguration.parse(Self.sound, file: "a.yaml").api == nil)
        let bare = try AgentConfiguration.parse(Self.sound + "\napi:\n", file: "a.yaml")
        #expect(bare.api?.host == "127.0.0.1" && bare.api?.port == 8480 && bare.api?.tls == nil)
    }

    @Test(arguments: [
        ("127.0.0.1:9000", "127.0.0.1", 9000), ("localhost:1", "localhost", 1), ("'[::1]:8480'", "::1", 8480),
        ("0.0.0.0:8480\n  plain-http: true", "0.0.0.0", 8480),
    ])
    func anAPIListensWhereItIsTold(text: String, host: String, port: Int) throws {
        let configuration = try AgentConfiguration.parse(Self.sound + "\napi:\n  listen: \(text)", file: "a.yaml")
        #expect(configuration.api?.host == host && configuration.api?.port == port)
    }

    @Test func aCameraIsDecodedAdaptivelyUnlessSaidOtherwise() throws {
        #expect(try AgentConfiguration.parse(Self.sound, file: "a.yaml").cameras.map(\.decoding.mode) == [.adaptive])
        let text = Self.sound + "\n    decoding: always"
        #expect(try AgentConfiguration.parse(text, file: "a.yaml").cameras.map(\.decoding.mode) == [.always])
    }

    @Test func aSecondStreamHasTheSameLoginAndItsOwnAddress() throws {
        #expect(try AgentConfiguration.parse(Self.sound, file: "a.yaml").cameras.first?.substream == nil)
        let text = Self.sound + "\n    user: viewer\n    analysis-url: rtsp://192.0.2.1/small\n    transport: udp"
        let camera = try #require(try AgentConfiguration.parse(text, file: "a.yaml").cameras.first)
        let substream = try #require(camera.substream)
        #expect("\(substream.locator)".contains("small") && substream.transport == .udp)
        guard case .rtsp(let url) = substream.locator else { return #expect(Bool(false), "an address of a camera") }
        #expect(url.credentials?.user == "viewer")
    }

    @Test func noPasswordShowsInADescription() throws {
        let configuration = try AgentConfiguration.parse(Self.sound, file: "agent.yaml")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("secret"))
        #expect(!"\(configuration)".contains("secret"))
    }

    /// Text to replace, its replacement, and what the message must say.
    @Test(arguments: [
        ("stall-seconds: 5", "stal-seconds: 5", ["agent.yaml:7", "cameras[0].stal-seconds", "unknown key"]),
        ("stall-seconds: 5", "stall-seconds: soon", ["agent.yaml:7", "cameras[0].stall-seconds", "seconds"]),
        ("id: cam-1", "id: 'cam 1'", ["agent.yaml:5", "cameras[0].id", "letters"]),
        (
            "url: rtsp://user:secret@192.0.2.1/stream", "url: http://user:secret@x/",
            ["agent.yaml:6", "cameras[0].url", "rtsp://"]
        ),
        ("  name: box\n", "", ["agent.name", "is missing"]),
        ("cameras:", "kameras:", ["kameras", "unknown key"]),
        ("agent:", "agent: [", ["agent.yaml", "not valid YAML"]),
        (
            "stall-seconds: 5", "decoding: sometimes",
            ["agent.yaml:7", "cameras[0].decoding", "'adaptive' or 'always'"]
        ),
        ("stall-seconds: 5", "analysis-url: http://x/", ["agent.yaml:7", "cameras[0].analysis-url", "rtsp://"]),
        ("stall-seconds: 5", "record: perhaps", ["agent.yaml:7", "cameras[0].record", "true or false"]),
        ("cameras:", "recording:\n  days: 9\ncameras:", ["recording.folder", "is missing"]),
        ("cameras:", "recording:\n  folder: f\n  days: -1\ncameras:", ["agent.yaml:6", "recording.days", "days from"]),
        (
            "cameras:", "api:\n  listen: 0.0.0.0:8480\ncameras:",
            ["agent.yaml:5", "api.listen", "certificate", "plain-http"]
        ),
        ("cameras:", "api:\n  listen: 8480\ncameras:", ["agent.yaml:5", "api.listen", "IP address and a port"]),
        (
            "cameras:", "api:\n  listen: box.lan:8480\ncameras:",
            ["agent.yaml:5", "api.listen", "IP address and a port"]
        ),
        ("cameras:", "api:\n  listen: 127.0.0.1:99999\ncameras:", ["agent.yaml:5", "api.listen"]),
        ("cameras:", "api:\n  certificate: /none\ncameras:", ["agent.yaml:5", "api.certificate", "cannot be read"]),
        ("cameras:", "api:\n  certificate: /etc/passwd\ncameras:", ["agent.yaml:5", "api.key", "belong together"]),
        ("cameras:", "api:\n  token: x\ncameras:", ["agent.yaml:5", "api.token", "unknown key"]),
        ("data: data", "data: data\n  spool-limit: 2 apples", ["agent.yaml:4", "agent.spool-limit", "500 MB"]),
    ])
    func aMistakeIsNamedWithItsPlace(text: String, replacement: String, words: [String]) {
        let broken = Self.sound.replacingOccurrences(of: text, with: replacement)
        #expect {
            try AgentConfiguration.parse(broken, file: "agent.yaml")
        } throws: { error in
            let message = "\(error)"
            return words.allSatisfy { message.contains($0) } && !message.contains("secret")
        }
    }

    @Test func everyMistakeIsNamedAtOnce() {
        let broken = Self.sound.replacingOccurrences(of: "name: box", with: "nam: box")
            .replacingOccurrences(of: "stall-seconds: 5", with: "transport: pigeon")
        #expect { try AgentConfiguration.parse(broken, file: "a.yaml") } throws: { error in
            (error as? ConfigurationError)?.problems.count == 3
        }
    }

    @Test func twoCamerasOfOneNameAreRefused() {
        let doubled = Self.sound + "\n  - id: cam-1\n    url: rtsp://192.0.2.2/"
        #expect { try AgentConfiguration.parse(doubled, file: "a.yaml") } throws: {
            "\($0)".contains("names two cameras")
        }
    }

    @Test(arguments: ["", "x", "- 1", "agent: 3\ncameras: 4", "agent: {}\ncameras: []", "\u{0}", "a: &a [*a]"])
    func nonsenseIsRefusedAndNeverTraps(text: String) {
        #expect(throws: ConfigurationError.self) { try AgentConfiguration.parse(text, file: "a.yaml") }
    }

    @Test func theExampleOfTheDeployFolderLoads() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["agent.example.yaml", "nga-tu-01.json"] {
            try FileManager.default.copyItem(
                at: root.appendingPathComponent("Deploy/\(name)"), to: folder.appendingPathComponent(name))
        }
        try Data("secret\n".utf8).write(to: folder.appendingPathComponent("nga-tu-01.password"))
        let configuration = try AgentConfiguration.load(folder.appendingPathComponent("agent.example.yaml").path)
        #expect(configuration.cameras.first?.site?.lines.map(\.id) == ["le-loi-bac"])
    }
}

@Suite struct ByteCountTests {
    @Test(arguments: [("2 GB", 2_000_000_000), ("500MB", 500_000_000), ("1.5 kB", 1_500), ("42", 42)])
    func sizesAreRead(text: String, bytes: Int) { #expect(ByteCount.parse(text) == bytes) }

    @Test(arguments: ["", "GB", "2 apples", "-1 GB", "1e99 TB", "nan"])
    func nonsenseIsNoSize(text: String) { #expect(ByteCount.parse(text) == nil) }
}
