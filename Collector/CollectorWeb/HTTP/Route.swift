import CollectorDomain
import HTTPTypes
import Hummingbird

/// Who may pass to a route. Checked before its handler runs, in one place: ``Gatekeeper``.
enum RouteGate: Hashable, Sendable {
    /// Anybody.
    case everyone
    /// The holder of an enrolled agent key; the handler checks the signature, because it covers the content.
    case agentKey
    /// Anybody on this machine; others must log in and be allowed this.
    case loopback(orPerson: Access.Resource)
    /// A person who is logged in and allowed this.
    case person(Access.Action, Access.Resource)
    /// A person who is logged in; the handler asks ``Visit/require(_:on:)`` with the object it finds.
    case personByObject
}

/// What answers a request.
enum RouteHandler: Sendable {
    /// Without a person.
    case plain(@Sendable (Request, WebContext) async throws -> Response)
    /// For a person who was let in.
    case visit(@Sendable (Request, WebContext, Visit) async throws -> Response)
}

/// One address of the collector: how it is reached, who may pass, what it says of itself in `/openapi.json`.
struct Route: Sendable {
    var method: HTTPRequest.Method
    /// With `{name}` for parameters.
    var path: String
    var gate: RouteGate
    /// For the OpenAPI file.
    var operation: Operation
    var handler: RouteHandler

    /// The path as Hummingbird spells it.
    var routerPath: RouterPath { RouterPath(path) }
}

/// What `/openapi.json` says about a route.
struct Operation: Sendable {
    /// A group of operations.
    enum Tag: String, CaseIterable, Sendable {
        case agents, pages, operations
    }

    /// A header, query or form parameter; those of the path are found in the path.
    struct Parameter: Sendable {
        enum Place: String, Sendable { case header, query, form }
        var place: Place
        var name: String
        var required = true
        var note: String
    }

    var tag: Tag
    var summary: String
    var parameters: [Parameter] = []
    /// Media type and JSON schema name (or nil: bytes) of the request body.
    var body: (mediaType: String, schema: String?)?
    /// What each status means, with the media type of its body.
    var answers: [Answer]

    struct Answer: Sendable {
        var status: Int
        var note: String
        var mediaType: String?
        var schema: String?
    }
}
