import Dispatch

/// Runs work that blocks or decodes, away from the threads that answer requests.
struct BlockingQueue: Sendable {
    private let queue: DispatchQueue

    /// - Parameter isSerial: one piece of work at a time.
    init(_ name: String, isSerial: Bool) {
        queue = DispatchQueue(label: name, attributes: isSerial ? [] : .concurrent)
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: work)) }
        }
    }
}
