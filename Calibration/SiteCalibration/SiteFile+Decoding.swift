import EventModel
public import Foundation

extension SiteFile {
    /// Reads and checks a site file.
    ///
    /// - Parameters:
    ///   - data: the JSON text.
    ///   - file: its name, for messages.
    /// - Throws: ``SiteError`` of kind `malformed` with every problem that could be found at once.
    public init(json data: Data, file: String) throws(SiteError) {
        let root: JSONValue
        do { root = try JSONValue.parse(data) } catch {
            let problem = SiteProblem(path: "", message: "no JSON text: \(place(of: error))")
            throw SiteError(kind: .malformed, file: file, problems: [problem])
        }
        var reader = SiteReader(root)
        let (camera, validation) = reader.read()
        let problems = reader.object.problems + validation.problems()
        guard problems.isEmpty, let camera else { throw SiteError(kind: .malformed, file: file, problems: problems) }
        self.init(
            file: file, camera: camera, frame: validation.frame, lines: validation.lines.map(\.value),
            zones: validation.zones.map(\.value), signals: validation.signals.map(\.value),
            ground: validation.ground.map(\.value), fingerprint: contentFingerprint(data))
    }
}

/// Reads the sections of a site file, each element for itself, so that one mistake does not hide the next.
struct SiteReader {
    /// The whole file, and the problems so far.
    private(set) var object: ObjectReader

    init(_ root: JSONValue) { object = ObjectReader(root, path: "") }

    /// What could be read. The camera is nil only where a problem says so.
    mutating func read() -> (CameraID?, SiteValidation) {
        object.rejectKeys(except: ["schema", "camera", "frame", "lines", "zones", "signals", "ground"])
        readSchema()
        let camera = object.required("camera", "the camera's id", \.string).flatMap { readCamera($0) }
        var site = SiteValidation()
        site.frame = readFrame()
        (site.lines, site.linesAreWhole) = readList("lines") { $0.readLine() }
        (site.zones, site.zonesAreWhole) = readList("zones") { $0.readZone() }
        (site.signals, site.signalsAreWhole) = readList("signals") { $0.readSignal() }
        readGround(into: &site)
        return (camera, site)
    }

    private mutating func readSchema() {
        guard let schema = object.required("schema", "\(SiteFile.schema)", \.integer) else { return }
        if schema != SiteFile.schema {
            object.note("schema", "\(schema) is not known to this program; it reads \(SiteFile.schema)")
        }
    }

    private mutating func readCamera(_ name: String) -> CameraID? {
        let camera = CameraID(rawValue: name)
        if camera == nil { object.note("camera", "'\(name.prefix(40))' is no camera id: \(CameraID.rule)") }
        return camera
    }

    private mutating func readFrame() -> FrameSize? {
        guard let value = object.optional("frame", "an object", { $0 }) else { return nil }
        var frame = ObjectReader(value, path: "frame")
        frame.rejectKeys(except: ["width", "height"])
        let width = frame.required("width", "pixels across", \.integer)
        let height = frame.required("height", "pixels down", \.integer)
        for (key, pixels) in [("width", width), ("height", height)] {
            if let pixels, !(1...65_536).contains(pixels) { frame.note(key, "\(pixels) is no picture size") }
        }
        object.add(frame.problems)
        guard frame.problems.isEmpty, let width, let height else { return nil }
        return FrameSize(width: width, height: height)
    }

    /// The elements that could be read, and whether all could.
    private mutating func readList<Value>(
        _ key: String, _ read: (inout ObjectReader) -> Value?
    ) -> ([Placed<Value>], isWhole: Bool) {
        var values: [Placed<Value>] = []
        let before = object.problems.count
        for element in object.elements(key) {
            var reader = ObjectReader(element.value, path: element.path)
            if let value = read(&reader) { values.append(Placed(path: element.path, value: value)) }
            object.add(reader.problems)
        }
        return (values, isWhole: object.problems.count == before)
    }

    private mutating func readGround(into site: inout SiteValidation) {
        guard let value = object.optional("ground", "an object", { $0 }) else { return }
        var ground = ObjectReader(value, path: "ground")
        ground.rejectKeys(except: ["points"])
        site.hasGround = ground.required("points", "a list of measured points", \.array) != nil
        for element in site.hasGround ? ground.elements("points") : [] {
            var reader = ObjectReader(element.value, path: element.path)
            if let point = reader.readGroundReference() {
                site.ground.append(Placed(path: element.path, value: point))
            } else {
                site.hasGround = false
            }
            ground.add(reader.problems)
        }
        object.add(ground.problems)
    }
}

/// The parser's own words with the place in the text, without the wrapping that only programmers read.
private func place(of error: any Error) -> String {
    guard case DecodingError.dataCorrupted(let context) = error else { return "it cannot be read" }
    let details = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
    return details ?? context.debugDescription
}

/// FNV-1a with 64 bits, as 16 hexadecimal digits.
private func contentFingerprint(_ data: Data) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in data { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
