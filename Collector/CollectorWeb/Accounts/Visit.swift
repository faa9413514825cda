import CollectorDomain
import Foundation

/// A person's request: who, with which session, and the one way to ask what the person may do.
struct Visit: Sendable {
    let session: Session
    let token: Data
    /// The posted fields; empty for a GET.
    let form: FormBody
    let gatekeeper: Gatekeeper
    let client: Client

    var user: User { session.user }
    var scope: SiteScope { session.user.scope }
    /// What forms of this session must bring along.
    var formToken: String { Token.form(for: token) }

    /// Goes on only if the person may do this; a refusal is written into the audit.
    func require(_ action: Access.Action, on resource: Access.Resource) async throws {
        try await gatekeeper.require(user, action, on: resource, client: client)
    }
}
