import CollectorDomain
import CollectorStore
import CollectorWeb
import Foundation

/// The account that a new collector makes for its owner. There is no default password.
struct FirstAdministrator {
    static let login = "admin"
    let store: CollectorDatabase

    /// Makes the account when there is none at all, and prints `first-login admin PASSWORD` on standard output.
    ///
    /// - Parameter again: when its password was never changed, print a new one: the old one cannot be read any more.
    func announce(again: Bool) async throws {
        let users = try await store.users()
        if users.isEmpty {
            let account = NewAccount(login: Self.login, name: Self.login, role: .administrator, scope: .all)
            show(try await account.make(in: store))
        } else if again, let user = users.first(where: { $0.login == Self.login && $0.mustChangePassword }) {
            let password = FirstPassword.make()
            try await store.setPassword(
                user: user.id, passwordHash: try FirstPassword.hash(password), mustChange: true)
            show(password)
        }
    }

    private func show(_ password: String) {
        StandardOutput.line("first-login \(Self.login) \(password)")
    }
}
