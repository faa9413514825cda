import BatchCodec
public import CollectorDomain
import Foundation
import GRDB

extension CollectorDatabase {
    /// Checks that what is stored is what was signed, and that what is counted is what is stored.
    ///
    /// Reads one snapshot: may run beside a working collector. Takes about as long as reading everything.
    ///
    /// - Parameter evidence: also reads every evidence file and computes its SHA-256.
    public func check(evidence: Bool = true) async throws(StoreError) -> CheckReport {
        let files = evidence ? evidenceFiles : nil
        return try await read("check the store") { db in
            var check = StoreCheck(db: db)
            // A damaged page ends one part of the check, not the others.
            check.run("database file") { try $0.checkFile() }
            var isReadable = false
            check.run("types of columns") { isReadable = try $0.checkTypes() }
            guard isReadable else { return check.report }
            check.run("signed batches") { try $0.checkChains() }
            check.run("film requests") { try $0.checkFilmRequests() }
            check.run("roll-ups") { try $0.checkCounts() }
            if let files { check.run("evidence") { try $0.checkEvidence(files) } }
            return check.report
        }
    }
}
