import Foundation
import HTTPTypes

/// The OpenAPI 3.1 description of the collector, made from the list of routes, so that it cannot forget one.
struct OpenAPIDocument: Sendable {
    let routes: [Route]

    /// The document as JSON.
    func json() throws -> Data {
        var paths: [String: [String: any Sendable]] = [:]
        for route in routes { paths[route.path, default: [:]][route.method.rawValue.lowercased()] = operation(route) }
        let document: [String: any Sendable] = [
            "openapi": "3.1.0",
            "info": [
                "title": "NgaTu collector", "version": "1",
                "description": "Records and evidence from edge agents; pages for people.",
            ],
            "paths": paths,
            "components": ["securitySchemes": securitySchemes, "schemas": OpenAPISchemas.all] as [String: any Sendable],
        ]
        return try JSONSerialization.data(
            withJSONObject: document, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
    }

    private var securitySchemes: [String: any Sendable] {
        [
            "agentKey": [
                "type": "apiKey", "in": "header", "name": "Authorization",
                "description":
                    "NgaTu <key id, hex>:<Ed25519 signature, base64> over the method, the path and the fields named at the operation, one a line after 'ngatu.v1.request'. A batch carries its signature inside.",
            ],
            "session": ["type": "apiKey", "in": "cookie", "name": SessionCookie.name],
        ]
    }

    private func operation(_ route: Route) -> [String: any Sendable] {
        var operation: [String: any Sendable] = [
            "summary": route.operation.summary, "tags": [route.operation.tag.rawValue], "responses": responses(route),
            "security": security(route.gate),
        ]
        let parameters =
            pathParameters(route.path) + route.operation.parameters.filter { $0.place != .form }.map(parameter)
        if !parameters.isEmpty { operation["parameters"] = parameters }
        if let body = requestBody(route.operation) { operation["requestBody"] = body }
        return operation
    }

    private func security(_ gate: RouteGate) -> [[String: [String]]] {
        switch gate {
        case .everyone: []
        case .agentKey: [["agentKey": []]]
        case .loopback: [[:], ["session": []]]
        case .person, .personByObject: [["session": []]]
        }
    }

    private func pathParameters(_ path: String) -> [[String: any Sendable]] {
        path.matches(of: /\{([a-z0-9]+)\}/).map { match in
            [
                "name": String(match.1), "in": "path", "required": true,
                "schema": ["type": match.1 == "id" ? "integer" : "string"],
            ]
        }
    }

    private func parameter(_ parameter: Operation.Parameter) -> [String: any Sendable] {
        [
            "name": parameter.name, "in": parameter.place.rawValue, "required": parameter.required,
            "description": parameter.note, "schema": ["type": "string"],
        ]
    }

    private func requestBody(_ operation: Operation) -> [String: any Sendable]? {
        let fields = operation.parameters.filter { $0.place == .form }
        if !fields.isEmpty {
            let properties = Dictionary(
                uniqueKeysWithValues: fields.map { ($0.name, ["type": "string", "description": $0.note]) })
            let schema: [String: any Sendable] = [
                "type": "object", "properties": properties, "required": fields.filter(\.required).map(\.name),
            ]
            return ["required": true, "content": ["application/x-www-form-urlencoded": ["schema": schema]]]
        }
        return operation.body.map { ["required": true, "content": content($0.mediaType, $0.schema)] }
    }

    private func responses(_ route: Route) -> [String: any Sendable] {
        let own = route.operation.answers.map { answer in
            let body: [String: any Sendable] =
                answer.mediaType.map {
                    ["description": answer.note, "content": content($0, answer.schema)]
                } ?? ["description": answer.note]
            return ("\(answer.status)", body as any Sendable)
        }
        return Dictionary(own) { first, _ in first }
    }

    private func content(_ mediaType: String, _ schema: String?) -> [String: any Sendable] {
        let reference: [String: any Sendable] =
            schema.map { ["$ref": "#/components/schemas/\($0)"] } ?? ["type": "string", "format": "binary"]
        return [mediaType: ["schema": reference] as [String: any Sendable]]
    }
}

/// The JSON bodies of the API.
enum OpenAPISchemas {
    static let all: [String: any Sendable] = [
        "Error": object(["error": "string", "message": "string"]),
        "EnrolmentRequest": object(["code": "string", "publicKey": "string", "name": "string"]),
        "EnrolmentReceipt": object(["agent": "integer", "site": "string", "collector": "string"]),
        "WantedClips": [
            "type": "object", "required": ["clips"],
            "properties": ["clips": ["type": "array", "items": wantedClip] as [String: any Sendable]],
        ] as [String: any Sendable],
    ]

    private static let wantedClip = object([
        "id": "string", "camera": "string", "fromMicros": "integer", "toMicros": "integer",
    ])

    private static func object(_ properties: [String: String]) -> [String: any Sendable] {
        [
            "type": "object", "properties": properties.mapValues { ["type": $0] },
            "required": properties.keys.sorted(),
        ]
    }
}
