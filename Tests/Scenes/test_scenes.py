"""The scene generator against itself: geometry, traffic, truth. Runs on /usr/bin/python3 in a few seconds."""
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from generate import STEPS_PER_FRAME, Scene, Shake, render  # noqa: E402
from painter import Painter  # noqa: E402
from truth import TruthRecorder  # noqa: E402

SMALL = (320, 180)


class Geometry(unittest.TestCase):
    def setUp(self):
        self.camera = Scene("road-day", 1, 1, 1, (1280, 720), 25).layout.camera

    def test_ground_goes_to_pixels_and_back(self):
        metres = np.array([(x, y) for x in (-9.0, 0.0, 4.5) for y in (14.0, 30.0, 120.0)])
        pixels, _ = self.camera.project(np.column_stack([metres, np.zeros(len(metres))]))
        self.assertLess(np.abs(self.camera.to_ground(pixels) - metres).max(), 1e-6)

    def test_focal_length_and_pitch_put_the_axis_where_they_say(self):
        """The optical axis meets the ground at height / tan(pitch)."""
        reach = 7.5 / np.tan(np.radians(16.0))
        self.assertTrue(np.allclose(self.camera.ground(0.8, reach), (640, 360), atol=1e-6))

    def test_a_metre_across_the_axis_is_focal_over_depth(self):
        reach = 7.5 / np.tan(np.radians(16.0))
        a, b = self.camera.ground(0.8, reach), self.camera.ground(1.8, reach)
        self.assertAlmostEqual(b[0] - a[0], 1050 / np.hypot(7.5, reach), places=6)

    def test_a_shaken_picture_moves_as_the_shaken_camera_does(self):
        shaken = Shake(3).camera(self.camera, 1.7)
        points = np.array([(-6.0, 18.0, 0.0), (5.0, 60.0, 0.0)])
        moved = shaken.project(points)[0] - self.camera.project(points)[0]
        du = -np.radians(shaken.yaw_degrees - self.camera.yaw_degrees) * self.camera.focal_pixels
        dv = -np.radians(shaken.pitch_degrees - self.camera.pitch_degrees) * self.camera.focal_pixels
        roll = -np.radians(shaken.roll_degrees)
        out = self.camera.project(points)[0] - (640, 360)
        turned = out @ np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]]) - out + (du, dv)
        self.assertLess(np.abs(moved - turned).max(), 1.5)


class Driving(unittest.TestCase):
    def rectangles(self, vehicles):
        for v in vehicles:
            (x, y), along = v.place(), abs(v.lane.heading[1]) > 0.5
            half = (v.body.width / 2, v.body.length / 2) if along else (v.body.length / 2, v.body.width / 2)
            yield v, (x - half[0], y - half[1], x + half[0], y + half[1])

    def check_no_overlap(self, scene, seed, seconds, rate):
        made = Scene(scene, seed, 150, rate, SMALL, 25, runners=0.5)
        while made.traffic.time < seconds:
            boxes = sorted(self.rectangles(v for v in made.traffic.active if not v.lane.is_path), key=lambda item: item[1][0])
            for i, (v, a) in enumerate(boxes):
                for w, b in boxes[i + 1:]:
                    if b[0] >= a[2]:
                        break
                    self.assertFalse(a[1] < b[3] and b[1] < a[3],
                                     f"{scene} seed {seed} at {made.traffic.time:.2f} s: {v.kind} {v.id} {v.lane.id} and {w.kind} {w.id} {w.lane.id}")
            for _ in range(6):
                made.traffic.step(1 / 25 / STEPS_PER_FRAME)
        return made

    def test_nobody_overlaps_on_the_road(self):
        self.check_no_overlap("road-day", 5, 60, 1.5)

    def test_nobody_overlaps_at_the_junction(self):
        for seed in (1, 2):
            made = self.check_no_overlap("junction-day", seed, 110, 1.4)
            self.assertLess(len(made.traffic.waiting), 60, "the queues must clear at green")

    def test_every_vehicle_leaves(self):
        made = Scene("road-day", 2, 12, 1.0, SMALL, 25)
        for _ in range(90 * 50):
            made.traffic.step(0.02)
        self.assertTrue(made.traffic.is_over)


