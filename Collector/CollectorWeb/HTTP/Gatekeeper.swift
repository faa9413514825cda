import CollectorDomain
import Foundation
import HTTPTypes
import Hummingbird

/// Lets requests pass or not. Every route goes through here; nothing else looks at sessions.
struct Gatekeeper: Sendable {
    let store: any CollectorStoring
    let configuration: WebConfiguration
    let addressRequests: RateLimiter

    /// A handler behind its gate.
    func guarded(_ route: Route) -> @Sendable (Request, WebContext) async throws -> Response {
        switch route.handler {
        case .plain(let handler):
            return { request, context in
                try await admit(request, context, gate: route.gate)
                return try await handler(request, context)
            }
        case .visit(let handler):
            return { request, context in
                let visit = try await self.visit(request, context)
                if case .person(let action, let resource) = route.gate { try await visit.require(action, on: resource) }
                return try await handler(request, context, visit)
            }
        }
    }

    /// Answers who is logged in with this token; nil for nobody. Streams ask again while they last.
    func session(token: Data) async throws -> Session? {
        try await store.session(token: token, now: configuration.now())
    }

    /// Goes on only if the person may do this; a refusal is written into the audit.
    func require(
        _ user: User?, _ action: Access.Action, on resource: Access.Resource, client: Client
    ) async throws {
        guard case .refused(let reason) = Access.decide(user, action, on: resource) else { return }
        if reason != .notLoggedIn && reason != .passwordChangeDue {
            try await store.audit(
                AuditEntry(
                    at: configuration.now(), user: user?.id, address: client.address, action: .accessRefused,
                    subject: "\(resource)", detail: reason.rawValue))
        }
        switch reason {
        case .notLoggedIn, .disabled: throw WebError(.loginNeeded, "log in first")
        case .passwordChangeDue: throw WebError(.passwordChangeDue, "change the first password before anything else")
        case .role: throw WebError(.forbidden, "your role does not allow this")
        // Whether a thing outside the scope exists is nobody's business.
        case .site: throw WebError(.notFound, "there is no such thing here")
        }
    }

    private func admit(_ request: Request, _ context: WebContext, gate: RouteGate) async throws {
        if case .loopback(let resource) = gate {
            guard !context.client.isLoopback else { return }
            return try await visit(request, context).require(.view, on: resource)
        }
        if let seconds = addressRequests.take(context.client.address, now: configuration.now()) {
            throw WebError(.tooMany, "too many requests from this address", retryAfterSeconds: seconds)
        }
    }

    private func visit(_ request: Request, _ context: WebContext) async throws -> Visit {
        guard let token = SessionCookie.token(of: request), let session = try await session(token: token) else {
            throw WebError(.loginNeeded, "log in first")
        }
        var form = FormBody.empty
        if request.method == .post {
            form = FormBody(
                try await request.wholeBody(
                    upTo: configuration.limits.formBytes, within: configuration.limits.bodyTimeout))
            try SameSite.check(request)
            guard Token.areEqual(Data(form["token"].utf8), Data(Token.form(for: token).utf8)) else {
                throw WebError(.forbidden, "the form is out of date; load the page again")
            }
        }
        return Visit(session: session, token: token, form: form, gatekeeper: self, client: context.client)
    }
}

/// What browsers themselves say about where a form comes from; the form token is the second line.
enum SameSite {
    static func check(_ request: Request) throws {
        guard let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }) else { return }
        guard site == "same-origin" || site == "none" else {
            throw WebError(.forbidden, "the form comes from another site")
        }
    }
}
