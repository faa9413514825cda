import EdgeCapture
import EdgeCore
import EventModel
import Foundation

/// Makes `CameraHealth` records out of what capture and analysis counted. Pure.
struct CameraHealthRecord {
    var status: CaptureStatus
    var framesAnalysed: UInt64
    var framesDropped: UInt64
    /// Of what arrives.
    var framesPerSecond: Double
    var decodePath: String
    /// What stands in the way of judging (geometry that does not fit); shown as the reason while the camera is live.
    var problem: String?
    /// What is wrong with the camera itself, and lasts.
    var conditions: [SecurityKind] = []

    func record(camera: CameraID, at time: Date, still: Ngatu_V1_Evidence?) -> Ngatu_V1_Record {
        var record = Ngatu_V1_Record()
        record.camera = camera.rawValue
        record.timeMicros = time.unixMicroseconds
        record.clock = .host
        record.cameraHealth = health(still: still)
        return record
    }

    private func health(still: Ngatu_V1_Evidence?) -> Ngatu_V1_CameraHealth {
        var health = Ngatu_V1_CameraHealth()
        health.state = status.state.wire
        health.reason = status.reason.isEmpty ? problem ?? "" : status.reason
        health.framesReceived = status.counters.accessUnits
        health.framesDecoded = status.counters.framesDecoded
        health.framesAnalysed = framesAnalysed
        health.framesDropped = framesDropped
        health.decodeErrors = status.counters.decodeErrors
        health.reconnects = UInt32(clamping: status.reconnects)
        health.framesPerSecondTenths = UInt32((framesPerSecond * 10).rounded().clamped(to: 0...10_000))
        health.decodePath = decodePath
        if let info = status.streamInfo { describe(info, in: &health) }
        if let offset = status.cameraOffset { health.clockOffsetMicros = Int64(offset.seconds * 1_000_000) }
        health.conditions = conditions.map(\.rawValue)
        if let still { health.still = still }
        return health
    }

    private func describe(_ info: StreamInfo, in health: inout Ngatu_V1_CameraHealth) {
        health.codec = info.codec
        health.width = UInt32(clamping: info.size?.width ?? 0)
        health.height = UInt32(clamping: info.size?.height ?? 0)
    }
}

extension StreamState {
    /// The value on the wire.
    var wire: Ngatu_V1_StreamState {
        switch self {
        case .connecting: .connecting
        case .live: .live
        case .stalled: .stalled
        case .unreachable: .unreachable
        case .refused: .refused
        case .stopped: .stopped
        }
    }
}
