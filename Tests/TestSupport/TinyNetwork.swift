public import Foundation

/// A tiny ONNX network made in the test: its answers are known. Protobuf by hand (onnx.proto3), opset 11, weights inline.
public struct TinyNetwork {
    private var nodes: [Message] = []
    private var tensors: [Message] = []
    private var outputs: [Message] = []

    /// Makes a network without layers, whose input is `picture`, 1 × 3 × 64 × 64.
    public init() {}

    /// A network whose only output is what it is told, whatever it sees.
    ///
    /// - Parameter shape: how the answers lie; its lengths multiply to their count.
    public static func answering(_ answers: [Float], shape: [Int], output: String = "answers") -> TinyNetwork {
        var network = TinyNetwork()
        let weights = [Float](repeating: 0, count: answers.count * 3)
        network.add("GlobalAveragePool", ["picture"], "mean")
        network.convolve("mean", weights: weights, bias: answers, kernel: 1, output: "list")
        network.add(integers: shape, "shape")
        network.add("Reshape", ["list", "shape"], output)
        network.outputs.append(Self.value(output, shape))
        return network
    }

    /// Adds an output that each square of the picture answers by itself: one map of a detector with strides.
    ///
    /// - Parameters:
    ///   - answers: of each channel, whatever the square shows.
    ///   - brightness: how often the mean level of the square is added to each channel.
    public mutating func addMap(stride: Int, answers: [Float], brightness: [Float], output: String) {
        let square = 3 * stride * stride
        let weights = brightness.flatMap { [Float](repeating: $0 / Float(square), count: square) }
        convolve("picture", weights: weights, bias: answers, kernel: stride, output: output)
        outputs.append(Self.value(output, [1, answers.count, 64 / stride, 64 / stride]))
    }

    /// Forgets all weights; the layers still name them.
    public mutating func dropWeights() { tensors = [] }

    /// The file.
    ///
    /// - Parameter weightsElsewhere: the weights are said to lie in a file beside this one, as large exports have them.
    public func file(weightsElsewhere: Bool = false) -> Data {
        var graph = Message()
        for node in nodes { graph.add(1, node) }
        graph.add(2, "tiny")
        for tensor in tensors { graph.add(5, weightsElsewhere ? tensor.withoutWeights : tensor) }
        graph.add(11, Self.value("picture", [1, 3, 64, 64]))
        for output in outputs { graph.add(12, output) }
        var operators = Message(), model = Message()
        operators.add(2, 11)
        model.add(1, 7)
        model.add(7, graph)
        model.add(8, operators)
        return model.data
    }

    private mutating func convolve(
        _ input: String, weights: [Float], bias: [Float], kernel: Int, output: String
    ) {
        tensors.append(.tensor("\(output)-weights", [bias.count, 3, kernel, kernel], weights))
        tensors.append(.tensor("\(output)-bias", [bias.count], bias))
        let sides = [kernel, kernel]
        add(
            "Conv", [input, "\(output)-weights", "\(output)-bias"], output,
            [("kernel_shape", sides), ("strides", sides)])
    }

    private mutating func add(
        _ kind: String, _ inputs: [String], _ output: String, _ attributes: [(name: String, values: [Int])] = []
    ) {
        var node = Message()
        for input in inputs { node.add(1, input) }
        node.add(2, output)
        node.add(3, output)
        node.add(4, kind)
        for attribute in attributes {
            var message = Message()
            message.add(1, attribute.name)
            for value in attribute.values { message.add(8, value) }
            message.add(20, 7)  // INTS
            node.add(5, message)
        }
        nodes.append(node)
    }

    private mutating func add(integers: [Int], _ name: String) {
        var tensor = Message()
        tensor.add(1, integers.count)
        tensor.add(2, 7)  // INT64
        tensor.add(8, name)
        tensor.add(9, integers.reduce(into: Data()) { $0.append(littleEndian: UInt64($1)) })
        tensors.append(tensor)
    }

    private static func value(_ name: String, _ lengths: [Int]) -> Message {
        var shape = Message()
        for length in lengths {
            var dimension = Message()
            dimension.add(1, length)
            shape.add(1, dimension)
        }
        var tensor = Message(), type = Message(), value = Message()
        tensor.add(1, 1)  // FLOAT
        tensor.add(2, shape)
        type.add(1, tensor)
        value.add(1, name)
        value.add(2, type)
        return value
    }
}

/// A protobuf message being written.
private struct Message {
    var data = Data()
    /// The same tensor with its weights in another file.
    private var elsewhere: Data?

    var withoutWeights: Message {
        var message = self
        message.data = elsewhere ?? data
        return message
    }

    static func tensor(_ name: String, _ lengths: [Int], _ values: [Float]) -> Message {
        var message = Message()
        for length in lengths { message.add(1, length) }
        message.add(2, 1)  // FLOAT
        message.add(8, name)
        var external = message, location = Message()
        location.add(1, "location")
        location.add(2, "weights.bin")
        external.add(13, location)
        external.add(14, 1)  // EXTERNAL
        message.add(9, values.reduce(into: Data()) { $0.append(littleEndian: $1.bitPattern) })
        message.elsewhere = external.data
        return message
    }

    mutating func add(_ field: Int, _ value: Int) {
        append(varint: UInt64(field) << 3)
        append(varint: UInt64(value))
    }

    mutating func add(_ field: Int, _ bytes: Data) {
        append(varint: UInt64(field) << 3 | 2)
        append(varint: UInt64(bytes.count))
        data.append(bytes)
    }

    mutating func add(_ field: Int, _ text: String) { add(field, Data(text.utf8)) }

    mutating func add(_ field: Int, _ message: Message) { add(field, message.data) }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest > 127 {
            data.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        data.append(UInt8(rest))
    }
}

extension Data {
    fileprivate mutating func append<Value: FixedWidthInteger>(littleEndian value: Value) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
