import CollectorDomain
import Foundation
import HTTPTypes
import Hummingbird

/// The agents: how they fare, enrolment codes, revocation.
struct AgentsController: Sendable {
    let services: WebServices

    func page(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        try await page(context, visit, code: nil, notice: nil)
    }

    /// Makes a one-time code. Its text is shown in this answer and never again.
    func makeCode(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let site = visit.form["site"].filter { !$0.isNewline }.trimmingCharacters(in: .whitespaces)
        guard (1...64).contains(site.count) else {
            return try await page(
                context, visit, code: nil, notice: "agents_site_missing", status: .unprocessableContent)
        }
        try await visit.require(.change, on: .enrolmentCodes(site: site))
        let now = services.configuration.now()
        let code = try await services.store.createEnrolmentCode(site: site, user: visit.user.id, now: now)
        try await services.audit(.codeCreated, user: visit.user, client: visit.client, subject: site)
        return try await page(context, visit, code: codeView(code, request, context, now: now), notice: nil)
    }

    func confirmRevocation(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let agent = try await self.agent(context, visit, .change)
        let view = RevocationView(
            id: agent.id, name: agent.name, site: agent.site, key: String(agent.keyHex.prefix(12)))
        return try services.pages.page(
            "revoke", view, title: "revoke_title", context: context, visit: visit, current: "agents", path: "/agents")
    }

    func revoke(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let agent = try await self.agent(context, visit, .change)
        try await services.store.revokeAgent(agent.id, now: services.configuration.now())
        try await services.audit(.agentRevoked, user: visit.user, client: visit.client, subject: "\(agent.id)")
        return .seeOther("/agents")
    }

    private func agent(_ context: WebContext, _ visit: Visit, _ action: Access.Action) async throws -> Agent {
        guard let id = context.parameters.get("id").flatMap({ Int64($0) }),
            let agent = try await services.store.agent(id)
        else { throw WebError(.notFound, "there is no such agent") }
        try await visit.require(action, on: .agents(site: agent.site))
        return agent
    }

    private func page(
        _ context: WebContext, _ visit: Visit, code: CodeView?, notice: String?, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let now = services.configuration.now()
        let strings = services.pages.strings(context)
        let views = BoardViews(strings: strings, now: now)
        let agents = try await services.store.agents(scope: visit.scope, now: now)
        let deliveries = Dictionary(grouping: try await services.store.deliveries(scope: visit.scope), by: \.agent)
        let mayChange = visit.user.role == .administrator
        let view = AgentsView(
            agents: agents.map {
                AgentRow($0, deliveries[$0.agent.id] ?? [], views, mayRevoke: mayChange && $0.agent.isEnrolled)
            },
            hasAgents: !agents.isEmpty, mayChange: mayChange,
            sites: try await services.store.sites().filter { visit.scope.contains($0) }, code: code,
            notice: notice.map { strings($0) })
        return try services.pages.page(
            "agents", view, title: "nav_agents", context: context, visit: visit, script: "agents.js", current: "agents",
            path: "/agents", status: status)
    }

    private func codeView(
        _ code: NewEnrolmentCode, _ request: Request, _ context: WebContext, now: Date
    ) -> CodeView {
        let host = request.head.authority ?? "localhost"
        let address = "\(context.client.isSecure ? "https" : "http")://\(host)"
        return CodeView(
            code: code.code, site: code.site, command: "edge-agent enroll \(address) \(code.code)",
            seconds: max(0, Int(code.expiresAt.timeIntervalSince(now))), expiresAt: LocalText.time(code.expiresAt))
    }
}

private struct AgentsView {
    let agents: [AgentRow]
    let hasAgents: Bool
    let mayChange: Bool
    let sites: [String]
    let code: CodeView?
    let notice: String?
}

private struct CodeView {
    let code: String
    let site: String
    let command: String
    let seconds: Int
    let expiresAt: String
}

private struct RevocationView {
    let id: Int64
    let name: String
    let site: String
    let key: String
}
