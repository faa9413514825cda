import EdgeCore
import EdgeTracking
import EventModel
import Testing

/// Moving regions are bad detections: they melt together, fall apart and jump in size.
@Suite struct TrackerRegionTests {
    /// What background subtraction makes of boxes that touch: their common outline.
    private func melted(_ detections: [Detection]) -> [Detection] {
        var regions: [Detection] = []
        for detection in detections {
            var region = detection
            while let index = regions.firstIndex(where: { $0.box.intersection(region.box).area > 0 }) {
                region.box = region.box.union(regions.remove(at: index).box)
            }
            regions.append(region)
        }
        return regions
    }

    @Test func crossingWaysKeepTheirNames() throws {
        var street = Street()
        street.run(seconds: 4) { now in
            [makeDetection(x: 100 + 100 * now, y: 200 + 4 * now), makeDetection(x: 500 - 100 * now, y: 215 - 4 * now)]
        }
        #expect(street.identities.count == 2)
        let first = try #require(street.current.first { $0.id.rawValue == 1 })
        #expect(first.velocity.x > 80)
        #expect(first.box.center.x > 450)
    }

    @Test func meetingVehiclesThatMeltKeepTheirNames() throws {
        var street = Street()
        street.run(seconds: 4) { now in
            melted([makeDetection(x: 100 + 100 * now, y: 200), makeDetection(x: 500 - 100 * now, y: 215)])
        }
        #expect(street.identities.count == 2)
        let first = try #require(street.current.first { $0.id.rawValue == 1 })
        let second = try #require(street.current.first { $0.id.rawValue == 2 })
        #expect(first.box.center.x > 420 && second.box.center.x < 180)
    }

