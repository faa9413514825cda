import ArgumentParser
import EdgeCore
import EdgeVision
import EventModel
import Foundation

/// `edge-agent crowd`: how many people pictures show, one JSON object a picture.
struct Crowd: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Counts the people in pictures and prints how many, one JSON object a picture.",
        discussion: """
            low and high hold the truth in 9 of 10 pictures. Where reliable is false, reason says why: tooDark, tooFar \
            (people cover one another), tooSmall (too few pixels).
            """)

    @Argument(help: "Pictures (JPEG, PNG and whatever else FFmpeg reads): plain paths.")
    var images: [String]

    @Option(help: ArgumentHelp("The model.json of another counter.", valueName: "file"))
    var model: String?

    func run() throws {
        let counter: CrowdCounter
        do {
            counter = try model.map { try CrowdCounter(model: ModelFile.loadCrowdCounter($0)) } ?? .installed()
        } catch {
            complain("\(error)")
            throw ExitCode.badInput
        }
        var output = JSONLines()
        var isGood = true
        for path in images {
            do { try output.write(answer(path, counter)) } catch {
                isGood = false
                try output.write(PictureFault(file: path, error: "\(error)"))
            }
        }
        if !isGood { throw ExitCode.badInput }
    }

    private func answer(_ path: String, _ counter: CrowdCounter) throws -> CrowdLine {
        let image = try Picture.read(path)
        let before = ProcessUsage.threadCPUTime
        let answer = try counter.count(in: image)
        let milliseconds = (ProcessUsage.threadCPUTime - before) / .milliseconds(1)
        return CrowdLine(file: path, answer, milliseconds: milliseconds)
    }
}

/// One line of `edge-agent crowd`.
struct CrowdLine: Encodable {
    var file: String
    var count: Int
    var low: Int
    var high: Int
    var reliable: Bool
    var reason: String?
    var points: [[Double]]
    /// CPU milliseconds of reading the picture's light, of the network and of reading its map.
    var ms: Double

    init(file: String, _ answer: CrowdCounter.Answer, milliseconds: Double) {
        self.file = file
        count = answer.people.count
        low = answer.people.low
        high = answer.people.high
        reliable = answer.people.doubt == nil
        reason = answer.people.doubt?.rawValue
        points = answer.places.map { [($0.x * 10).rounded() / 10, ($0.y * 10).rounded() / 10] }
        ms = (milliseconds * 100).rounded() / 100
    }
}
