import EventModel
import Foundation
import SiteCalibration
import Testing

@Suite struct SiteFileFuzzTests {
    /// Bytes that change what a JSON text means.
    private static let bytes = Array("{}[]\",:0123456789eE+-.\\ntfu\u{7f}é".utf8) + [0, 0xff]

    @Test func twoThousandDamagedFilesNeverTrap() throws {
        let seed: UInt64 = 20_261_121
        var generator = SplitMix(seed: seed)
        let sound = [UInt8](try Data(contentsOf: sitesFolder.appending(path: "demo/nga-tu-01.json")))
        var refused = 0
        for _ in 0..<2_000 {
            var text = sound
            for _ in 0..<Int.random(in: 1...6, using: &generator) { damage(&text, &generator) }
            do throws(SiteError) {
                let site = try SiteFile(json: Data(text), file: "fuzz.json")
                _ = try site.resolve(for: FrameSize(width: 640, height: 360))
            } catch {
                refused += 1
                #expect(!error.problems.isEmpty, "seed \(seed)")
            }
        }
        #expect(refused > 1_000, "seed \(seed): the damage must be felt")
    }

    private func damage(_ text: inout [UInt8], _ generator: inout SplitMix) {
        guard !text.isEmpty else { return }
        let place = Int.random(in: 0..<text.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: text[place] = Self.bytes.randomElement(using: &generator) ?? 0
        case 1: text.remove(at: place)
        case 2: text.insert(Self.bytes.randomElement(using: &generator) ?? 0, at: place)
        case 3: text.removeLast(Int.random(in: 0...min(40, text.count), using: &generator))
        default:
            let end = min(text.count, place + Int.random(in: 1...60, using: &generator))
            text.insert(contentsOf: text[place..<end], at: Int.random(in: 0...text.count, using: &generator))
        }
    }
}

/// A small generator with a seed, the same on every machine (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
