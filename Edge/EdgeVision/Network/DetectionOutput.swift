/// How a detector's outputs say where something is.
public enum DetectionOutput: Hashable, Sendable {
    /// One map for each stride, 1 × (4 + classes) × rows × columns: distances from the cell's centre to left, top, right and
    /// bottom in input pixels, then scores 0…1. What our own detectors give.
    case strideMaps(strides: [Int])
    /// One table of boxes as YOLO networks give it: 1 × (4 + classes) × boxes (from version 8 on) or, with an objectness
    /// that the scores are multiplied with, 1 × boxes × (5 + classes) (version 5). Middle, width and height in input pixels.
    case yolo(hasObjectness: Bool)
    /// 1 × 1 × boxes × 7 as SSD networks give it: picture, class, score, left, top, right, bottom as shares of the input.
    /// Class 0 is the background; the labels begin with it.
    case ssd
}

/// A box that a network proposes, in pixels of its input.
struct Candidate: Hashable, Sendable {
    var label: Int
    var score: Float
    var left: Float
    var top: Float
    var right: Float
    var bottom: Float

    /// Whether it has an area and all its numbers are numbers: networks may give anything.
    var isUsable: Bool {
        score.isFinite && left.isFinite && top.isFinite && right.isFinite && bottom.isFinite && right > left
            && bottom > top
    }
}

/// Reads candidates from the outputs of one run. Keeps its memory.
struct CandidateReader: Sendable {
    /// More candidates than this of one run are not looked at, the best first: bounds the work on a broken picture.
    static let limit = 1_000

    private(set) var candidates: [Candidate] = []
    private let output: DetectionOutput
    private let thresholds: [Float]

    /// - Parameter thresholds: the least score of each label.
    init(output: DetectionOutput, thresholds: [Float]) {
        self.output = output
        self.thresholds = thresholds
    }

    /// Begins a new run.
    mutating func begin() { candidates.removeAll(keepingCapacity: true) }

    /// Ends a run: the best first; equals stay in the order in which they were read.
    mutating func finish() {
        let order = candidates.indices.sorted { (-candidates[$0].score, $0) < (-candidates[$1].score, $1) }
        candidates = order.prefix(Self.limit).map { candidates[$0] }
    }

    /// Reads one output.
    ///
    /// - Returns: what is wrong with its shape; nil where it fits.
    mutating func read(
        output index: Int, _ samples: UnsafeBufferPointer<Float>, shape: [Int], input: (width: Int, height: Int)
    ) -> String? {
        switch output {
        case .strideMaps(let strides): readMap(samples, shape, stride: strides[index], input: input)
        case .yolo(let hasObjectness): readTable(samples, shape, hasObjectness: hasObjectness)
        case .ssd: readList(samples, shape, input: input)
        }
    }

    private mutating func readMap(
        _ samples: UnsafeBufferPointer<Float>, _ shape: [Int], stride: Int, input: (width: Int, height: Int)
    ) -> String? {
        guard shape.count == 4, shape[0] == 1, shape[1] == 4 + thresholds.count else {
            return "its shape is \(shape); expected 1 × \(4 + thresholds.count) × rows × columns"
        }
        let (rows, columns) = (shape[2], shape[3])
        guard abs(rows * stride - input.height) < stride, abs(columns * stride - input.width) < stride else {
            return "\(columns) × \(rows) cells do not cover \(input.width) × \(input.height) pixels at stride \(stride)"
        }
        let plane = rows * columns
        for label in thresholds.indices {
            let scores = UnsafeBufferPointer(rebasing: samples[(4 + label) * plane..<(5 + label) * plane])
            for cell in 0..<plane where scores[cell] >= thresholds[label] {
                let x = (Float(cell % columns) + 0.5) * Float(stride), y = (Float(cell / columns) + 0.5) * Float(stride)
                add(
                    Candidate(
                        label: label, score: scores[cell], left: x - samples[cell], top: y - samples[plane + cell],
                        right: x + samples[2 * plane + cell], bottom: y + samples[3 * plane + cell]))
            }
        }
        return nil
    }

    private mutating func readTable(
        _ samples: UnsafeBufferPointer<Float>, _ shape: [Int], hasObjectness: Bool
    ) -> String? {
        let fields = thresholds.count + (hasObjectness ? 5 : 4)
        let fieldAxis = hasObjectness ? 2 : 1
        guard shape.count == 3, shape[0] == 1, shape[fieldAxis] == fields else {
            let expected = hasObjectness ? "1 × boxes × \(fields)" : "1 × \(fields) × boxes"
            return "its shape is \(shape); expected \(expected)"
        }
        let count = shape[3 - fieldAxis]
        func value(_ field: Int, _ box: Int) -> Float {
            hasObjectness ? samples[box * fields + field] : samples[field * count + box]
        }
        for box in 0..<count {
            let objectness = hasObjectness ? value(4, box) : 1
            for label in thresholds.indices {
                let score = objectness * value(fields - thresholds.count + label, box)
                guard score >= thresholds[label] else { continue }
                let (x, y, width, height) = (value(0, box), value(1, box), value(2, box), value(3, box))
                add(
                    Candidate(
                        label: label, score: score, left: x - width / 2, top: y - height / 2, right: x + width / 2,
                        bottom: y + height / 2))
            }
        }
        return nil
    }

    private mutating func readList(
        _ samples: UnsafeBufferPointer<Float>, _ shape: [Int], input: (width: Int, height: Int)
    ) -> String? {
        guard shape.last == 7 else { return "its shape is \(shape); expected 1 × 1 × boxes × 7" }
        for start in stride(from: 0, to: samples.count - 6, by: 7) {
            let kind = samples[start + 1]
            guard kind >= 0, kind < Float(thresholds.count), samples[start + 2] >= thresholds[Int(kind)] else {
                continue
            }
            add(
                Candidate(
                    label: Int(kind), score: samples[start + 2], left: samples[start + 3] * Float(input.width),
                    top: samples[start + 4] * Float(input.height), right: samples[start + 5] * Float(input.width),
                    bottom: samples[start + 6] * Float(input.height)))
        }
        return nil
    }

    private mutating func add(_ candidate: Candidate) {
        if candidate.isUsable { candidates.append(candidate) }
    }
}
