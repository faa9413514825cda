import CollectorDomain
import Foundation
import HTTPTypes
import Hummingbird

/// Log in and log out.
struct LoginController: Sendable {
    let services: WebServices

    /// Binds the log-in form to the browser that asked for it, before there is a session.
    private static let formCookie = "ngatu_form"

    /// Where a request is sent that lacks a log-in; a GET is returned to afterwards.
    static func address(returningTo request: Request) -> String {
        guard request.method == .get, request.uri.path != "/" else { return "/login" }
        let path = request.uri.path + (request.uri.query.map { "?" + $0 } ?? "")
        return "/login?to=" + (path.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
    }

    /// A path on this collector, and nothing that a browser could take for another host.
    static func localPath(_ text: String) -> String? {
        let isLocal = text.hasPrefix("/") && !text.hasPrefix("//") && !text.contains("\\") && text.utf8.count <= 500
        return isLocal && text.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? text : nil
    }

    func form(_ request: Request, _ context: WebContext) async throws -> Response {
        if let token = SessionCookie.token(of: request), try await services.gatekeeper.session(token: token) != nil {
            return .seeOther("/live")
        }
        let target = request.uri.queryParameters["to"].map { String($0).removingPercentEncoding ?? "" } ?? ""
        return try page(context, target: target, notice: nil)
    }

    func logIn(_ request: Request, _ context: WebContext) async throws -> Response {
        try SameSite.check(request)
        let limits = services.configuration.limits
        let form = FormBody(try await request.wholeBody(upTo: limits.formBytes, within: limits.bodyTimeout))
        guard isOurForm(form, request) else { return try page(context, target: form["to"], notice: "login_form_old") }
        let login = String(form["login"].prefix(64))
        let now = services.configuration.now()
        let failures = try await services.store.loginFailures(login: login, address: context.client.address)
        if let until = LoginThrottle.waitUntil(login: failures.login, address: failures.address, now: now) {
            return try throttled(context, form, seconds: max(1, Int(until.timeIntervalSince(now).rounded(.up))))
        }
        let credentials = try await services.store.credentials(login: login)
        let isRight = try await services.passwords.matches(form["password"], storedHash: credentials?.passwordHash)
        guard isRight, let user = credentials?.user, !user.isDisabled else {
            return try await refuse(context, form, login: login, user: credentials?.user)
        }
        return try await open(user, login: login, target: form["to"], context)
    }

    func logOut(_ request: Request, _ context: WebContext, _ visit: Visit) async throws -> Response {
        try await services.store.closeSession(token: visit.token)
        try await services.audit(.loggedOut, user: visit.user, client: context.client)
        var response = Response.seeOther("/login")
        response.setCookie(SessionCookie.removal(isSecure: context.client.isSecure))
        return response
    }

    private func open(_ user: User, login: String, target: String, _ context: WebContext) async throws -> Response {
        let token = Token.random(Token.sessionByteCount)
        _ = try await services.store.openSession(user: user.id, token: token, now: services.configuration.now())
        try await services.store.clearLoginFailures(login: login)
        try await services.audit(.loginSucceeded, user: user, client: context.client)
        let place = user.mustChangePassword ? "/password" : Self.localPath(target) ?? "/live"
        var response = Response.seeOther(place)
        response.setCookie(SessionCookie.make(token, isSecure: context.client.isSecure))
        return response
    }

    private func refuse(_ context: WebContext, _ form: FormBody, login: String, user: User?) async throws -> Response {
        let now = services.configuration.now()
        try await services.store.noteLoginFailure(login: login, address: context.client.address, now: now)
        try await services.audit(.loginFailed, user: user, client: context.client)
        return try page(context, target: form["to"], notice: "login_wrong", login: login, status: .forbidden)
    }

    private func throttled(_ context: WebContext, _ form: FormBody, seconds: Int) throws -> Response {
        var response = try page(
            context, target: form["to"], notice: "login_wait", noticeValue: "\(seconds)", login: form["login"],
            status: .tooManyRequests)
        response.headers[.retryAfter] = "\(seconds)"
        return response
    }

    private func isOurForm(_ form: FormBody, _ request: Request) -> Bool {
        guard let cookie = request.cookies[Self.formCookie].flatMap({ Token.bytes($0.value) }), cookie.count == 16
        else {
            return false
        }
        return Token.areEqual(Data(form["token"].utf8), Data(Token.form(for: cookie).utf8))
    }

    private func page(
        _ context: WebContext, target: String, notice: String?, noticeValue: String = "", login: String = "",
        status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let cookie = Token.random(16)
        let strings = services.pages.strings(context)
        let view = LoginView(
            target: Self.localPath(target) ?? "", token: Token.form(for: cookie), login: login,
            notice: notice.map { strings($0, noticeValue) })
        var response = try services.pages.page("login", view, title: "login_title", context: context, status: status)
        response.setCookie(
            Cookie(
                name: Self.formCookie, value: Token.text(cookie), path: "/", secure: context.client.isSecure,
                httpOnly: true, sameSite: .lax))
        return response
    }
}

private struct LoginView {
    let target: String
    let token: String
    let login: String
    let notice: String?
}
