import EdgeCapture
import Testing

@Suite struct MediaLocatorTests {
    struct Case: Sendable {
        var text: String
        var host: String
        var port: UInt16?
        var target: String
        var credentials: Credentials?
    }

    @Test(arguments: [
        Case(text: "rtsp://10.0.0.7/live", host: "10.0.0.7", port: nil, target: "/live"),
        Case(text: "RTSP://cam.local:8554", host: "cam.local", port: 8554, target: ""),
        Case(
            text: "rtsp://admin:p@ss:w%2Ford@10.0.0.7:554/a?b=1", host: "10.0.0.7", port: 554, target: "/a?b=1",
            credentials: Credentials(user: "admin", password: "p@ss:w/ord")),
        Case(
            text: "rtsps://ngã@[fe80::1]:322/x", host: "fe80::1", port: 322, target: "/x",
            credentials: Credentials(user: "ngã", password: "")),
        Case(
            text: "rtsp://a:100%@h/", host: "h", port: nil, target: "/",
            credentials: Credentials(user: "a", password: "100%")),
    ])
    func anAddressIsTakenApart(expected: Case) throws {
        let url = try CameraURL(expected.text)
        #expect(url.host == expected.host)
        #expect(url.port == expected.port)
        #expect(url.target == expected.target)
        #expect(url.credentials == expected.credentials)
    }

    @Test(arguments: [
        "", "http://h/x", "/dev/video0", "rtsp://", "rtsp://h:0/", "rtsp://h:99999/", "rtsp://h:port/",
        "rtsp://u:geheim/x@h/", "rtsp://u:geheim#x@h/", "rtsp://u:geheim?x@h/", "rtsp://u:geheim@h\r\nX: y/",
        "rtsp://u:geheim@h h/", "rtsp://@/", "rtsp://u:geheim@h/a@b",
    ])
    func aBadAddressIsRefusedWithoutRepeatingIt(text: String) {
        let error = #expect(throws: InvalidCameraURL.self) { try MediaLocator(cameraURL: text) }
        #expect(error?.description.contains("geheim") == false)
    }

    @Test func nothingPrintsThePassword() throws {
        let locator = try MediaLocator(cameraURL: "rtsp://operator:geheim@10.0.0.7:554/h264?pw=geheim")
        var dumped = ""
        dump(locator, to: &dumped)
        for text in ["\(locator)", String(reflecting: locator), dumped] {
            #expect(!text.contains("geheim"))
            #expect(!text.contains("operator"))
        }
        #expect("\(locator)" == "rtsp://10.0.0.7:554/h264")
        let inPath = try MediaLocator(cameraURL: "rtsp://10.0.0.7/user=admin_password=geheim_channel=1")
        #expect(!"\(inPath)".contains("geheim"))
    }
}
