import Foundation
import Hummingbird
import NIOCore

extension Request {
    /// The whole body.
    ///
    /// - Parameter share: counts the bytes as they arrive; held by the caller for as long as it holds the body.
    /// - Throws: ``WebError`` `tooLarge` beyond `limit` bytes, `tooSlow` when it has not arrived in time,
    ///   `unavailable` when the share may not grow any more.
    func wholeBody(upTo limit: Int, within timeout: Duration, countedBy share: BodyShare? = nil) async throws -> Data {
        if let declared = headers[.contentLength].flatMap({ Int($0) }), declared > limit {
            throw WebError(.tooLarge, "at most \(limit) bytes are taken", headers: [.connection: "close"])
        }
        let body = self.body
        return try await withThrowingTaskGroup(of: Data.self) { group in
            group.addTask { try await body.gathered(upTo: limit, share) }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw WebError(.tooSlow, "the body did not arrive in time", headers: [.connection: "close"])
            }
            defer { group.cancelAll() }
            return try await group.next() ?? Data()
        }
    }
}

extension RequestBody {
    fileprivate func gathered(upTo limit: Int, _ share: BodyShare?) async throws -> Data {
        var data = Data()
        for try await part in self {
            guard data.count + part.readableBytes <= limit else {
                throw WebError(.tooLarge, "at most \(limit) bytes are taken", headers: [.connection: "close"])
            }
            try share?.take(part.readableBytes)
            part.withUnsafeReadableBytes { data.append(contentsOf: $0) }
        }
        return data
    }
}
