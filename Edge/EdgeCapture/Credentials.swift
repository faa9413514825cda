/// A user name and a password. Printing it shows neither.
public struct Credentials: Hashable, Sendable {
    /// The user name, without percent escapes.
    public var user: String
    /// The password, without percent escapes.
    public var password: String

    /// Makes credentials from plain text.
    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always the same three stars.
    public var description: String { "***" }
    /// Always the same three stars.
    public var debugDescription: String { "***" }
    /// No children: `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
