/// What a person may do.
public enum Role: String, CaseIterable, Hashable, Sendable, Codable {
    /// Everything within the scope, agents and users included.
    case administrator
    /// Watches and works on what the scope holds.
    case operatorRole = "operator"
    /// Watches.
    case viewer
}

/// Which sites a person sees.
public enum SiteScope: Hashable, Sendable {
    /// Every site, later ones too.
    case all
    /// These sites and no other.
    case sites(Set<String>)

    /// Whether a site is inside.
    public func contains(_ site: String) -> Bool {
        switch self {
        case .all: true
        case .sites(let sites): sites.contains(site)
        }
    }
}

/// A person who may log in.
public struct User: Hashable, Sendable, Identifiable {
    /// The person's number.
    public var id: Int64
    /// What is typed at log-in: unique, compared without regard to case.
    public var login: String
    /// What pages show.
    public var displayName: String
    /// What the person may do.
    public var role: Role
    /// Where.
    public var scope: SiteScope
    /// Taken out of service: may not log in, and open sessions end.
    public var isDisabled: Bool
    /// Must choose a password at the next log-in: the first, printed password is good once.
    public var mustChangePassword: Bool

    /// Makes a user.
    public init(
        id: Int64, login: String, displayName: String, role: Role, scope: SiteScope, isDisabled: Bool = false,
        mustChangePassword: Bool = false
    ) {
        self.id = id
        self.login = login
        self.displayName = displayName
        self.role = role
        self.scope = scope
        self.isDisabled = isDisabled
        self.mustChangePassword = mustChangePassword
    }
}

/// A user to be made.
public struct NewUser: Hashable, Sendable {
    /// What is typed at log-in: 1 to 64 characters.
    public var login: String
    /// What pages show.
    public var displayName: String
    /// What the person may do.
    public var role: Role
    /// Where.
    public var scope: SiteScope
    /// The salted, slow hash of the password, in whatever text form its maker can check again.
    public var passwordHash: String
    /// The password was made for the person, who must change it.
    public var mustChangePassword: Bool

    /// Makes a user to be stored.
    public init(
        login: String, displayName: String, role: Role, scope: SiteScope, passwordHash: String,
        mustChangePassword: Bool = false
    ) {
        self.login = login
        self.displayName = displayName
        self.role = role
        self.scope = scope
        self.passwordHash = passwordHash
        self.mustChangePassword = mustChangePassword
    }
}

/// A user and what the password is checked against.
public struct Credentials: Hashable, Sendable {
    /// The user.
    public var user: User
    /// See ``NewUser/passwordHash``.
    public var passwordHash: String

    /// Makes credentials.
    public init(user: User, passwordHash: String) {
        self.user = user
        self.passwordHash = passwordHash
    }
}
