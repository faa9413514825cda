import BatchCodec
import CollectorDomain
import CollectorStore
import Crypto
import EventModel
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import CollectorWeb

/// A collector over a real store in a temporary folder, with people and agents of two sites.
final class WebHarness: Sendable {
    let store: CollectorDatabase
    let site: CollectorApplication
    let directory: URL

    /// - Parameter change: changes the configuration before the start.
    init(_ change: (inout WebConfiguration) -> Void = { _ in }) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("ngatu-web-\(UUID().uuidString)")
        store = try CollectorDatabase(StoreConfiguration(directory: directory))
        var configuration = WebConfiguration()
        configuration.passwordCost = .test
        configuration.trustedProxies = [Client.local]
        configuration.limits.heartbeat = .milliseconds(20)
        configuration.limits.updateInterval = .milliseconds(1)
        let box = ClockBox()
        configuration.now = { box.now }
        change(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        site = try CollectorApplication(store: store, configuration: configuration, logger: logger)
        self.box = box
    }

    private let box: ClockBox

    deinit { try? FileManager.default.removeItem(at: directory) }

    var now: Date {
        get { box.now }
        set { box.now = newValue }
    }

    /// Runs requests through the router, in this process.
    func run<Value>(_ work: @Sendable (Browser) async throws -> Value) async throws -> Value {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(router: site.router(), logger: logger)
        return try await application.test(.router) { client in try await work(Browser(client: client)) }
    }

    /// Makes a person.
    func person(
        _ role: Role, scope: SiteScope = .all, login: String? = nil, password: String = "mot mat khau dai",
        mustChange: Bool = false
    ) async throws -> User {
        try await store.createUser(
            NewUser(
                login: login ?? "\(role.rawValue)-\(UUID().uuidString.prefix(6))", displayName: "Người dùng",
                role: role,
                scope: scope, passwordHash: try FirstPassword.hash(password, cost: .test),
                mustChangePassword: mustChange), now: now)
    }

    /// Logs a person in without the form.
    func session(of user: User) async throws -> Data {
        let token = Token.random(Token.sessionByteCount)
        _ = try await store.openSession(user: user.id, token: token, now: now)
        return token
    }

    /// Ends a session as soon as so many live streams are open. Cancelled where none opens: it was refused.
    func endSession(_ token: Data, whenOpen count: Int) async throws {
        while site.services.streams.count < count { try await Task.sleep(for: .milliseconds(2)) }
        try await store.closeSession(token: token)
    }

    /// Enrols an agent.
    func agent(site: String) async throws -> TestAgent {
        let key = Curve25519.Signing.PrivateKey()
        let code = try await store.createEnrolmentCode(site: site, user: nil, now: now)
        let agent = try await store.enrol(
            code: code.code, publicKey: key.publicKey.rawRepresentation, name: "box-\(site)", now: now)
        return TestAgent(key: key, id: agent.id, site: site)
    }
}

/// The time of a test.
final class ClockBox: Sendable {
    private let value = Mutex(testStart)

    var now: Date {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}

/// An agent of a test: its key and the chain of its batches.
final class TestAgent: Sendable {
    let key: Curve25519.Signing.PrivateKey
    let id: Int64
    let site: String
    private let chain = Mutex((number: UInt64(0), hash: BatchSeal.genesis, sequence: UInt64(0)))

    init(key: Curve25519.Signing.PrivateKey, id: Int64, site: String) {
        self.key = key
        self.id = id
        self.site = site
    }

    /// The next batch of the chain.
    func batch(_ records: [Ngatu_V1_Record]) throws -> SealedBatch {
        try chain.withLock { chain in
            var batch = Ngatu_V1_Batch()
            batch.epoch = 1
            batch.number = chain.number + 1
            batch.previousHash = chain.hash
            batch.records = records.enumerated().map { index, record in
                var record = record
                record.sequence = chain.sequence + UInt64(index) + 1
                return record
            }
            batch.firstSequence = chain.sequence + 1
            let sealed = try BatchSeal.seal(batch, with: key)
            chain = (batch.number, sealed.hash, chain.sequence + UInt64(records.count))
            return sealed
        }
    }

    /// Stores records without HTTP.
    func deliver(_ records: [Ngatu_V1_Record], to harness: WebHarness) async throws {
        let opened = try BatchSeal.open(try batch(records).body) { _ in key.publicKey }
        guard case .accepted = try await harness.store.accept(opened, receivedAt: harness.now) else {
            throw SetupError("the batch was not accepted")
        }
    }
}

/// A client with a session and an address.
struct Browser: Sendable {
    let client: any TestClientProtocol
    var token: Data?
    var address = "192.0.2.10"
    var cookies: [String: String] = [:]

