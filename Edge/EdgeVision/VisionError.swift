import CVision

/// What went wrong in a vision stage.
public struct VisionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the caller can do about it.
    public enum Kind: String, Sendable {
        /// The picture or the settings cannot be used: drop the frame, or correct the configuration.
        case badInput
        /// Memory ran out: end this camera's session and try again later.
        case outOfMemory
        /// A fault of the native code: end this camera's session and report it.
        case internalFault
    }

    /// What the caller can do about it.
    public var kind: Kind
    /// What was being done, e.g. `"motion update"`.
    public var operation: String
    /// What is wrong, in a sentence for an operator.
    public var message: String

    /// Makes an error.
    public init(kind: Kind, operation: String, message: String) {
        self.kind = kind
        self.operation = operation
        self.message = message
    }

    /// Operation and message on one line.
    public var description: String { "\(operation): \(message)" }
}

extension VisionError {
    /// Runs a function of the shim and throws what it reports. Allocates nothing where all is well.
    static func check(
        _ operation: StaticString, _ body: (UnsafeMutablePointer<CChar>, Int) -> CInt
    ) throws(VisionError) {
        let failure = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer -> VisionError? in
            buffer.initialize(repeating: 0)
            guard let start = buffer.baseAddress else { return nil }
            let status = body(start, buffer.count)
            guard status != 0 else { return nil }
            return VisionError(kind: Kind(status: status), operation: "\(operation)", message: String(cString: start))
        }
        if let failure { throw failure }
    }
}

extension VisionError.Kind {
    init(status: CInt) {
        switch status {
        case CInt(OCV_BAD_ARGUMENT): self = .badInput
        case CInt(OCV_OUT_OF_MEMORY): self = .outOfMemory
        default: self = .internalFault
        }
    }
}
