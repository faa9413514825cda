"""The shipped network and the reference that runs it. Needs python3-opencv; skips with a message where it is absent."""
import json
import os
import unittest

try:
    import cv2
    import numpy as np
    import calibrate
    import golden
    from counter import Counter, blocks, bright_level, crowded_share, doubt, interval, letterbox, places, sha256
    from counter import Look
    from data import heads, listed
except ImportError as missing:
    raise unittest.SkipTest(f"reference of the crowd counter not tested: {missing}")

DATA = "../shared/data/train"  # from the project's root, where `make test` runs
MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SLACK = 0.01  # of the relative error: another processor may round otherwise


class Shipped(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.counter = Counter(os.path.join(MODEL, "model.json"))
        cls.facts = cls.counter.facts

    def test_file_is_the_described_one_and_small(self):
        path = os.path.join(MODEL, self.facts["file"])
        self.assertEqual(sha256(path), self.facts["sha256"])
        self.assertLessEqual(os.path.getsize(path), 8 << 20)

    def test_another_file_is_refused(self):
        path = os.path.join(MODEL, "model.test.json")
        try:
            with open(path, "w", encoding="utf-8") as file:
                json.dump(self.facts | {"sha256": "0" * 64}, file)
            with self.assertRaisesRegex(ValueError, "SHA-256"):
                Counter(path)
        finally:
            os.remove(path)

    def test_any_picture_gives_a_bounded_answer(self):
        for picture in (np.zeros((1, 1, 3), np.uint8), np.full((4320, 40, 3), 255, np.uint8), np.full((480, 640, 3), 114, np.uint8),
                        np.random.default_rng(1).integers(0, 256, (270, 480, 3), np.uint8)):
            answer = self.counter.answer(picture)
            self.assertTrue(0 <= answer["low"] <= answer["count"] <= answer["high"] < 100_000, answer)
            self.assertLessEqual(len(answer["points"]), answer["count"])

    def test_square_and_map_are_as_known(self):
        self.assertTrue(golden.check())

    def test_scores_are_of_this_network(self):
        self.assertEqual(golden.load("scores.json")["model"], self.facts["sha256"])
        self.assertEqual(golden.load("limits.json")["model"], self.facts["sha256"])
        for key in ("interval", "limits"):
            self.assertEqual(golden.load("limits.json")[key], self.facts[key])

    @unittest.skipUnless(os.path.exists(DATA), f"{DATA} is absent: the golden scores are not measured again")
    def test_the_golden_scores_are_met(self):
        known, off, people, inside = golden.load("scores.json")["validation"]["all"], 0, 0, []
        for name in listed(DATA, "val.txt"):
            answer, truth = self.counter.answer(cv2.imread(os.path.join(DATA, "crowd", "images", name))), len(heads(DATA, name))
            off, people = off + abs(answer["count"] - truth), people + truth
            inside.append(answer["low"] <= truth <= answer["high"])
        self.assertLessEqual(off / people, known["relative"] + SLACK)
        self.assertGreaterEqual(np.mean(inside), known["inside"] - 0.03)


class Reading(unittest.TestCase):
    LIMITS = {"leastLevel": 0.2, "leastSide": 300, "mostInBlock": 2, "mostCrowded": 0.5}

    def test_letterbox_never_enlarges_but_to_fill_up(self):
        for (width, height), wanted in {(1920, 1080): (384, 640), (640, 480): (480, 640), (100, 70): (96, 128), (1, 1): (32, 32)}.items():
            data, (scale, left, top) = letterbox(np.full((height, width, 3), 255, np.uint8), 640)
            self.assertEqual(data.shape[2:], wanted)
            self.assertTrue(left == 0 or top == 0)
            np.testing.assert_allclose(data[0, :, wanted[0] // 2, wanted[1] // 2], 1)
        data, _ = letterbox(np.full((360, 640, 3), 255, np.uint8), 640)
        np.testing.assert_allclose(data[0, :, 5, 5], 114 / 255, atol=1e-6)

    def test_doubts(self):
        full, shape = np.zeros((5, 5)), (480, 640, 3)
        full[2, 2] = 5
        self.assertIsNone(doubt(Look(0, 0.5, full * 0, None), shape, self.LIMITS))
        self.assertEqual(doubt(Look(0, 0.1, full * 0, None), shape, self.LIMITS), "tooDark")
        self.assertEqual(doubt(Look(0, 0.5, full * 0, None), (200, 299, 3), self.LIMITS), "tooSmall")
        self.assertEqual(doubt(Look(5, 0.5, full, None), shape, self.LIMITS), "tooFar")

    def test_interval(self):
        known = {"floor": 2, "slope": 0.1, "below": 1.5, "above": 2, "doubtful": 3}
        self.assertEqual(interval(100.4, None, known), {"count": 100, "low": 82, "high": 125})
        self.assertEqual(interval(100.0, "tooDark", known), {"count": 100, "low": 46, "high": 172})
        self.assertEqual(interval(0.0, None, known), {"count": 0, "low": 0, "high": 4})

    def test_blocks_and_shares(self):
        cells = np.zeros((6, 8))
        cells[0, 0], cells[4, 5] = 3, 1
        self.assertEqual(blocks(cells)[1, 1], 3)
        self.assertAlmostEqual(crowded_share(cells, 2), 0.75)
        self.assertEqual(crowded_share(cells * 0, 2), 0)
        self.assertEqual(places(cells, (1, 0, 0), 4), [[2.0, 2.0], [22.0, 18.0]])

    def test_bright_level_is_of_the_bright_parts(self):
        picture = np.zeros((300, 300, 3), np.uint8)
        picture[:9] = 255
        self.assertEqual(bright_level(picture), 0)
        picture[:30] = 255
        self.assertEqual(bright_level(picture), 1)

    def test_the_interval_holds_what_it_was_made_of(self):
        random = np.random.default_rng(2)
        said = random.uniform(5, 300, 400)
        rows = np.stack([said, said + random.normal(0, 2 + 0.1 * said)], 1)
        held = calibrate.summary(rows, calibrate.fitted(rows))
        self.assertGreaterEqual(held["inside"], 0.9)
        self.assertLess(held["inside"], 0.97)


if __name__ == "__main__":
    unittest.main()