    func logged(in token: Data?) -> Browser {
        var copy = self
        copy.token = token
        return copy
    }

    func get(
        _ path: String, accept: String = "text/html", headers extra: HTTPFields = [:], method: HTTPRequest.Method = .get
    ) async throws -> TestResponse {
        var headers = self.headers
        headers[.accept] = accept
        for field in extra { headers[field.name] = field.value }
        return try await client.execute(uri: path, method: method, headers: headers, body: nil)
    }

    /// Posts a form; the token of the session's forms goes along unless the fields say another.
    func post(_ path: String, _ fields: [String: String] = [:], headers extra: HTTPFields = [:]) async throws
        -> TestResponse
    {
        var fields = fields
        if let token, fields["token"] == nil { fields["token"] = Token.form(for: token) }
        let text = fields.map {
            "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }
        var headers = self.headers
        headers[.accept] = "text/html"
        headers[.contentType] = "application/x-www-form-urlencoded"
        for field in extra { headers[field.name] = field.value }
        return try await client.execute(
            uri: path, method: .post, headers: headers, body: ByteBuffer(string: text.joined(separator: "&")))
    }

    /// Sends bytes.
    func send(_ method: HTTPRequest.Method, _ path: String, _ body: Data, headers extra: HTTPFields = [:]) async throws
        -> TestResponse
    {
        var headers = self.headers
        for field in extra { headers[field.name] = field.value }
        return try await client.execute(uri: path, method: method, headers: headers, body: ByteBuffer(bytes: body))
    }

    private var headers: HTTPFields {
        var headers: HTTPFields = [.forwardedFor: address]
        var all = cookies
        if let token { all[SessionCookie.name] = Token.text(token) }
        if !all.isEmpty { headers[.cookie] = all.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        return headers
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
    var data: Data { Data(body.readableBytesView) }

    /// The value of a cookie that the answer sets.
    func cookie(_ name: String) -> String? {
        headers[values: .setCookie].first { $0.hasPrefix(name + "=") }
            .map { String($0.dropFirst(name.count + 1).prefix { $0 != ";" }) }
    }
}

/// A passage record.
func makePassage(
    camera: String = "cam-1", line: String = "north", direction: Ngatu_V1_Direction = .leftToRight,
    objectClass: Ngatu_V1_ObjectClass = .car, at time: Date = testStart, still: Data? = nil, track: UInt64 = 1
) -> Ngatu_V1_Record {
    var record = Ngatu_V1_Record()
    record.camera = camera
    record.timeMicros = time.unixMicroseconds
    record.clock = .arrival
    record.passage.line = line
    record.passage.direction = direction
    record.passage.objectClass = objectClass
    record.passage.track = track
    if let still { record.passage.evidence = [makeEvidence(still)] }
    return record
}

/// An alert record.
func makeAlert(
    camera: String = "cam-1", number: UInt64 = 1, phase: Ngatu_V1_Phase = .opened, at time: Date = testStart,
    still: Data? = nil
) -> Ngatu_V1_Record {
    var record = Ngatu_V1_Record()
    record.camera = camera
    record.timeMicros = time.unixMicroseconds
    record.clock = .arrival
    record.securityAlert.kind = "intrusion"
    record.securityAlert.severity = .critical
    record.securityAlert.zone = "yard"
    record.securityAlert.phase = phase
    record.securityAlert.alert = number
    record.securityAlert.fromMicros = time.unixMicroseconds
    if phase == .ended { record.securityAlert.toMicros = time.unixMicroseconds }
    if let still { record.securityAlert.evidence = [makeEvidence(still)] }
    return record
}

/// A health record of a camera.
func makeCameraHealth(camera: String = "cam-1", at time: Date = testStart) -> Ngatu_V1_Record {
    var record = Ngatu_V1_Record()
    record.camera = camera
    record.timeMicros = time.unixMicroseconds
    record.clock = .host
    record.cameraHealth.state = .live
    record.cameraHealth.framesPerSecondTenths = 250
    return record
}

func makeEvidence(_ bytes: Data) -> Ngatu_V1_Evidence {
    var evidence = Ngatu_V1_Evidence()
    evidence.role = .still
    evidence.sha256 = Data(SHA256.hash(data: bytes))
    evidence.mediaType = "image/jpeg"
    evidence.byteCount = UInt64(bytes.count)
    return evidence
}

func hash(_ bytes: Data) -> String { Data(SHA256.hash(data: bytes)).hexadecimal }