class Truth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.paths = [os.path.join(cls.folder.name, name) for name in ("a", "b")]
        for path in cls.paths:
            render("road-day", 7, 6, 1.5, SMALL, 10, path, seconds=24)
        cls.truth = json.loads(pathlib.Path(cls.paths[0], "road-day.truth.json").read_text("utf-8"))
        cls.site = json.loads(pathlib.Path(cls.paths[0], "road-day.site.json").read_text("utf-8"))
        with gzip.open(os.path.join(cls.paths[0], "road-day.tracks.jsonl.gz"), "rt") as rows:
            cls.rows = [json.loads(row) for row in rows]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_same_seed_same_bytes(self):
        for name in ("road-day.truth.json", "road-day.tracks.jsonl.gz", "road-day.site.json", "road-day.mp4"):
            first, second = (pathlib.Path(path, name).read_bytes() for path in self.paths)
            self.assertEqual(first, second, name)

    def test_another_seed_is_another_street(self):
        states = [[v.kind for v in Scene("road-day", seed, 30, 1, SMALL, 10).traffic.waiting] for seed in (7, 8)]
        self.assertNotEqual(*states)

    def test_buses_are_a_third_where_they_may_drive(self):
        kinds = [v.kind for v in Scene("road-day-buses", 7, 300, 1, SMALL, 10).traffic.waiting if v.lane.id.endswith(("outer", "inner"))]
        self.assertTrue(0.25 < kinds.count("bus") / len(kinds) < 0.45, kinds.count("bus") / len(kinds))
        with self.assertRaisesRegex(ValueError, "no scene 'road-day-trams'"):
            Scene("road-day-trams", 7, 3, 1, SMALL, 10)

    def test_crossings_follow_from_the_tracks(self):
        line = self.truth["counts"][0]["line"]
        heights = {}
        crossings = set()
        for row in self.rows:
            for track in row["tracks"]:
                level, before = track["ground"][1] - line[0][1], heights.get(track["track"])
                heights[track["track"]] = level
                if before is not None and (before > 0) != (level > 0) and track["class"] != "person":
                    crossings.add((row["frame"], track["track"], "leftToRight" if level > 0 else "rightToLeft"))
        said = {(c["frame"], c["track"], c["direction"]) for c in self.truth["crossings"] if c["line"] == "across"}
        self.assertEqual(crossings, said)
        self.assertEqual(sum(c["total"]["n"] for c in self.truth["counts"]), len(said))
        self.assertGreater(len(said), 3)

    def test_speed_between_the_lines_is_the_speed_driven(self):
        for transit in self.truth["speed"]["transits"]:
            self.assertLess(abs(transit["mean_kmh"] - transit["kmh"]), 0.25 * transit["kmh"])

    def test_schema(self):
        self.assertEqual(self.truth["schema"], "video-truth/1")
        for key in ("file", "video", "counts", "signals", "violations", "presence", "quiet", "crossings", "camera", "plates", "speed"):
            self.assertIn(key, self.truth)
        for key in ("width", "height", "mean_fps", "duration_s"):
            self.assertIn(key, self.truth["video"])
        self.assertEqual(set(self.site), {"schema", "camera", "frame", "lines", "zones", "signals", "ground"})
        for track in (t for row in self.rows for t in row["tracks"]):
            x, y, w, h = track["box"]
            self.assertTrue(x >= 0 and y >= 0 and x + w <= SMALL[0] + 0.1 and y + h <= SMALL[1] + 0.1 and 0 <= track["visible"] <= 1)

    def test_the_video_has_the_frames_of_the_truth(self):
        probe = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets,has_b_frames", "-of", "csv=p=0",
                                os.path.join(self.paths[0], "road-day.mp4")], capture_output=True, text=True, check=True).stdout
        self.assertEqual(probe.strip(), f"0,{self.truth['video']['frames']}")


class RedLight(unittest.TestCase):
    """The truth of a junction, without drawing: only what the recorder needs."""

    def test_runners_are_violations_and_others_are_not(self):
        made = Scene("junction-day", 4, 160, 1.4, SMALL, 10, walkers=0, runners=0.7)
        recorder = TruthRecorder(made.layout, Painter(made.layout, made.light, 4), 10)
        ran = set()
        for number, active, signals, _ in made.frames(100):
            recorder.record(number, active, signals, made.layout.camera)
            ran |= {v.id for v in active if v.ran and v.lane.id.startswith("away")}
        violations = recorder.truth("x", 1000, {})["violations"]
        sure = {v["track"] for v in violations if v["certainty"] == "high"}
        self.assertTrue(sure, "a share of the drivers runs the red light")
        self.assertEqual(sure, ran & sure)
        stopped = {c["track"] for c in recorder.crossings if c["line"] == "stop"} - ran
        self.assertGreater(len(stopped), 10)


if __name__ == "__main__":
    unittest.main()
