public import EdgeCore

/// What the rule remembers of the stream.
struct StreamMemory: Hashable, Sendable {
    /// When pictures last came.
    var liveAt: Duration?
    /// Where counting frames began.
    var counted: Count?
    /// Of the reading before.
    var units: UInt64 = 0

    struct Count: Hashable, Sendable {
        var at: Duration
        var units: UInt64
    }
}

extension CameraConditionRule {
    /// Takes what is known of the stream; about once a second.
    public mutating func update(with reading: StreamReading, at time: FrameTime) -> [Finding] {
        let now = time.presentation
        if stream.liveAt == nil || (reading.isLive && reading.accessUnits != stream.units) { stream.liveAt = now }
        stream.units = reading.accessUnits
        let lost: ConditionTimer.Evidence = reading.isLive ? .absent : .present
        var findings = take(lost, .signalLoss, at: time, from: reading.isLive ? now : stream.liveAt)
        findings += take(reading.isLive ? drift(reading) : .unknown, .clockDrift, at: time)
        findings += take(rate(reading, at: now), .frameRateLow, at: time)
        return findings
    }

    private func drift(_ reading: StreamReading) -> ConditionTimer.Evidence {
        guard let offset = reading.cameraOffset else { return .unknown }
        let distance = offset < .zero ? .zero - offset : offset
        if distance >= configuration.clockOffset.upperBound { return .present }
        return distance <= configuration.clockOffset.lowerBound ? .absent : .unknown
    }

    /// Delivered against declared, each window anew. A stream that was interrupted is counted from its return on.
    private mutating func rate(_ reading: StreamReading, at now: Duration) -> ConditionTimer.Evidence {
        guard reading.isLive, let declared = reading.declaredFramesPerSecond, (1...120).contains(declared) else {
            stream.counted = nil
            return .unknown
        }
        guard let counted = stream.counted, reading.accessUnits >= counted.units else {
            stream.counted = StreamMemory.Count(at: now, units: reading.accessUnits)
            return .unknown
        }
        let elapsed = now - counted.at
        guard elapsed >= configuration.rateWindow else { return .unknown }
        stream.counted = StreamMemory.Count(at: now, units: reading.accessUnits)
        let share = Double(reading.accessUnits - counted.units) / elapsed.inSeconds / declared
        if share < configuration.rateShare.lowerBound { return .present }
        return share >= configuration.rateShare.upperBound ? .absent : .unknown
    }
}
