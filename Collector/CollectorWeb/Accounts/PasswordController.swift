import CollectorDomain
import Foundation
import HTTPTypes
import Hummingbird

/// Change one's own password.
struct PasswordController: Sendable {
    let services: WebServices

    func form(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        try page(context, visit, notice: nil)
    }

    func change(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let form = visit.form
        let now = services.configuration.now()
        let login = visit.user.login
        let failures = try await services.store.loginFailures(login: login, address: context.client.address)
        guard LoginThrottle.waitUntil(login: failures.login, address: failures.address, now: now) == nil else {
            return try page(context, visit, notice: "password_wait", status: .tooManyRequests)
        }
        let stored = try await services.store.credentials(login: login)?.passwordHash
        guard try await services.passwords.matches(form["old"], storedHash: stored) else {
            try await services.store.noteLoginFailure(login: login, address: context.client.address, now: now)
            return try page(context, visit, notice: "password_old_wrong", status: .unprocessableContent)
        }
        guard form["new"] == form["again"] else {
            return try page(context, visit, notice: "password_differs", status: .unprocessableContent)
        }
        if let complaint = PasswordRule.complaint(about: form["new"], old: form["old"], login: login) {
            return try page(context, visit, notice: complaint, status: .unprocessableContent)
        }
        return try await store(form["new"], context, visit)
    }

    private func store(_ password: String, _ context: WebContext, _ visit: Visit) async throws -> Response {
        let hash = try await services.passwords.hash(password)
        try await services.store.setPassword(user: visit.user.id, passwordHash: hash, mustChange: false)
        try await services.audit(.passwordChanged, user: visit.user, client: context.client)
        // The change ended every session, this one included: begin a new one with a new token.
        let token = Token.random(Token.sessionByteCount)
        _ = try await services.store.openSession(user: visit.user.id, token: token, now: services.configuration.now())
        var response = Response.seeOther("/live")
        response.setCookie(SessionCookie.make(token, isSecure: context.client.isSecure))
        return response
    }

    private func page(
        _ context: WebContext, _ visit: Visit, notice: String?, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let strings = services.pages.strings(context)
        let view = PasswordView(
            login: visit.user.login, isFirst: visit.user.mustChangePassword, minimumCount: PasswordRule.minimumCount,
            notice: notice.map { strings($0, "\(PasswordRule.minimumCount)") })
        return try services.pages.page(
            "password", view, title: "password_title", context: context, visit: visit, status: status)
    }
}

private struct PasswordView {
    let login: String
    let isFirst: Bool
    let minimumCount: Int
    let notice: String?
}
