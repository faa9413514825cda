// swift-tools-version: 6.2
import PackageDescription

// Every target of ours treats warnings as errors; dependencies keep their own settings.
let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// Only these OpenCV modules: pkg-config's "opencv4" links all 75 of them (0.21 s start-up instead of 0.04 s).
let openCVModules = ["core", "imgproc", "video", "dnn"]

let package = Package(
    name: "NgaTu",
    products: [
        .executable(name: "edge-agent", targets: ["EdgeAgent"]),
        .executable(name: "collector", targets: ["CollectorServer"]),
        .executable(name: "calibrate", targets: ["calibrate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // Models: what edge and collector must agree about.
        .systemLibrary(
            name: "CZstd", path: "Models/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(
            name: "EventModel",
            dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            path: "Models/EventModel", swiftSettings: settings),
        .target(
            name: "BatchCodec",
            dependencies: [
                "EventModel", "CZstd",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Models/BatchCodec", swiftSettings: settings),

        // Calibration: the measured geometry of one camera.
        .target(
            name: "SiteCalibration", dependencies: ["EventModel"],
            path: "Calibration/SiteCalibration", swiftSettings: settings),
        .executableTarget(
            name: "calibrate",
            dependencies: [
                "SiteCalibration", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Calibration/calibrate", swiftSettings: settings),

        // Edge: what runs beside the cameras.
        .systemLibrary(
            name: "CFFmpeg", path: "Edge/CFFmpeg", pkgConfig: "libavformat libavcodec libswscale libavutil",
            providers: [.apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev"])]),
        .target(
            name: "CVision", path: "Edge/CVision", publicHeadersPath: "include",
            cxxSettings: [
                .treatAllWarnings(as: .error),
                .unsafeFlags(["-isystem", "/usr/include/opencv4", "-Wall", "-Wextra", "-O2"]),
            ],
            linkerSettings: openCVModules.map { .linkedLibrary("opencv_" + $0) }),
        .target(
            name: "EdgeCore", dependencies: ["EventModel"], path: "Edge/EdgeCore", swiftSettings: settings),
        .target(
            name: "EdgeCapture",
            dependencies: [
                "EdgeCore", "EventModel", "CFFmpeg", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Edge/EdgeCapture", swiftSettings: settings),
        .target(
            name: "EdgeRecording",
            dependencies: [
                "EdgeCore", "EventModel", "CFFmpeg", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Logging", package: "swift-log"),
            ],
            path: "Edge/EdgeRecording", swiftSettings: settings),
        .target(
            name: "EdgeVision", dependencies: ["EdgeCore", "EventModel", "SiteCalibration", "CVision"],
            path: "Edge/EdgeVision", swiftSettings: settings),
        .target(
            name: "EdgeTracking", dependencies: ["EdgeCore", "EventModel"],
            path: "Edge/EdgeTracking", swiftSettings: settings),
        .target(
            name: "EdgeRules", dependencies: ["EdgeCore", "EventModel", "SiteCalibration"],
            path: "Edge/EdgeRules", swiftSettings: settings),
        .target(
            name: "EdgeOutbox",
            dependencies: [
                "EdgeCore", "EventModel", "BatchCodec",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Edge/EdgeOutbox", swiftSettings: settings),
        .target(
            name: "EdgeAPI",
            dependencies: [
                "EdgeCore", "EdgeRecording", "EventModel",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Edge/EdgeAPI", swiftSettings: settings),
        .executableTarget(
            name: "EdgeAgent",
            dependencies: [
                "EdgeAPI", "EdgeCore", "EdgeCapture", "EdgeRecording", "EdgeVision", "EdgeTracking", "EdgeRules",
                "EdgeOutbox",
                "EventModel", "BatchCodec", "SiteCalibration",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Edge/EdgeAgent", swiftSettings: settings),

        // Collector: what takes the records in and shows them to people.
        .target(
            name: "CollectorDomain", dependencies: ["EventModel"],
            path: "Collector/CollectorDomain", swiftSettings: settings),
        .target(
            name: "CollectorStore",
            dependencies: [
                "CollectorDomain", "EventModel", "BatchCodec",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Collector/CollectorStore", swiftSettings: settings),
        .target(
            name: "CollectorWeb",
            dependencies: [
                "CollectorDomain", "CollectorStore", "EventModel", "BatchCodec", "SiteCalibration",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Collector/CollectorWeb", resources: [.copy("Resources")], swiftSettings: settings),
        .executableTarget(
            name: "CollectorServer",
            dependencies: [
                "CollectorDomain", "CollectorStore", "CollectorWeb", "EventModel",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Collector/CollectorServer", swiftSettings: settings),

        // Tests: one folder per module, then whole pipelines and whole processes.
        .target(
            name: "TestSupport", dependencies: ["EdgeCore", "EventModel"],
            path: "Tests/TestSupport", swiftSettings: settings),
        .executableTarget(
            name: "OutboxLoad",
            dependencies: [
                "EdgeOutbox", "EventModel",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests/OutboxLoad", swiftSettings: settings),
        .executableTarget(
            name: "Bench",
            dependencies: [
                "EdgeVision", "EdgeOutbox", "EdgeCore", "BatchCodec", "EventModel", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Tests/Bench", exclude: ["bench.py", "cameras.py"], swiftSettings: settings),
        test("EventModelTests", ["EventModel", .product(name: "SwiftProtobuf", package: "swift-protobuf")]),
        test("BatchCodecTests", ["BatchCodec", "EventModel", .product(name: "Crypto", package: "swift-crypto")]),
        test("SiteCalibrationTests", ["SiteCalibration", "EventModel"]),
        test("EdgeCaptureTests", ["EdgeCapture", "EdgeCore", "EventModel"]),
        test(
            "EdgeRecordingTests",
            [
                "EdgeRecording", "CFFmpeg", "EdgeCore", "EventModel",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        test("EdgeVisionTests", ["EdgeVision", "CVision", "EdgeCore", "EventModel", "SiteCalibration"]),
        test("EdgeTrackingTests", ["EdgeTracking", "EdgeCore", "EventModel"]),
        test("EdgeRulesTests", ["EdgeRules", "EdgeTracking", "EdgeCore", "EventModel", "SiteCalibration"]),
        test(
            "EdgeOutboxTests",
            [
                "EdgeOutbox", "EventModel", "BatchCodec", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        test(
            "EdgeAPITests",
            [
                "EdgeAPI", "EdgeCapture", "EdgeCore", "EdgeRecording", "EventModel",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        test(
            "EdgeAgentTests",
            [
                "EdgeAgent", "EdgeAPI", "EdgeCapture", "EdgeCore", "EdgeRules", "EdgeTracking", "EdgeVision",
                "EventModel",
                "SiteCalibration", .product(name: "Crypto", package: "swift-crypto"),
            ]),
        test("CollectorDomainTests", ["CollectorDomain", "EventModel"]),
        test(
            "CollectorStoreTests",
            [
                "CollectorStore", "CollectorDomain", "EventModel", "BatchCodec",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Crypto", package: "swift-crypto"),
            ]),
        test(
            "CollectorWebTests",
            [
                "CollectorWeb", "CollectorStore", "CollectorDomain", "EventModel", "BatchCodec",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

/// A test target `Tests/<name>` with the makers of `TestSupport`.
func test(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)", swiftSettings: settings)
}
