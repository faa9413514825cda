public import Foundation

/// People, their sessions, agents, enrolment codes, and who did what.
public protocol AccountStore: Sendable {
    /// Every user, by login.
    func users() async throws(StoreError) -> [User]
    /// Makes a user. Throws kind `refused` when the login is taken or empty.
    func createUser(_ user: NewUser, now: Date) async throws(StoreError) -> User
    /// What a log-in is checked against; nil for an unknown login. Compared without regard to case.
    func credentials(login: String) async throws(StoreError) -> Credentials?
    /// Stores a new password hash and ends all sessions of the user. Throws kind `notFound`.
    func setPassword(user: Int64, passwordHash: String, mustChange: Bool) async throws(StoreError)
    /// Takes a user out of service (all sessions end) or back in. Throws kind `notFound`.
    func setDisabled(user: Int64, _ isDisabled: Bool) async throws(StoreError)

    /// Begins a session. `token` is at least 16 random bytes; only its SHA-256 is stored.
    func openSession(user: Int64, token: Data, now: Date) async throws(StoreError) -> Session
    /// The session of a token, its last use written down; nil when unknown, ended, too old, or the user is disabled.
    func session(token: Data, now: Date) async throws(StoreError) -> Session?
    /// Ends a session; unknown ones are ended already.
    func closeSession(token: Data) async throws(StoreError)
    /// Ends all sessions of a user.
    func closeSessions(user: Int64) async throws(StoreError)

    /// Failed log-ins of a login and of an address.
    func loginFailures(
        login: String, address: String
    ) async throws(StoreError) -> (login: LoginFailures, address: LoginFailures)
    /// Counts one more failure of both.
    func noteLoginFailure(login: String, address: String, now: Date) async throws(StoreError)
    /// Forgets the failures of a login after a success; those of the address stay.
    func clearLoginFailures(login: String) async throws(StoreError)

    /// Agents by site and name, with their newest report.
    func agents(scope: SiteScope, now: Date) async throws(StoreError) -> [AgentStatus]
    /// What has arrived of every epoch of every agent, newest epoch first.
    func deliveries(scope: SiteScope) async throws(StoreError) -> [AgentDelivery]
    /// The agent of a key, revoked or not; nil when none has it.
    func agent(keyHash: Data) async throws(StoreError) -> Agent?
    /// One agent by its number.
    func agent(_ id: Int64) async throws(StoreError) -> Agent?
    /// Takes an agent's right to deliver, from this moment on. What it delivered stays. Throws kind `notFound`.
    func revokeAgent(_ id: Int64, now: Date) async throws(StoreError)
    /// Every site that an agent or an open code names, sorted.
    func sites() async throws(StoreError) -> [String]

    /// Makes a one-time code for a site.
    func createEnrolmentCode(site: String, user: Int64?, now: Date) async throws(StoreError) -> NewEnrolmentCode
    /// The newest codes, without their text.
    func enrolmentCodes(limit: Int) async throws(StoreError) -> [EnrolmentCodeRow]
    /// Uses a code and stores the agent's key, in one transaction.
    ///
    /// The same key with the same code again is answered with the same agent (a lost answer may be asked for again).
    ///
    /// - Parameter publicKey: 32 bytes; the caller has checked that the agent holds the private half.
    /// - Throws: kind `refused` for an unknown, used or expired code or a revoked key: one answer for strangers.
    func enrol(code: String, publicKey: Data, name: String, now: Date) async throws(StoreError) -> Agent

    /// Writes down who did what. Rows are never changed.
    func audit(_ entry: AuditEntry) async throws(StoreError)
    /// Audit rows before a number, newest first.
    func auditEntries(before id: Int64?, limit: Int) async throws(StoreError) -> [AuditRow]
}

/// Who did, saw or was refused what.
public struct AuditEntry: Hashable, Sendable {
    /// What kind of act.
    public enum Action: String, CaseIterable, Hashable, Sendable {
        case loginSucceeded, loginFailed, loggedOut, passwordChanged
        case accessRefused, evidenceViewed, evidenceDownloaded
        case clipAsked, clipCancelled
        case codeCreated, agentEnrolled, agentRevoked, userCreated, userChanged
    }

    /// When.
    public var at: Date
    /// Who; nil for strangers and for the system.
    public var user: Int64?
    /// The network address it came from; empty for the system.
    public var address: String
    /// What kind of act.
    public var action: Action
    /// What it was done to, e.g. an evidence hash or an agent's number.
    public var subject: String
    /// More words, e.g. the reason of a refusal. Never a password or a code.
    public var detail: String

    /// Makes an entry.
    public init(at: Date, user: Int64?, address: String, action: Action, subject: String = "", detail: String = "") {
        self.at = at
        self.user = user
        self.address = address
        self.action = action
        self.subject = subject
        self.detail = detail
    }
}

/// A stored audit entry.
public struct AuditRow: Hashable, Sendable, Identifiable {
    /// Its number, ascending.
    public var id: Int64
    /// What it says.
    public var entry: AuditEntry

    /// Makes a row.
    public init(id: Int64, entry: AuditEntry) {
        self.id = id
        self.entry = entry
    }
}

/// Everything that the pages and the API of a collector ask of its store.
public typealias CollectorStoring = BatchIntake & EvidenceStore & RecordStore & ClipStore & AccountStore
