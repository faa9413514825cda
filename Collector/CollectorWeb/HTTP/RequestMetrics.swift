import Synchronization

/// Counts answers by route and class of status, and open streams. Labels come from the route list, never from requests.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let route: String
        let statusClass: Int
    }

    private let counts = Mutex<[Key: Int]>([:])

    /// Counts one answer.
    func count(route: String, status: Int) {
        counts.withLock { $0[Key(route: route, statusClass: status / 100), default: 0] += 1 }
    }

    /// Lines of Prometheus text, sorted.
    func lines() -> [String] {
        counts.withLock { counts in
            counts.map { key, count in
                "collector_http_requests_total{route=\"\(key.route)\",status=\"\(key.statusClass)xx\"} \(count)"
            }
        }.sorted()
    }
}
