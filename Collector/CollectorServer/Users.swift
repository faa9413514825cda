import ArgumentParser
import CollectorDomain
import CollectorStore
import CollectorWeb
import Foundation

/// Makes, lists and changes accounts.
struct Users: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Makes, lists and changes accounts.",
        subcommands: [Add.self, List.self, ResetPassword.self, Disable.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes an account and prints its one-time password, to be changed at the first log-in.")
        @OptionGroup var options: DataOptions
        @Argument(help: "The login name.") var login: String
        @Option(name: .long, help: "administrator, operator or viewer.") var role: String
        @Option(name: .long, help: "A site the person may see; may be repeated. Without it: all sites.")
        var site: [String] = []
        @Option(name: .long, help: "What pages show; by default the login name.") var name: String?

        func run() async throws {
            try await reporting {
                guard let role = Role(rawValue: role) else {
                    throw Failure("--role must be administrator, operator or viewer", code: 64)
                }
                let account = NewAccount(
                    login: login, name: name ?? login, role: role, scope: site.isEmpty ? .all : .sites(Set(site)))
                print(try await account.make(in: try options.open()))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the accounts, one a line.")
        @OptionGroup var options: DataOptions

        func run() async throws {
            try await reporting {
                for user in try await options.open().users() {
                    let scope =
                        switch user.scope {
                        case .all: "*"
                        case .sites(let sites): sites.sorted().joined(separator: ",")
                        }
                    let state = user.isDisabled ? "disabled" : user.mustChangePassword ? "first password" : "active"
                    print([user.login, user.role.rawValue, scope, state].joined(separator: "\t"))
                }
            }
        }
    }

    struct ResetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-password",
            abstract: "Prints a new one-time password for an account; all its sessions end.")
        @OptionGroup var options: DataOptions
        @Argument(help: "The login name.") var login: String

        func run() async throws {
            try await reporting {
                let store = try options.open()
                let user = try await store.user(named: login)
                let password = FirstPassword.make()
                try await store.setPassword(
                    user: user.id, passwordHash: try FirstPassword.hash(password), mustChange: true)
                try await store.auditFromCommandLine(.passwordChanged, subject: login)
                print(password)
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes an account out of service, or back in; its sessions end.")
        @OptionGroup var options: DataOptions
        @Argument(help: "The login name.") var login: String
        @Flag(name: .long, help: "Back into service.") var undo = false

        func run() async throws {
            try await reporting {
                let store = try options.open()
                try await store.setDisabled(user: try await store.user(named: login).id, !undo)
                try await store.auditFromCommandLine(.userChanged, subject: login)
            }
        }
    }
}

/// An account to be made with a one-time password.
struct NewAccount {
    var login: String
    var name: String
    var role: Role
    var scope: SiteScope

    /// Makes it. Returns the password, which is known only now.
    func make(in store: CollectorDatabase) async throws -> String {
        let password = FirstPassword.make()
        let user = NewUser(
            login: login, displayName: name, role: role, scope: scope,
            passwordHash: try FirstPassword.hash(password), mustChangePassword: true)
        _ = try await store.createUser(user, now: Date())
        try await store.auditFromCommandLine(.userCreated, subject: login)
        return password
    }
}

extension CollectorDatabase {
    /// The account of a login name.
    func user(named login: String) async throws -> User {
        guard let user = try await users().first(where: { $0.login.lowercased() == login.lowercased() }) else {
            throw Failure("there is no account '\(login)'", code: 65)
        }
        return user
    }

    /// Writes down what somebody did at the machine itself.
    func auditFromCommandLine(_ action: AuditEntry.Action, subject: String) async throws {
        try await audit(
            AuditEntry(at: Date(), user: nil, address: "", action: action, subject: subject, detail: "command line"))
    }
}
