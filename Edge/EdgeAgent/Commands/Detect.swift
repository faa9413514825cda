import ArgumentParser
import EdgeCapture
import EdgeCore
import EdgeVision
import EventModel
import Foundation

/// `edge-agent detect`: what a network finds in pictures, one JSON object a picture.
struct Detect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds and names objects in pictures and prints them, one JSON object a picture.",
        discussion: """
            The network looks at the whole picture and at overlapping enlarged parts of it, as thoroughly as it can: a \
            running camera gets fewer looks. Answers down to a very low score are printed; the model's card says \
            from which score on they are to be believed.
            """)

    @Argument(help: "Pictures (JPEG, PNG and whatever else FFmpeg reads): plain paths.")
    var images: [String]

    @Option(help: ArgumentHelp("The model.json of another detector.", valueName: "file"))
    var model: String?

    @Option(help: "Prints answers from this score on; by default all that the model looks at.")
    var atLeast = 0.0

    @Flag(help: "Prints answers from the model's working score of their class on.")
    var working = false

    func run() throws {
        let detector: ObjectDetector
        do { detector = try ObjectDetector(model: ModelFile.load(model ?? ModelFolder.detector())) } catch {
            complain("\(error)")
            throw ExitCode.badInput
        }
        var output = JSONLines()
        var isGood = true
        for path in images {
            do { try output.write(answer(path, detector)) } catch {
                isGood = false
                try output.write(PictureFault(file: path, error: "\(error)"))
            }
        }
        if !isGood { throw ExitCode.badInput }
    }

    private func answer(_ path: String, _ detector: ObjectDetector) throws -> DetectionLine {
        let image = try Picture.read(path)
        var detections: [Detection] = []
        let before = ProcessUsage.threadCPUTime
        try detector.detect(in: image, Self.looks(image.size, detector.model), into: &detections)
        let milliseconds = (ProcessUsage.threadCPUTime - before) / .milliseconds(1)
        return DetectionLine(
            file: path, size: image.size, detections: detections.filter { isWanted($0, detector.model) },
            milliseconds: milliseconds)
    }

    /// The whole picture, and parts of it enlarged one and a half times: where that makes no sense, because a part
    /// would hold the picture, the whole alone.
    static func looks(_ size: FrameSize, _ model: DetectorModel) -> [DetectorLook] {
        let side = Double(model.region.width) / 1.5
        guard Double(max(size.width, size.height)) > side else { return [.whole(size)] }
        return [.whole(size)] + DetectorLook.tiles(size, side: side, limit: 60)
    }

    private func isWanted(_ detection: Detection, _ model: DetectorModel) -> Bool {
        let least = working ? model.workingScores[detection.label] ?? 1 : 0
        return detection.confidence >= max(least, atLeast)
    }
}

/// A picture from a file.
enum Picture {
    /// Reads the first picture of a file.
    ///
    /// - Throws: ``CaptureError`` or a text: what is wrong with the file.
    static func read(_ path: String) throws -> PixelBuffer {
        let reader = try FrameReader(source: CaptureSource(camera: CameraID.unnamed, locator: .file(path)))
        guard let frame = try reader.next() else { throw ConfigurationText("\(path): holds no picture") }
        return frame.image
    }
}

/// One line of `edge-agent detect`.
struct DetectionLine: Encodable {
    struct Object: Encodable {
        var `class`: ObjectClass
        var score: Double
        var box: BoundingBox
    }

    var file: String
    var width: Int
    var height: Int
    var detections: [Object]
    /// CPU milliseconds of the network's passes.
    var ms: Double

    init(file: String, size: FrameSize, detections: [Detection], milliseconds: Double) {
        self.file = file
        width = size.width
        height = size.height
        ms = (milliseconds * 100).rounded() / 100
        self.detections = detections.map { detection in
            Object(
                class: detection.label, score: (detection.confidence * 10_000).rounded() / 10_000,
                box: detection.box.roundedToTenths)
        }
    }
}

/// The line of a picture that could not be read.
struct PictureFault: Encodable {
    var file: String
    var error: String
}
