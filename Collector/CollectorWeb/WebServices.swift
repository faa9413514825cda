import CollectorDomain
import Foundation
import Logging

/// What controllers share.
struct WebServices: Sendable {
    let store: any CollectorStoring
    let configuration: WebConfiguration
    let gatekeeper: Gatekeeper
    let passwords: PasswordDesk
    let pages: PageRenderer
    let metrics: RequestMetrics
    let streams: StreamRegister
    let bodies: BodyBudget
    let clipWaiting: ClipWaiting
    let logger: Logger

    /// Writes down what a person or an agent did.
    func audit(
        _ action: AuditEntry.Action, user: User?, client: Client, subject: String = "", detail: String = ""
    ) async throws {
        try await store.audit(
            AuditEntry(
                at: configuration.now(), user: user?.id, address: client.address, action: action, subject: subject,
                detail: detail))
    }
}
