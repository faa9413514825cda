public import ArgumentParser
public import EdgeCapture
import EventModel
import Foundation

/// `edge-agent probe`: what a camera really sends, and what to change in it.
struct Probe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at a camera (or a file) for some seconds and says what it sends and what to change in it.")

    @Argument(help: "rtsp://[user:password@]host/path of the camera, or the path of a file.")
    var url: String

    @Option(help: "How long to look, in seconds.")
    var seconds = 10

    @Option(help: "tcp or udp.")
    var transport = RTSPTransport.tcp

    func validate() throws {
        guard (1...600).contains(seconds) else { throw ValidationError("--seconds wants 1 to 600") }
    }

    func run() throws {
        do {
            let locator: MediaLocator = url.contains("://") ? .rtsp(try CameraURL(url)) : .file(url)
            var source = CaptureSource(camera: CameraID.unnamed, locator: locator)
            source.transport = transport
            var output = JSONLines()
            try output.write(StreamProbe.probe(source, for: .seconds(seconds)))
            try output.flush()
        } catch let error as CaptureError {
            complain("\(error)")
            throw error.kind == .unreachable || error.kind == .stalled ? ExitCode.unavailable : ExitCode.badInput
        } catch {
            complain("\(error)")
            throw ExitCode.badInput
        }
    }
}

extension RTSPTransport: ExpressibleByArgument {}
