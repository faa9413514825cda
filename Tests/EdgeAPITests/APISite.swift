import EdgeCapture
import EdgeCore
import EdgeRecording
import EventModel
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import TestSupport

@testable import EdgeAPI

/// A camera with recordings and a ring, made of a clip that ffmpeg made, and the API over both.
final class APISite: Sendable {
    static let secret = "0123456789abcdef0123456789abcdef"
    static let camera = "/v1/cameras/\(testCamera)"

    let folder = FileManager.default.temporaryDirectory.appending(path: "ngatu-api-\(UUID().uuidString)")
    let index: RecordingIndex
    let ring: PacketRing
    let services: APIServices
    let state: StateBox
    private let gate: TokenGate

    /// - Parameters:
    ///   - recorded: goes to files of 4 s.
    ///   - inRing: what the camera's ring holds.
    init(
        recorded: [VideoPacket] = [], inRing: [VideoPacket] = [], limits: ExportFolder.Limits = .init(),
        now: Date = testStart.addingTimeInterval(3600)
    ) throws {
        index = try RecordingIndex(folder: folder.path + "/recordings", commitInterval: .milliseconds(10))
        ring = Self.ring(inRing)
        state = StateBox()
        var limits = limits
        limits.reserve = 0
        let (ring, state) = (ring, state)
        services = APIServices(
            cameras: [APICamera(id: testCamera, ring: ring) { state.value }], index: index,
            exports: try ExportFolder(folder.appending(path: "exports"), limits: limits), now: { now },
            logger: quietLogger)
        gate = TokenGate(
            token: APIToken(Self.secret), failures: FailureLimiter(burst: 10, perSecond: 0.001), logger: quietLogger)
        try Self.record(recorded, index)
    }

    deinit {
        index.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Runs requests through the router, in this process.
    func run<Value>(_ work: @Sendable (APIClient) async throws -> Value) async throws -> Value {
        let application = Application(router: APIServer.router(services, gate), logger: quietLogger)
        return try await application.test(.router) { client in try await work(APIClient(client: client)) }
    }

    func path(_ file: String) -> String { index.folder + "/" + file }

    static func ring(_ packets: [VideoPacket]) -> PacketRing {
        var configuration = PacketRing.Configuration()
        configuration.preRoll = .seconds(100_000)
        let ring = PacketRing(configuration: configuration)
        for packet in packets { ring.append(packet) }
        return ring
    }

    private static func record(_ packets: [VideoPacket], _ index: RecordingIndex) throws {
        let ring = ring(packets)
        ring.close()
        var configuration = Recorder.Configuration()
        configuration.segment = .seconds(4)
        let recorder = Recorder(
            camera: testCamera, ring: ring, index: index, configuration: configuration, logger: quietLogger)
        recorder.start()
        recorder.stop(timeout: .seconds(60))
        try index.flush()
    }
}

/// How the test camera's stream stands.
final class StateBox: Sendable {
    private let state = Mutex(
        CameraState(isLive: true, name: "live", codec: "h264", size: FrameSize(width: 160, height: 120)))

    var value: CameraState {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// Sends requests with the right token.
struct APIClient {
    let client: any TestClientProtocol

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields = [:], token: String? = APISite.secret,
        body: String? = nil
    ) async throws -> TestResponse {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        return try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }

    func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.get, path, headers)
    }
}

extension TestResponse {
    var data: Data { Data(body.readableBytesView) }

    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:] }

    /// `kind` of an error.
    var kind: String { (json["error"] as? [String: String])?["kind"] ?? "" }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}

let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// `from=…&to=…`, in seconds from the test's beginning.
func span(_ from: Double, _ to: Double) -> String {
    "from=\(APITime.text(testStart.addingTimeInterval(from)))&to=\(APITime.text(testStart.addingTimeInterval(to)))"
}
