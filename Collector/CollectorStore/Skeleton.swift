public import CollectorDomain
public import Foundation

/// The collector's store: one SQLite database and a folder of evidence files. Hides all SQL.
public final class CollectorDatabase: CollectorStoring {
    /// Opens the store, or makes it.
    public init(_ configuration: StoreConfiguration) throws(StoreError) { throw nyi }
    public func accept(_ batch: IncomingBatch, receivedAt: Date) async throws(StoreError) -> BatchAnswer { throw nyi }
    public func publicKey(keyHash: Data) -> Data? { nil }
    public func evidenceState(sha256: Data, agent: Int64) async throws(StoreError) -> EvidenceState { throw nyi }
    public func appendEvidence(sha256: Data, agent: Int64, offset: Int64, chunk: Data, receivedAt: Date)
        async throws(StoreError) -> EvidenceState
    { throw nyi }
    public func evidence(sha256: Data) async throws(StoreError) -> StoredEvidence? { throw nyi }
    public func currentCursor() async throws(StoreError) -> StoreCursor { throw nyi }
    public func feed(after cursor: StoreCursor, scope: SiteScope, limit: Int) async throws(StoreError) -> [FeedItem] {
        throw nyi
    }
    public func changes() -> AsyncStream<StoreChange> { AsyncStream { $0.finish() } }
    public func passages(scope: SiteScope, camera: Int64?, before cursor: StoreCursor?, limit: Int)
        async throws(StoreError) -> [FeedItem]
    { throw nyi }
    public func alerts(scope: SiteScope, camera: Int64?, before cursor: StoreCursor?, limit: Int)
        async throws(StoreError) -> [FeedItem]
    { throw nyi }
    public func cameras(scope: SiteScope, now: Date) async throws(StoreError) -> [CameraStatus] { throw nyi }
    public func camera(_ id: Int64, now: Date) async throws(StoreError) -> CameraStatus? { throw nyi }
    public func liveCounts(scope: SiteScope, now: Date) async throws(StoreError) -> [LineCount] { throw nyi }
    public func series(camera: Int64, day: LocalDay, level: RollupLevel) async throws(StoreError) -> [SeriesPoint] {
        throw nyi
    }
    public func statistics() async throws(StoreError) -> StoreStatistics { throw nyi }
    public func checkWritable() async throws(StoreError) { throw nyi }
    public func users() async throws(StoreError) -> [User] { throw nyi }
    public func createUser(_ user: NewUser, now: Date) async throws(StoreError) -> User { throw nyi }
    public func credentials(login: String) async throws(StoreError) -> Credentials? { throw nyi }
    public func setPassword(user: Int64, passwordHash: String, mustChange: Bool) async throws(StoreError) { throw nyi }
    public func setDisabled(user: Int64, _ isDisabled: Bool) async throws(StoreError) { throw nyi }
    public func openSession(user: Int64, token: Data, now: Date) async throws(StoreError) -> Session { throw nyi }
    public func session(token: Data, now: Date) async throws(StoreError) -> Session? { throw nyi }
    public func closeSession(token: Data) async throws(StoreError) { throw nyi }
    public func closeSessions(user: Int64) async throws(StoreError) { throw nyi }
    public func loginFailures(login: String, address: String) async throws(StoreError) -> (
        login: LoginFailures, address: LoginFailures
    ) { throw nyi }
    public func noteLoginFailure(login: String, address: String, now: Date) async throws(StoreError) { throw nyi }
    public func clearLoginFailures(login: String) async throws(StoreError) { throw nyi }
    public func agents(scope: SiteScope, now: Date) async throws(StoreError) -> [AgentStatus] { throw nyi }
    public func agent(keyHash: Data) async throws(StoreError) -> Agent? { throw nyi }
    public func agent(_ id: Int64) async throws(StoreError) -> Agent? { throw nyi }
    public func revokeAgent(_ id: Int64, now: Date) async throws(StoreError) { throw nyi }
    public func sites() async throws(StoreError) -> [String] { throw nyi }
    public func createEnrolmentCode(site: String, user: Int64?, now: Date) async throws(StoreError) -> NewEnrolmentCode
    { throw nyi }
    public func enrolmentCodes(limit: Int) async throws(StoreError) -> [EnrolmentCodeRow] { throw nyi }
    public func enrol(code: String, publicKey: Data, name: String, now: Date) async throws(StoreError) -> Agent {
        throw nyi
    }
    public func audit(_ entry: AuditEntry) async throws(StoreError) { throw nyi }
    public func auditEntries(before id: Int64?, limit: Int) async throws(StoreError) -> [AuditRow] { throw nyi }
}
private let nyi = StoreError(.unexpected, "not built yet")
