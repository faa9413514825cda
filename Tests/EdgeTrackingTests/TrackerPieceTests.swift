import EdgeCore
import EdgeTracking
import EventModel
import Testing

/// One object may be followed as several tracks for a while; in the end it is one.
@Suite struct TrackerPieceTests {
    @Test func aBonnetBelowARoofIsNoSecondVehicle() {
        var street = Street()
        street.run(seconds: 1) { [makeDetection(x: 200, y: 100 + 40 * $0, width: 50, height: 18)] }
        street.run(seconds: 2) { now in
            [
                makeDetection(x: 200, y: 100 + 40 * now, width: 50, height: 18),
                makeDetection(x: 200, y: 128 + 40 * now, width: 54, height: 22),
            ]
        }
        #expect(street.identities == [1])
    }

    @Test func aRidersHeadIsNoSecondVehicle() {
        var street = Street()
        street.run(seconds: 1) { [makeDetection(x: 200, y: 100 + 40 * $0, width: 26, height: 40)] }
        street.run(seconds: 2) { now in
            [
                makeDetection(x: 200, y: 100 + 40 * now, width: 26, height: 40),
                makeDetection(x: 201, y: 56 + 40 * now, width: 12, height: 14),
            ]
        }
        #expect(street.identities == [1])
    }

    @Test func piecesThatARegionUnitesBecomeOneTrackOfItsSize() throws {
        var street = Street()
        street.run(seconds: 1) { now in
            [
                makeDetection(x: 170, y: 60 + 40 * now, width: 16, height: 14),
                makeDetection(x: 230, y: 100 + 40 * now, width: 30, height: 12),
            ]
        }
        #expect(street.identities == [1, 2])
        street.run(seconds: 1) { [makeDetection(x: 200, y: 100 + 40 * $0, width: 100, height: 100)] }
        let end = try #require(street.current.first)
        #expect(street.current.count == 1)
        #expect(abs(end.box.width - 100) < 15)
        let ended = street.scenes.flatMap(\.tracks).filter { $0.state == .removed }
        #expect(ended.map(\.joined) == [end.id])
    }

    @Test func twoCarsInARowThatPartBecomeTwo() {
        var street = Street()
        street.run(seconds: 1) { [makeDetection(x: 200, y: 160 + 40 * $0, width: 60, height: 100)] }
        street.run(seconds: 2) { now in
            [
                makeDetection(x: 200, y: 100 + 40 * now, width: 56, height: 40),
                makeDetection(x: 200, y: 160 + 40 * now, width: 60, height: 44),
            ]
        }
        #expect(street.current.filter { $0.state == .confirmed }.count == 2)
    }
}
