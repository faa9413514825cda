import CVision
import EdgeVision
import Testing

@Suite struct ShimTests {
    private func makeSettings() -> ocv_motion_settings {
        ocv_motion_settings(
            working_pixels: 230_400, minimum_contrast: 14, maximum_contrast: 70, follow_levels_per_second: 5,
            absorb_seconds: 60, warm_up_absorb_seconds: 1.5, warm_up_seconds: 4, rest_seconds: 1,
            minimum_area_share: 0.0004, lighting_share: 0.65, lighting_seconds: 0.7)
    }

    private func message(_ body: (UnsafeMutablePointer<CChar>, Int) -> CInt) -> (status: CInt, text: String) {
        var buffer = [CChar](repeating: 0, count: 200)
        let status = body(&buffer, buffer.count)
        return (status, String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    @Test func badArgumentsAreErrorsWithAMessage() throws {
        var settings = makeSettings()
        var handle: OpaquePointer?
        #expect(message { ocv_motion_create(nil, &handle, $0, $1) }.text == "settings is NULL")
        #expect(message { ocv_motion_create(&settings, nil, $0, $1) }.text == "handle is NULL")
        #expect(message { ocv_motion_create(&settings, &handle, $0, $1) }.status == 0)
        defer { ocv_motion_destroy(handle) }
        var result = ocv_motion_result()
        let pixels = [UInt8](repeating: 0, count: 100)
        for (stride, width, height, seconds) in [
            (5, 10, 10, 0.1), (10, 0, 10, 0.1), (10, 10, -1, 0.1), (40_000, 40_000, 1, 0.1), (10, 10, 10, .nan),
        ] {
            let answer = message {
                ocv_motion_update(
                    handle, pixels, stride, Int32(width), Int32(height), seconds, nil, 0, &result, $0, $1)
            }
            #expect(answer.status == -1)
            #expect(!answer.text.isEmpty)
        }
        #expect(message { ocv_motion_update(nil, pixels, 10, 10, 10, 0, nil, 0, &result, $0, $1) }.status == -1)
        #expect(message { ocv_motion_update(handle, nil, 10, 10, 10, 0, nil, 0, &result, $0, $1) }.status == -1)
        #expect(message { ocv_motion_update(handle, pixels, 10, 10, 10, 0, nil, 4, &result, $0, $1) }.status == -1)
        #expect(message { ocv_motion_mask_set(handle, [0, 0, 1, 1], [2], 1, $0, $1) }.text.contains("3 points"))
        #expect(message { ocv_motion_mask_set(handle, [0, 0, 1, .nan, 1, 1], [3], 1, $0, $1) }.status == -1)
        #expect(ocv_motion_create(nil, nil, nil, 0) == -1)
        ocv_motion_destroy(nil)
    }

    @Test func masksOfTheConditionMeterAreCheckedAsThoseOfMotion() {
        var handle: OpaquePointer?
        #expect(message { ocv_picture_create(&handle, $0, $1) }.status == 0)
        defer { ocv_picture_destroy(handle) }
        #expect(message { ocv_picture_mask_set(handle, [0, 0, 1, 1], [2], 1, $0, $1) }.text.contains("3 points"))
        #expect(
            message { ocv_picture_mask_set(handle, [0, 0, 1, .nan, 1, 1], [3], 1, $0, $1) }.text.contains("finite"))
        #expect(message { ocv_picture_mask_set(handle, [0, 0, 1, 0, 1, 1], [3], 1, $0, $1) }.status == 0)
        #expect(message { ocv_picture_mask_set(handle, nil, nil, 0, $0, $1) }.status == 0)
    }

    @Test func aMessageIsCutToItsBuffer() {
        var buffer: [CChar] = [1, 1, 1, 1]
        #expect(ocv_motion_create(nil, nil, &buffer, 3) == -1)
        #expect(buffer[2] == 0 && buffer[3] == 1)
    }

    @Test func aBadConfigurationNamesTheSetting() {
        var configuration = MotionConfiguration()
        configuration.lightingShare = 1.5
        #expect { _ = try MotionDetector(configuration: configuration) } throws: { error in
            (error as? VisionError)?.kind == .badInput && "\(error)".contains("shares")
        }
    }
}