    @Test func neighboursThatMeltForAWhileStayTwoAtTheirPlaces() {
        var street = Street()
        street.run(seconds: 5) { now in
            let gap = now < 1.5 || now > 3.5 ? 80.0 : 58  // side by side; their regions touch between 1.5 and 3.5 s
            return melted([makeDetection(x: 200, y: 100 + 40 * now), makeDetection(x: 200 + gap, y: 100 + 40 * now)])
        }
        #expect(street.identities == [1, 2])
        let merged = street.scenes.filter { (2.0...3.4).contains($0.seconds) }
        #expect(merged.allSatisfy { $0.tracks.count == 2 })
        for scene in merged {
            for track in scene.tracks { #expect(abs(track.box.maxY - (100 + 40 * scene.seconds)) < 12) }
        }
    }

    @Test func aVehicleThatFallsApartIsOne() {
        var street = Street()
        street.run(seconds: 1) { [makeDetection(x: 200 + 50 * $0, y: 200, width: 120)] }
        street.run(seconds: 3) { now in
            let x = 200 + 50 * now
            let isWhole = Int(now * 25) % 4 == 0
            return isWhole
                ? [makeDetection(x: x, y: 200, width: 120)]
                : [
                    makeDetection(x: x - 37, y: 200, width: 46),
                    makeDetection(x: x + 34, y: 198, width: 52, height: 36),
                ]
        }
        #expect(street.identities == [1])
        #expect(street.current.count == 1)
    }

    @Test func twoThatEnterAsOneRegionAndPartBecomeTwo() {
        var street = Street()
        street.run(seconds: 1) { [makeDetection(x: 200 + 50 * $0, y: 200, width: 120)] }
        street.run(seconds: 3) { now in
            let apart = 60 + 40 * (now - 1)
            let x = 200 + 50 * now
            return melted([makeDetection(x: x - apart / 2, y: 200), makeDetection(x: x + apart / 2, y: 200)])
        }
        #expect(street.identities.count == 2)
        #expect(street.current.filter { $0.state == .confirmed }.count == 2)
    }

    /// Side by side as one region for a second; then their regions have room between them.
    @Test(arguments: [40.0, 50, 60])
    func twoThatPartAreSoonTwo(room: Double) throws {
        var street = Street()
        func car(_ now: Double) -> Detection { makeDetection(x: 200, y: 100 + 60 * now, width: 70, height: 50) }
        func bike(_ now: Double) -> Detection {
            makeDetection(x: 250 + room, y: 100 + 55 * now, width: 30, height: 50)
        }
        street.run(seconds: 1) { now in
            var region = car(now)
            region.box = region.box.union(bike(now).box)
            return [region]
        }
        street.run(seconds: 0.5) { [car($0), bike($0)] }
        let seen = street.current.filter { $0.state == .confirmed }
        #expect(seen.count == 2)
        let first = try #require(seen.first { $0.id.rawValue == 1 })
        #expect(abs(first.box.width - 70) < 10)
    }

    @Test func whoIsOvertakenWithinOneRegionKeepsItsOwnSpeed() throws {
        var street = Street()
        func slow(_ now: Double) -> Detection { makeDetection(x: 300, y: 200 + 40 * now, width: 30, height: 60) }
        // It overtakes, and stops beside the slow one while their regions are one.
        func fast(_ now: Double) -> Detection {
            makeDetection(x: 350, y: 80 + 110 * min(now, 2.2), width: 80, height: 60)
        }
        street.run(seconds: 3.4) { melted([slow($0), fast($0)]) }
        for scene in street.scenes where scene.seconds > 1 {
            let track = try #require(scene.tracks.first { $0.id.rawValue == 1 })
            #expect(abs(track.box.maxY - slow(scene.seconds).box.maxY) < 12, "\(scene.seconds) s")
        }
        #expect(street.identities == [1, 2])
    }

    /// Name, the other's place against a car of 100 × 60 that drives down the picture, whether it stands behind it.
    static let company: [(name: String, box: (x: Double, y: Double, width: Double, height: Double), isBehind: Bool)] = [
        ("windscreen", (200, -20, 70, 25), true), ("roof with a gap", (200, -72, 90, 20), true),
        ("bike beside", (275, -20, 30, 60), false), ("half behind", (250, -30, 60, 50), false),
        ("far behind", (200, -130, 90, 40), false),
    ]

    @Test(arguments: company.indices)
    func aTrackKnowsWhetherItStandsBehindAnother(row: Int) throws {
        let (name, other, isBehind) = Self.company[row]
        var street = Street()
        // It comes there from farther up: what begins in or above a track is taken for a piece of it at once.
        street.run(seconds: 2) { now in
            let above = max(0, 200 * (1.4 - now))
            return [
                makeDetection(
                    x: other.x, y: 300 + other.y - above + 40 * now, width: other.width, height: other.height),
                makeDetection(x: 200, y: 300 + 40 * now, width: 100, height: 60),
            ]
        }
        let track = try #require(street.current.first { $0.id.rawValue == 1 })
        #expect(track.isBehindAnother == isBehind, "\(name)")
        #expect(street.current.allSatisfy { $0.id.rawValue == 1 || !$0.isBehindAnother }, "\(name)")
    }

    @Test func aShadowThatFlashesUpDoesNotMoveTheGroundPoint() {
        var street = Street()
        street.run(seconds: 1) { [makeDetection(x: 200 + 50 * $0, y: 200)] }
        street.run(seconds: 0.3) { [makeDetection(x: 200 + 50 * $0 + 40, y: 200, width: 140)] }
        let x = street.current[0].box.bottomCenter.x
        #expect(abs(x - (200 + 50 * 1.26)) < 8)
        #expect(street.identities == [1])
    }

    @Test func aParkedCarIsNotCarriedOffByAPassingOne() throws {
        var street = Street()
        street.run(seconds: 1) { _ in [makeDetection(x: 300, y: 200)] }
        street.run(seconds: 5) { _ in [] }
        street.run(seconds: 4) { [makeDetection(x: 100 + 100 * ($0 - 6), y: 205, width: 100, height: 70)] }
        let parked = try #require(street.current.first { $0.id.rawValue == 1 })
        #expect(abs(parked.box.center.x - 300) < 15)
        #expect(street.identities.count == 2)
    }
}
