import CollectorDomain
import Foundation
import GRDB

extension StoreError {
    /// What an error of the database or the file system means to a caller.
    init(_ error: any Error, doing work: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(Self.kind(of: error.resultCode), "\(work): \(error)")
        case is CancellationError: self.init(.busy, "\(work): the request was cancelled")
        case let error as FileError: self.init(error.isFull ? .storageFull : .inputOutput, "\(work): \(error.text)")
        default: self.init(.unexpected, "\(work): \(error)")
        }
    }

    private static func kind(of code: ResultCode) -> Kind {
        switch code {
        case .SQLITE_FULL: .storageFull
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY: .inputOutput
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_INTERRUPT, .SQLITE_NOMEM: .busy
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
        default: .unexpected
        }
    }

    /// Whether the rest of a transaction cannot succeed either.
    var endsTransaction: Bool { kind != .unexpected }
}

/// A failed call to the file system.
struct FileError: Error {
    var text: String
    var isFull: Bool

    /// Reads `errno`.
    init(_ operation: String, _ path: String) {
        let code = errno
        text = "\(operation) \(path): \(String(cString: strerror(code)))"
        isFull = code == ENOSPC || code == EDQUOT
    }
}
