import CollectorDomain
import Foundation
import Hummingbird

/// What monitors ask.
struct HealthController: Sendable {
    let services: WebServices

    /// The process answers.
    func alive(_ request: Request, _ context: WebContext) async throws -> Response {
        .data(Data("ok\n".utf8), "text/plain; charset=utf-8")
    }

    /// The store can write.
    func ready(_ request: Request, _ context: WebContext) async throws -> Response {
        try await services.store.checkWritable()
        return .data(Data("ready\n".utf8), "text/plain; charset=utf-8")
    }

    /// Prometheus text.
    func metrics(_ request: Request, _ context: WebContext) async throws -> Response {
        let now = services.configuration.now()
        let statistics = try await services.store.statistics()
        let cameras = try await services.store.cameras(scope: .all, now: now)
        var text = gauge("collector_records", "Records ever stored.", statistics.records)
        text += gauge("collector_batches", "Batches ever stored.", statistics.batches)
        text += gauge(
            "collector_waiting_batches", "Batches that wait for their commit.", Int64(statistics.waitingBatches))
        text += gauge("collector_database_bytes", "Size of the database file.", statistics.databaseBytes)
        text += gauge("collector_agents", "Enrolled agents.", statistics.agents)
        text += gauge("collector_cameras", "Cameras known.", Int64(cameras.count))
        text += gauge("collector_cameras_live", "Cameras that deliver.", Int64(cameras.count { $0.isLive }))
        text += gauge("collector_streams", "Live pages that listen.", Int64(services.streams.count))
        text += "# HELP collector_http_requests_total Answers by route and class of status.\n"
        text += "# TYPE collector_http_requests_total counter\n"
        text += services.metrics.lines().map { $0 + "\n" }.joined()
        return .data(Data(text.utf8), "text/plain; version=0.0.4; charset=utf-8")
    }

    private func gauge(_ name: String, _ help: String, _ value: Int64) -> String {
        "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name) \(value)\n"
    }
}
