import CollectorDomain
import Foundation

/// Passwords made by the collector: shown once, to be changed at the first log-in.
public enum FirstPassword {
    /// Three groups of four characters without look-alikes: 59 bits.
    public static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return EnrolmentCode.make(using: &generator).lowercased()
    }

    /// The form in which a store keeps a password. Slow on purpose.
    public static func hash(_ password: String, cost: PasswordCost = .standard) throws -> String {
        try PasswordHash(password: password, cost: cost).text
    }
}

/// What a password chosen by a person must be like.
enum PasswordRule {
    /// Fewest characters, after NIST SP 800-63B-4 for a password that is the only factor.
    static let minimumCount = 12
    static let maximumCount = 200

    /// What is wrong with a new password, as a key of the strings; nil when it is good.
    static func complaint(about password: String, old: String, login: String) -> String? {
        if password.count < minimumCount { return "password_too_short" }
        if password.count > maximumCount { return "password_too_long" }
        if password == old { return "password_same" }
        if password.lowercased().contains(login.lowercased()) && login.count >= 4 { return "password_has_login" }
        if Set(password).count < 5 { return "password_too_plain" }
        return nil
    }
}
