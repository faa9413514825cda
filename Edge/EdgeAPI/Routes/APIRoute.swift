import Foundation
import HTTPTypes
import Hummingbird

/// One address: how it is reached, what it says of itself in `/v1/openapi.json`, and what answers.
struct APIRoute: Sendable {
    var method = HTTPRequest.Method.get
    /// With `{name}` for parameters.
    var path: String
    var summary: String
    /// Names of query parameters, all of them required times.
    var times: [String] = []
    var mediaType = "application/json"
    var status = 200
    /// Whether HEAD and ranges are answered.
    var isFile = false
    var handler: @Sendable (Request, APIContext) async throws -> Response
}

extension APIServices {
    /// Every address; nothing else registers any.
    var routes: [APIRoute] {
        let (cameras, videos, clips) = (
            CameraRoutes(services: self), VideoRoutes(services: self), ClipRoutes(services: self)
        )
        let listed = [
            APIRoute(path: TokenGate.openPath, summary: "Alive; needs no token.") { _, _ in
                .json(Data(#"{"ok":true}"#.utf8))
            },
            APIRoute(
                path: "/v1/cameras", summary: "The cameras, how their streams stand, what is recorded of them.",
                handler: cameras.list),
            APIRoute(
                path: "/v1/cameras/{id}/still.jpg",
                summary: "The newest picture at full quality; one a second is taken.",
                mediaType: "image/jpeg", isFile: true, handler: cameras.still),
            APIRoute(
                path: "/v1/cameras/{id}/recordings", summary: "What is recorded of at most 31 days, and the gaps.",
                times: ["from", "to"], handler: cameras.recordings),
            APIRoute(
                path: "/v1/cameras/{id}/video.mp4",
                summary: "Recorded video of at most 2 hours as fragmented MP4, with ranges; begins at the key frame "
                    + "that the first picture needs. NgaTu-Left-Out names spans in another format.",
                times: ["from", "to"], mediaType: "video/mp4", isFile: true, handler: videos.recorded),
            APIRoute(
                path: "/v1/cameras/{id}/live.mp4", summary: "Endless fragmented MP4; 4 viewers at most.",
                mediaType: "video/mp4", handler: videos.live),
            APIRoute(
                method: .post, path: "/v1/cameras/{id}/clips",
                summary: "Cuts a clip of {\"from\",\"to\"} and keeps it for 7 days at most.", status: 201,
                handler: clips.make),
            APIRoute(
                path: "/v1/clips/{sha256}.mp4", summary: "A clip that was cut, with its Repr-Digest, with ranges.",
                mediaType: "video/mp4", isFile: true, handler: clips.get),
        ]
        let description = OpenAPIDocument.json(listed)
        return listed + [
            APIRoute(path: "/v1/openapi.json", summary: "This description.") { _, _ in .json(description) }
        ]
    }
}

/// The OpenAPI 3.1 description of all routes.
enum OpenAPIDocument {
    static func json(_ routes: [APIRoute]) -> Data {
        var paths: [String: [String: Any]] = [:]
        for route in routes { paths[route.path, default: [:]][route.method.rawValue.lowercased()] = operation(route) }
        let document: [String: Any] = [
            "openapi": "3.1.0", "info": ["title": "NgaTu edge agent", "version": "1"], "paths": paths,
            "components": ["securitySchemes": ["token": ["type": "http", "scheme": "bearer"]]],
        ]
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        return (try? JSONSerialization.data(withJSONObject: document, options: options)) ?? Data()  // plain values
    }

    private static func operation(_ route: APIRoute) -> [String: Any] {
        let names = route.path.matches(of: /\{(\w+)\}/).map { String($0.1) }
        let parameters: [[String: Any]] =
            names.map { parameter($0, "path", [:]) }
            + route.times.map { parameter($0, "query", ["format": "date-time"]) }
        var operation: [String: Any] = [
            "summary": route.summary, "parameters": parameters,
            "security": route.path == TokenGate.openPath ? [] : [["token": [String]()]],
            "responses": [
                "\(route.status)": ["description": "OK", "content": [route.mediaType: [String: String]()]],
                "default": ["description": #"{"error":{"kind","message"}}"#],
            ],
        ]
        if route.method == .post {
            let time = ["type": "string", "format": "date-time"]
            let schema: [String: Any] = [
                "type": "object", "properties": ["from": time, "to": time], "required": ["from", "to"],
            ]
            operation["requestBody"] = ["required": true, "content": ["application/json": ["schema": schema]]]
        }
        return operation
    }

    private static func parameter(_ name: String, _ place: String, _ more: [String: String]) -> [String: Any] {
        ["name": name, "in": place, "required": true, "schema": ["type": "string"].merging(more) { $1 }]
    }
}
