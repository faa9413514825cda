import EdgeCore
import EdgeVision
import EventModel
import Foundation
import TestSupport
import Testing

@Suite struct PictureConditionMeterTests {
    /// A meter that has learned a noisy street until it took a view of it.
    private func makeTrainedMeter() throws -> PictureConditionMeter {
        var meter = try PictureConditionMeter()
        for (second, street)
            in (Canvas.streets(noise: 6) + Canvas.streets(noise: 6, seed: 2) + Canvas.streets(noise: 6)).enumerated()
        {
            _ = try meter.look(at: street.frame(seconds: Double(second)))
            _ = try meter.learn(at: testStart, site: "a")
        }
        return meter
    }

    private func street(dx: Int = 0, dy: Int = 0, noise: Int = 6, change: ((Int) -> Int)? = nil) -> Canvas {
        var source = SeededGenerator(state: 99)
        let canvas = Canvas()
        canvas.drawStreet(dx: dx, dy: dy)
        if let change { canvas.map { _, _, level in change(level) } }
        canvas.addNoise(noise, from: &source)
        return canvas
    }

    @Test func aViewIsTakenOnceOfASteadyPicture() throws {
        let meter = try makeTrainedMeter()
        #expect(meter.views.count == 1)
        #expect(meter.views.first?.size == FrameSize(width: 320, height: 180))
        #expect(meter.views.first?.site == "a")
    }

    @Test func theSameStreetFitsWhateverTheLight() throws {
        var meter = try makeTrainedMeter()
        for change in [{ $0 }, { $0 * 6 / 10 }, { 255 - $0 }, { $0 / 2 + 100 }] as [(Int) -> Int] {
            let reading = try meter.look(at: street(change: change).frame(seconds: 30))
            #expect((reading.view?.staying ?? 0) > 0.6)
        }
    }

    @Test(arguments: [(40, 0), (-30, 24), (0, 60)]) func aMovedCameraIsSeenAndHowFar(dx: Int, dy: Int) throws {
        var meter = try makeTrainedMeter()
        let view = try #require(meter.look(at: street(dx: dx, dy: dy).frame(seconds: 30)).view)
        #expect(view.staying < 0.3)
        #expect(view.moved > 0.5)
    }

    @Test func aShakeOfSomePixelsIsNoMove() throws {
        var meter = try makeTrainedMeter()
        let view = try #require(meter.look(at: street(dx: 4, dy: -3).frame(seconds: 30)).view)
        #expect(view.staying > 0.6)
    }

    @Test func aHandInFrontLosesTheDetailAndTheLayout() throws {
        var meter = try makeTrainedMeter()
        let hand = Canvas(level: 30)
        hand.fill(x: 0, y: 0, width: 200, height: 360, level: 36)
        let reading = try meter.look(at: hand.frame(seconds: 30))
        #expect((reading.lostShare ?? 0) > 0.95)
        #expect(reading.detailShare < 0.1 && reading.layoutMatch < 0.6)
        let good = try meter.look(at: street().frame(seconds: 31))
        #expect((good.lostShare ?? 1) < 0.1 && good.layoutMatch > 0.9)
    }

    @Test func aPictureOutOfFocusIsNoLongerSharp() throws {
        var meter = try makeTrainedMeter()
        #expect((try meter.look(at: street().frame(seconds: 30)).sharpShare ?? 0) > 0.9)
        let clear = street(noise: 0), blurred = Canvas()
        blurred.map { x, y, _ in
            let row = clear.memory + y * clear.bytesPerRow
            return (max(0, x - 5)...min(clear.width - 1, x + 5)).reduce(0) { $0 + Int(row[$1]) } / 11
        }
        var source = SeededGenerator(state: 5)
        blurred.addNoise(2, from: &source)
        #expect((try meter.look(at: blurred.frame(seconds: 31)).sharpShare ?? 1) < 0.3)
    }

    @Test func blackAndWhitePicturesAreTold() throws {
        var meter = try PictureConditionMeter()
        let black = try meter.look(at: Canvas(level: 3).frame(seconds: 0))
        #expect(black.darkShare == 1 && black.highLevel < 0.05 && black.detailShare == 0)
        let white = try meter.look(at: Canvas(level: 253).frame(seconds: 1))
        #expect(white.brightShare == 1 && white.lowLevel > 0.95)
    }

    @Test func exactlyTheSamePictureIsToldFromANewOne() throws {
        var meter = try PictureConditionMeter()
        let streets = Canvas.streets(noise: 2, count: 2)
        #expect(try meter.look(at: streets[0].frame(seconds: 0)).changedShare == nil)
        #expect(try meter.look(at: streets[0].frame(seconds: 1)).changedShare == 0)
        #expect((try meter.look(at: streets[1].frame(seconds: 2)).changedShare ?? 0) > 0.9)
    }

