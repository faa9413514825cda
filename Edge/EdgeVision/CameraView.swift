import CVision
public import EventModel
public import Foundation

/// A small grey picture that a camera showed while all was well: the mean of several looks, so that what drove through
/// is gone.
public struct CameraView: Hashable, Sendable {
    /// How many kinds of light are told apart.
    public static let lightCount = 4

    /// The light it was taken in: 0 the darkest, 3 the brightest quarter of mean levels.
    public var light: Int
    /// Pixels across and down.
    public var size: FrameSize
    /// Pixels of the frames it was made of: sharpness compares among those alone.
    public var frameSize: FrameSize
    /// Grey levels, row by row.
    public var pixels: [UInt8]
    /// Mean squared gradient of the frame's own pixels, of each cell of a grid of 16 × 12.
    public var sharpness: [Float]
    /// When it was taken.
    public var takenAt: Date
    /// What geometry was in force; another geometry wants another view.
    public var site: String
    /// How far the views that it replaced had moved, in its pixels. Replacing never forgets a move.
    public var offset: Point

    /// Makes a view.
    public init(
        light: Int, size: FrameSize, frameSize: FrameSize, pixels: [UInt8], sharpness: [Float], takenAt: Date,
        site: String,
        offset: Point = Point(x: 0, y: 0)
    ) {
        self.light = light
        self.size = size
        self.frameSize = frameSize
        self.pixels = pixels
        self.sharpness = sharpness
        self.takenAt = takenAt
        self.site = site
        self.offset = offset
    }
}

extension CameraView {
    /// A PGM picture, which any viewer shows; the rest stands in its comments.
    public var pgm: Data {
        let cells = sharpness.map { String($0) }.joined(separator: " ")
        let head = """
            P5
            # ngatu-view 1
            # site \(site)
            # light \(light)
            # frame \(frameSize.width) \(frameSize.height)
            # taken \(Int64(takenAt.timeIntervalSince1970))
            # offset \(offset.x) \(offset.y)
            # sharpness \(cells)
            \(size.width) \(size.height)
            255

            """
        return Data(head.utf8) + Data(pixels)
    }

    /// Reads what ``pgm`` wrote; nil for anything else.
    public init?(pgm data: Data) {
        guard let (lines, pixels) = Self.split(data), lines.count == 10, lines[0] == "P5",
            lines[1] == "# ngatu-view 1", lines[9] == "255"
        else { return nil }
        func words(_ line: Int, _ name: String) -> [Substring]? {
            let words = lines[line].split(separator: " ")
            return words.starts(with: ["#", name[...]]) ? Array(words.dropFirst(2)) : nil
        }
        let size = lines[8].split(separator: " ").compactMap { Int($0) }
        guard let site = words(2, "site"), let light = words(3, "light")?.first.flatMap({ Int($0) }),
            let frame = words(4, "frame")?.compactMap({ Int($0) }), frame.count == 2,
            let taken = words(5, "taken")?.first.flatMap({ Double($0) }),
            let offset = words(6, "offset")?.compactMap({ Double($0) }), offset.count == 2,
            let sharpness = words(7, "sharpness")?.compactMap({ Float($0) }),
            sharpness.count == Int(OCV_PICTURE_CELLS), sharpness.allSatisfy(\.isFinite), taken.isFinite,
            offset.allSatisfy(\.isFinite), size.count == 2, (0..<Self.lightCount).contains(light)
        else { return nil }
        guard size.allSatisfy({ (1...32_768).contains($0) }), pixels.count == size[0] * size[1] else { return nil }
        self.init(
            light: light, size: FrameSize(width: size[0], height: size[1]),
            frameSize: FrameSize(width: frame[0], height: frame[1]), pixels: [UInt8](pixels),
            sharpness: sharpness, takenAt: Date(timeIntervalSince1970: taken), site: String(site.first ?? ""),
            offset: Point(x: offset[0], y: offset[1]))
    }

    /// The ten lines of the head, and what follows.
    private static func split(_ data: Data) -> (lines: [String], pixels: Data)? {
        var rest = data[...]
        var lines: [String] = []
        while lines.count < 10 {
            guard let end = rest.prefix(8192).firstIndex(of: UInt8(ascii: "\n")),
                let line = String(bytes: rest[rest.startIndex..<end], encoding: .utf8)
            else { return nil }
            lines.append(line)
            rest = rest[(end + 1)...]
        }
        return (lines, rest)
    }
}
