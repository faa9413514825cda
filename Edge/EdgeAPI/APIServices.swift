import EdgeRecording
import EventModel
import Foundation
import Hummingbird
import Logging

/// What the routes share.
struct APIServices: Sendable {
    let cameras: [APICamera]
    let index: RecordingIndex?
    let exports: ExportFolder
    let stills = StillDesk()
    let files = BlockingQueue("api files", isSerial: false)
    let live = Places(4, "live pictures are being watched")
    let downloads = Places(8, "downloads are running")
    let exporting = Places(1, "clip is being made")
    var stream = StreamedBody()
    var now: @Sendable () -> Date = { Date() }
    let logger: Logger

    /// The camera of an address.
    func camera(_ context: APIContext) throws -> APICamera {
        let name = context.parameters.get("id") ?? ""
        guard let camera = cameras.first(where: { $0.id.rawValue == name }) else {
            throw APIError(.notFound, "there is no camera of this name; GET /v1/cameras lists them")
        }
        return camera
    }

    /// The span of time in an address.
    func span(_ request: Request, longest: Duration) throws -> TimeSpan {
        let parameters = request.uri.queryParameters
        return try TimeSpan(
            from: parameters["from"].map(String.init), to: parameters["to"].map(String.init), longest: longest,
            now: now())
    }
}
