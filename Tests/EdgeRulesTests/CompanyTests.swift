import EdgeCore
import EdgeRules
import EventModel
import TestSupport
import Testing

/// What crosses in or right behind the box of another track may be a part of it.
@Suite struct CompanyTests {
    /// Name, from when to when of two seconds the track is behind another one, the way, how often it counts. The way
    /// down from 40 to 160 meets the line after one second.
    static let table: [(name: String, company: ClosedRange<Double>, turns: Bool, expected: Int)] = [
        ("a windscreen, to the end", 0...9, false, 0),
        ("a vehicle seen by itself again", 0...1.3, false, 1),
        ("a vehicle long by itself before", 0...0.4, false, 1),
        ("a part whose vehicle has just left the picture", 0...1.8, false, 0),
        ("there and back while behind", 0...3, true, 0),
        ("behind after the crossing only", 1.5...9, false, 1),
    ]

    @Test(arguments: table.indices)
    func aTrackBehindAnotherWaits(row: Int) {
        let (name, company, turns, expected) = Self.table[row]
        let places: [(Double, Double)] = turns ? [(200, 40), (200, 160), (200, 40)] : [(200, 40), (200, 160)]
        let walk = Walk(places, seconds: turns ? 4 : 2)
        let scenes = walk.steps.indices.map { index in
            var track = walk.track(at: index)
            track.isBehindAnother = company.contains(walk.steps[index].seconds)
            return makeScene([track], seconds: walk.steps[index].seconds)
        }
        let found = crossings(scenes)
        #expect(found.count == expected, "\(name)")
        if let first = found.first {
            #expect(abs(first.seconds - 1) < 0.01, "\(name): the time of the crossing itself")
        }
    }

    @Test func aCrossingThatWaitedIsNotHandedOn() {
        // The windscreen's track ends as a piece of the vehicle before the vehicle's own ground point has crossed.
        let screen = Walk(id: 1, [(200, 40), (200, 160)], seconds: 2)
        let vehicle = Walk(id: 2, [(200, 20), (200, 140)], seconds: 2)
        var all = scenes(of: [screen, vehicle])
        for index in all.indices {
            all[index].tracks[0].isBehindAnother = true
            if index == 12 {
                all[index].tracks[0].state = .removed
                all[index].tracks[0].joined = vehicle.track(at: 0).id
            } else if index > 12 {
                all[index].tracks.remove(at: 0)
            }
        }
        #expect(crossings(all).map(\.direction) == [.leftToRight])
    }
}
