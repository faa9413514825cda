import Dispatch
import Foundation
import Synchronization

/// Hashes and checks passwords on a thread of its own, one at a time, so that slow hashing never holds up a request.
final class PasswordDesk: Sendable {
    private static let waitingLimit = 16
    private let queue = DispatchQueue(label: "ngatu.passwords")
    private let waiting = Mutex(0)
    private let cost: PasswordCost
    /// Stands in for unknown logins, so that their refusal takes as long.
    private let decoy: PasswordHash

    init(cost: PasswordCost) throws {
        self.cost = cost
        decoy = try PasswordHash(password: Token.text(Token.random(16)), cost: cost)
    }

    /// The stored form of a new password.
    func hash(_ password: String) async throws -> String {
        let cost = self.cost
        return try await perform { try PasswordHash(password: password, cost: cost).text }
    }

    /// Whether a password fits a stored hash; nil stands for an unknown login, which no password fits.
    func matches(_ password: String, storedHash: String?) async throws -> Bool {
        let stored = storedHash.flatMap { PasswordHash($0) }
        let checked = stored ?? decoy
        return try await perform { try checked.matches(password) } && stored != nil
    }

    private func perform<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let isTaken = waiting.withLock { count in
            guard count < Self.waitingLimit else { return false }
            count += 1
            return true
        }
        guard isTaken else { throw WebError(.unavailable, "too many log-ins at once", retryAfterSeconds: 2) }
        defer { waiting.withLock { $0 -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
