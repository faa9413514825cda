import ArgumentParser
import CollectorDomain
import CollectorStore
import Foundation

/// Where the data lies: asked by every command. All work while the collector runs.
struct DataOptions: ParsableArguments {
    @Option(name: .long, help: "The folder of the database and of the evidence files.")
    var data: String

    /// Opens the store.
    ///
    /// - Throws: an exit code of the contract, after a line on standard error.
    func open() throws -> CollectorDatabase {
        do {
            return try CollectorDatabase(StoreConfiguration(directory: URL(fileURLWithPath: data)))
        } catch {
            throw Failure(error, doing: "open \(data)")
        }
    }
}

/// Says what went wrong and ends with an exit code of the contract.
struct Failure: Error, CustomStringConvertible {
    let description: String
    let code: ExitCode

    /// 64 usage, 65 bad input, 69 unavailable, 70 internal.
    init(_ description: String, code: Int32) {
        self.description = description
        self.code = ExitCode(code)
    }

    /// A failure of the store.
    init(_ error: StoreError, doing work: String) {
        let code: Int32 =
            switch error.kind {
            case .storageFull, .inputOutput, .busy: 69
            case .damaged, .newerSchema, .notFound, .refused, .unknownAgent: 65
            case .tooLarge, .wrongOffset, .mismatch, .unexpected: 70
            }
        self.init("cannot \(work): \(error)", code: code)
    }
}

/// Lines that are out at once, also into a pipe.
enum StandardOutput {
    /// Writes one line.
    static func line(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
}

extension AsyncParsableCommand {
    /// Runs the work of a command; a failure is one line on standard error and its exit code.
    func reporting(_ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let failure as Failure {
            FileHandle.standardError.write(Data("collector: \(failure.description)\n".utf8))
            throw failure.code
        } catch let error as StoreError {
            let failure = Failure(error, doing: "do this")
            FileHandle.standardError.write(Data("collector: \(failure.description)\n".utf8))
            throw failure.code
        }
    }
}
