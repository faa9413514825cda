import Foundation
import HTTPTypes
import Hummingbird

/// Switches the language of the pages.
struct LanguageController: Sendable {
    func choose(_ request: Request, _ context: WebContext) async throws -> Response {
        guard let language = context.parameters.get("code").flatMap(Language.init(rawValue:)) else {
            throw WebError(.notFound, "there is no such language")
        }
        let target = request.uri.queryParameters["to"].map { String($0).removingPercentEncoding ?? "" } ?? ""
        var response = Response.seeOther(LoginController.localPath(target) ?? "/")
        response.setCookie(
            Cookie(
                name: Language.cookieName, value: language.rawValue, maxAge: 365 * 86_400, path: "/",
                secure: context.client.isSecure, httpOnly: true, sameSite: .lax))
        return response
    }
}
