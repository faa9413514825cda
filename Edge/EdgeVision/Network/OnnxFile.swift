import Foundation

/// A look into an ONNX file before OpenCV reads it: OpenCV 4.6 follows a null pointer where a layer's weights are not in
/// the file. Knows of the format (onnx.proto3, protobuf wire format) only what that takes.
struct OnnxFile {
    /// What the reader would stumble over, in a sentence for an operator; nil where nothing was found.
    private(set) var problem: String?
    private var names: Set<String> = [""]
    private var wanted: [(name: String, layer: String)] = []

    init(_ data: Data) {
        var file = WireReader(data)
        while let field = file.next() {
            if field.number == 7, let graph = field.bytes { read(graph: WireReader(graph)) }
        }
        guard problem == nil, file.isSound else { return }
        if let missing = wanted.first(where: { !names.contains($0.name) }) {
            problem = "layer '\(missing.layer)' wants '\(missing.name)', which is not in the file"
        }
    }

    private mutating func read(graph: WireReader) {
        var graph = graph
        while let field = graph.next() {
            guard let bytes = field.bytes else { continue }
            switch field.number {
            case 1: read(node: WireReader(bytes))
            case 5: read(tensor: WireReader(bytes))
            case 11: names.insert(name(1, in: WireReader(bytes)))
            default: break
            }
        }
    }

    private mutating func read(node: WireReader) {
        let layer = name(3, in: node)
        var node = node
        while let field = node.next() {
            guard let bytes = field.bytes else { continue }
            switch field.number {
            case 1: wanted.append((String(decoding: bytes, as: UTF8.self), layer))
            case 2: names.insert(String(decoding: bytes, as: UTF8.self))
            case 5: read(attribute: WireReader(bytes))
            default: break
            }
        }
    }

    private mutating func read(attribute: WireReader) {
        var attribute = attribute
        while let field = attribute.next() {
            if field.number == 5, let tensor = field.bytes { read(tensor: WireReader(tensor)) }
        }
    }

    private mutating func read(tensor: WireReader) {
        let name = name(8, in: tensor)
        names.insert(name)
        var tensor = tensor
        while let field = tensor.next() {
            guard field.number == 13 || field.number == 14 && field.value == 1 else { continue }
            problem = "the weights '\(name)' lie in another file; export the network with its weights inline"
        }
    }

    private func name(_ number: Int, in message: WireReader) -> String {
        var message = message
        while let field = message.next() {
            if field.number == number, let bytes = field.bytes { return String(decoding: bytes, as: UTF8.self) }
        }
        return ""
    }
}

/// Reads the fields of a protobuf message one by one; ends at the first that is broken.
private struct WireReader {
    struct Field {
        var number: Int
        /// Of a field with a length.
        var bytes: Data?
        /// Of a whole number.
        var value: UInt64?
    }

    private(set) var isSound = true
    private var rest: Data

    init(_ data: Data) { rest = data }

    mutating func next() -> Field? {
        guard !rest.isEmpty else { return nil }
        guard let tag = varint(), let field = field(number: Int(tag >> 3), kind: tag & 7) else {
            isSound = false
            return nil
        }
        return field
    }

    private mutating func field(number: Int, kind: UInt64) -> Field? {
        switch kind {
        case 0: varint().map { Field(number: number, value: $0) }
        case 1: take(8).map { _ in Field(number: number) }
        case 2: varint().flatMap { take(Int(clamping: $0)) }.map { Field(number: number, bytes: $0) }
        case 5: take(4).map { _ in Field(number: number) }
        default: nil
        }
    }

    private mutating func take(_ count: Int) -> Data? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
        }
        return nil
    }
}
