public import Foundation

/// One log-in that lasts. Known by a random token, of which only the SHA-256 is stored.
public struct Session: Hashable, Sendable, Identifiable {
    /// Its number: safe to show and to log.
    public var id: Int64
    /// Who logged in, as the store knows the person now.
    public var user: User
    /// When.
    public var createdAt: Date
    /// The last request, to the minute.
    public var lastUsedAt: Date

    /// Makes a session.
    public init(id: Int64, user: User, createdAt: Date, lastUsedAt: Date) {
        self.id = id
        self.user = user
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
    }
}

/// How long a session lasts.
public struct SessionPolicy: Hashable, Sendable {
    /// Ends when nothing was asked for so long.
    public var idle: Duration
    /// Ends in any case.
    public var absolute: Duration
    /// How exactly the last use is written down; spares a write a request.
    public var resolution: Duration = .seconds(60)

    /// One shift at a wall display is 12 hours; its live page keeps the session in use.
    public init(idle: Duration = .seconds(3600), absolute: Duration = .seconds(12 * 3600)) {
        self.idle = idle
        self.absolute = absolute
    }

    /// Whether a session is still good. A clock that was set back ends nothing.
    public func isAlive(createdAt: Date, lastUsedAt: Date, now: Date) -> Bool {
        now.timeIntervalSince(createdAt) < Double(absolute.components.seconds)
            && now.timeIntervalSince(lastUsedAt) < Double(idle.components.seconds)
    }

    /// Whether the last use should be written down.
    public func needsTouch(lastUsedAt: Date, now: Date) -> Bool {
        abs(now.timeIntervalSince(lastUsedAt)) >= Double(resolution.components.seconds)
    }
}
