import CollectorDomain
import Foundation
import HTTPTypes
import Hummingbird

/// Renders pages: a template inside the frame with navigation, language switch and log-out.
struct PageRenderer: Sendable {
    let templates: Templates
    let tables: StringTables
    let assets: Assets
    let collectorName: String

    /// The texts of the request's language.
    func strings(_ context: WebContext) -> Strings { tables[context.language] }

    /// A whole page.
    ///
    /// - Parameters:
    ///   - title: a key of the strings.
    ///   - script: the ES module of the page, if it has one.
    func page(
        _ name: String, _ view: Any, title: String, context: WebContext, visit: Visit? = nil, script: String? = nil,
        current: String = "", path: String = "/", status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let strings = self.strings(context)
        let content = try fragment(name, view, strings, formToken: visit?.formToken ?? "")
        let frame = FrameView(
            t: strings.table, language: strings.language.rawValue, otherLanguage: strings.language.other.rawValue,
            title: strings(title), collectorName: collectorName, version: assets.version, content: content,
            script: script, path: path, person: visit.map { person($0, strings, current) })
        return .html(try templates.render("frame", frame), status: status)
    }

    /// A part of a page, as the live stream sends it too.
    func fragment(_ name: String, _ view: Any, _ strings: Strings, formToken: String = "") throws -> String {
        try templates.render(name, FragmentView(t: strings.table, token: formToken, v: view))
    }

    /// What browsers see when something is wrong.
    func errorPage(_ kind: WebError.Kind, context: WebContext) throws -> Response {
        let strings = self.strings(context)
        let known: Set<WebError.Kind> = [.notFound, .forbidden, .tooMany, .unavailable]
        let name = known.contains(kind) ? kind.rawValue : kind.status.kind == .serverError ? "failed" : "malformed"
        let view = ErrorView(
            code: kind.status.code, heading: strings("error_\(name)_heading"), advice: strings("error_\(name)_advice"))
        return try page("error", view, title: "error_\(name)_heading", context: context, status: kind.status)
    }

    private func person(_ visit: Visit, _ strings: Strings, _ current: String) -> PersonView {
        let pages: [(Access.Page, String)] = [(.live, "/live"), (.cameras, "/cameras"), (.agents, "/agents")]
        let allowed = pages.filter { Access.decide(visit.user, .view, on: .page($0.0)) == .allowed }
        return PersonView(
            name: visit.user.displayName.isEmpty ? visit.user.login : visit.user.displayName,
            role: strings("role_\(visit.user.role.rawValue)"), token: visit.formToken,
            links: allowed.map { page, address in
                LinkView(address: address, text: strings("nav_\(page.rawValue)"), isCurrent: page.rawValue == current)
            })
    }
}

private struct FragmentView {
    let t: [String: String]
    let token: String
    let v: Any
}

private struct FrameView {
    let t: [String: String]
    let language: String
    let otherLanguage: String
    let title: String
    let collectorName: String
    let version: String
    let content: String
    let script: String?
    let path: String
    let person: PersonView?
}

private struct PersonView {
    let name: String
    let role: String
    let token: String
    let links: [LinkView]
}

private struct LinkView {
    let address: String
    let text: String
    let isCurrent: Bool
}

private struct ErrorView {
    let code: Int
    let heading: String
    let advice: String
}
