import Testing

@testable import EdgeCapture

@Suite struct FFmpegLogTests {
    @Test(arguments: [
        ("Opening 'rtsp://u:p@ss@h/x' for reading", "Opening 'rtsp://***@h/x' for reading"),
        ("[rtsp @ 0x55] method DESCRIBE failed: 401", "[rtsp @ 0x55] method DESCRIBE failed: 401"),
        ("mail@host tcp://h:1", "mail@host tcp://h:1"),
        ("", ""),
    ])
    func userInfoNeverReachesTheLog(line: String, expected: String) {
        #expect(FFmpegLog.redact(line) == expected)
    }
}