    @Test func aStillPictureOfAnEncoderComesBackExactly() throws {
        var meter = try PictureConditionMeter()
        let streets = Canvas.streets(noise: 2, count: 4)
        for index in [0, 1, 0, 1, 2] { _ = try meter.look(at: streets[index].frame(seconds: 0)) }
        for index in [0, 0, 2, 1] { #expect(try meter.look(at: streets[index].frame(seconds: 0)).changedShare == 0) }
        for index in [3, 0, 2] { _ = try meter.look(at: streets[index].frame(seconds: 0)) }
        for index in [1, 3, 0, 2, 1, 3, 0, 2] {  // a film of four pictures that begins again and again
            #expect((try meter.look(at: streets[index].frame(seconds: 0)).changedShare ?? 0) > 0.9)
        }
    }

    @Test func whatIsMaskedDoesNotCountAsChange() throws {
        var configuration = PictureConditionConfiguration()
        configuration.masks = [[Point(x: 0, y: 0), Point(x: 640, y: 0), Point(x: 640, y: 60), Point(x: 0, y: 60)]]
        configuration.maskFrameSize = FrameSize(width: 640, height: 360)
        var meter = try PictureConditionMeter(configuration: configuration)
        let canvas = Canvas()
        _ = try meter.look(at: canvas.frame(seconds: 0))
        canvas.fill(x: 0, y: 0, width: 640, height: 55, level: 200)  // the camera's own clock
        #expect(try meter.look(at: canvas.frame(seconds: 1)).changedShare == 0)
    }

    @Test func aBlankWallIsNoView() throws {
        var meter = try PictureConditionMeter()
        var source = SeededGenerator(state: 1)
        for second in 0..<40 {
            let wall = Canvas()
            wall.addNoise(3, from: &source)
            let reading = try meter.look(at: wall.frame(seconds: Double(second)))
            #expect(reading.lostShare == nil && reading.view == nil && reading.sharpShare == nil)
            #expect(try meter.learn(at: testStart, site: "") == nil)
        }
    }

    @Test func aViewThatIsKeptServesAnotherMeter() throws {
        let view = try #require(makeTrainedMeter().views.first)
        let restored = try #require(CameraView(pgm: view.pgm))
        #expect(restored.pixels == view.pixels && restored.size == view.size && restored.site == view.site)
        var meter = try PictureConditionMeter(views: [restored])
        #expect((try meter.look(at: street().frame(seconds: 0)).view?.staying ?? 0) > 0.6)
        #expect((try meter.look(at: street(dx: 40).frame(seconds: 1)).view?.moved ?? 0) > 0.5)
    }

    @Test func aViewWithoutASiteFileComesBack() throws {
        var view = try #require(makeTrainedMeter().views.first)
        view.site = ""
        let restored = try #require(CameraView(pgm: view.pgm))
        #expect(restored.site.isEmpty && restored.pixels == view.pixels)
    }

    /// A second stream of another shape is analysed for a while: what is known of the first stays.
    @Test func viewsOfTwoShapesStandSideBySide() throws {
        var meter = try makeTrainedMeter()
        let first = try #require(meter.views.first)
        let squares = Canvas.streets(width: 480, height: 360, noise: 6)
        for second in 0..<24 {
            _ = try meter.look(at: squares[second % squares.count].frame(seconds: Double(second)))
            if second == 0 { #expect(!meter.knowsPlace && !meter.knowsSharpness) }
            _ = try meter.learn(at: testStart, site: "a")
        }
        #expect(meter.views.count == 2 && meter.views.contains(first))
        #expect((try meter.look(at: street(dx: 40).frame(seconds: 30)).view?.moved ?? 0) > 0.5)
        #expect(meter.knowsPlace && meter.knowsSharpness)
    }

    @Test func brokenViewsAreRefused() throws {
        let good = try #require(makeTrainedMeter().views.first).pgm
        #expect(CameraView(pgm: Data()) == nil)
        #expect(CameraView(pgm: good.dropLast()) == nil)
        #expect(CameraView(pgm: good + [0]) == nil)
        #expect(CameraView(pgm: Data(good.prefix(40))) == nil)
        var source = SeededGenerator(state: 3)
        for _ in 0..<200 {
            var damaged = good
            for _ in 0..<4 { damaged[Int(source.next() % 300)] = UInt8(truncatingIfNeeded: source.next()) }
            if let view = CameraView(pgm: damaged) { _ = try PictureConditionMeter(views: [view]) }
        }
    }

    @Test(arguments: [(1, 1), (2, 2), (16, 16), (322, 182), (64, 2000)]) func oddSizesAreLookedAt(
        width: Int, height: Int
    ) throws {
        var meter = try PictureConditionMeter()
        for second in 0..<3 {
            _ = try meter.look(at: Canvas(width: width, height: height).frame(seconds: Double(second)))
            _ = try meter.learn(at: testStart, site: "")
        }
        _ = try meter.look(at: street().frame(seconds: 4))  // and another size in between
    }
}
