import Foundation
import Hummingbird
import NIOCore

extension Request {
    /// The whole body.
    ///
    /// - Throws: ``WebError`` `tooLarge` beyond `limit` bytes, `tooSlow` when it has not arrived in time.
    func wholeBody(upTo limit: Int, within timeout: Duration) async throws -> Data {
        if let declared = headers[.contentLength].flatMap({ Int($0) }), declared > limit {
            throw WebError(.tooLarge, "at most \(limit) bytes are taken", headers: [.connection: "close"])
        }
        let body = self.body
        return try await withThrowingTaskGroup(of: Data.self) { group in
            group.addTask { try await body.gathered(upTo: limit) }
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
    fileprivate func gathered(upTo limit: Int) async throws -> Data {
        var data = Data()
        for try await part in self {
            guard data.count + part.readableBytes <= limit else {
                throw WebError(.tooLarge, "at most \(limit) bytes are taken", headers: [.connection: "close"])
            }
            part.withUnsafeReadableBytes { data.append(contentsOf: $0) }
        }
        return data
    }
}
