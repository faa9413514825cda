import Testing

@testable import EdgeAPI

@Suite struct ByteRangeTests {
    @Test(
        arguments: [
            (nil, .whole), ("bytes=0-9", .part(0..<10)), ("bytes=5-", .part(5..<100)), ("bytes=-10", .part(90..<100)),
            ("bytes=-200", .part(0..<100)), ("bytes=90-200", .part(90..<100)), ("bytes=99-99", .part(99..<100)),
            ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=9-5", .whole), ("bytes=-", .whole),
            ("bytes=a-b", .whole), ("bytes=0-1,5-6", .whole), ("items=0-1", .whole), ("bytes=+1-2", .whole),
            ("bytes=0-99999999999999999999999", .part(0..<100)), ("bytes=99999999999999999999999-", .unsatisfiable),
            ("bytes=-99999999999999999999999", .part(0..<100)), ("bytes= 1-2", .whole), ("", .whole),
        ] as [(String?, ByteRange)])
    func aHeaderMeans(header: String?, meaning: ByteRange) { #expect(ByteRange(header, of: 100) == meaning) }

    @Test func anEmptyFileHasNoBytes() {
        #expect(ByteRange("bytes=0-", of: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-5", of: 0) == .unsatisfiable)
    }
}
