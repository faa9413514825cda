"""The shipped network and the reference that runs it. Needs python3-opencv; skips with a message where it is absent."""
import json
import os
import tempfile
import types
import unittest

try:
    import cv2
    import numpy as np
    import evaluate
    import golden
    from decode import decode, letterbox, suppress, to_picture
    from detector import Detector, sha256, spans
except ImportError as missing:
    raise unittest.SkipTest(f"reference of the vehicle detector not tested: {missing}")

DATA = "../shared/data/train"  # from the project's root, where `make test` runs
SCORER = "../shared/eval/score_detect.py"
MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


class Shipped(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(MODEL, "model.json"), encoding="utf-8") as file:
            self.facts = json.load(file)

    def test_file_is_the_described_one_and_small(self):
        path = os.path.join(MODEL, self.facts["file"])
        self.assertEqual(sha256(path), self.facts["sha256"])
        self.assertLessEqual(os.path.getsize(path), 8 << 20)

    def test_another_file_is_refused(self):
        self.facts["sha256"] = "0" * 64
        path = os.path.join(MODEL, "model.test.json")
        try:
            with open(path, "w", encoding="utf-8") as file:
                json.dump(self.facts, file)
            with self.assertRaisesRegex(ValueError, "SHA-256"):
                Detector(path)
        finally:
            os.remove(path)

    def test_any_picture_gives_finite_maps_of_the_described_shape(self):
        detector = Detector(os.path.join(MODEL, "model.json"))
        for width, height in (self.facts["input"]["whole"], self.facts["input"]["region"]):
            for picture in (np.zeros((1, 1, 3), np.uint8), np.full((4320, 40, 3), 255, np.uint8),
                            np.random.default_rng(1).integers(0, 256, (270, 480, 3), np.uint8)):
                maps = detector.run(letterbox(picture, width, height)[0])
                for stride, values in zip(self.facts["output"]["strides"], maps):
                    self.assertEqual(values.shape, (1, 4 + len(self.facts["labels"]), height // stride, width // stride))
                    self.assertTrue(np.isfinite(values).all())
                    self.assertTrue((values[:, :4] > 0).all())
                    self.assertTrue(((values[:, 4:] >= 0) & (values[:, 4:] <= 1)).all())

    def test_thresholds_name_every_label(self):
        self.assertEqual(list(self.facts["thresholds"]["working"]), self.facts["labels"])

    def test_street(self):
        known = golden.load("street.json")
        fit, samples, boxes = golden.street(known)
        self.assertEqual([fit.left, fit.top], [known["left"], known["top"]])
        self.assertAlmostEqual(fit.scale, known["scale"], places=6)
        self.assertLessEqual(np.abs(np.array(samples) - known["samples"]).max(), golden.SAMPLE)
        self.assertTrue(golden.same(boxes, known["boxes"]), f"{golden.rows(boxes)}")
        self.assertGreater(len(boxes), 3)

    def test_scores_are_of_this_network(self):
        self.assertEqual(golden.load("scores.json")["model"], self.facts["sha256"])

    @unittest.skipUnless(os.path.exists(DATA) and os.path.exists(SCORER), f"{DATA} is absent: the golden scores are not measured again")
    def test_the_golden_scores_are_met(self):
        known = golden.load("scores.json")["first"]
        with open(os.path.join(DATA, "vehicles", "val.txt"), encoding="utf-8") as file:
            names = [os.path.basename(n) for n in file.read().split()][:known["number"]]
        pictures = [os.path.join(DATA, "vehicles", "images", n) for n in names]
        with tempfile.TemporaryDirectory() as work:
            answers, listed = os.path.join(work, "answers.jsonl"), os.path.join(work, "list.txt")
            with open(listed, "w", encoding="utf-8") as file:
                file.write("\n".join(names))
            evaluate.predict(Detector(os.path.join(MODEL, "model.json")), evaluate.WAYS[known["way"]], pictures, answers)
            measured = evaluate.score(types.SimpleNamespace(work=work, data=DATA, scorer=SCORER), answers, listed)
        for label in ("motorbike", "car", "bus", "truck", "threeWheeler"):
            self.assertGreaterEqual(measured["classes"][label]["AP50"], known["classes"][label]["AP50"] - 0.01, label)


class Decoding(unittest.TestCase):
    def test_known_maps(self):
        known = golden.load("decode.json")
        found = golden.decoded(known)
        self.assertTrue(golden.same(found, known["boxes"]), f"{golden.rows(found)}")
        # By hand: cell 20, 10 of stride 4 has its centre at 82, 42; the 832x468 picture lies at half size, 11 pixels down.
        np.testing.assert_allclose(found[0], [0, 0.9, 148, 50, 184, 76], atol=1e-4)
        self.assertEqual([int(b[0]) for b in found], [0, 5, 1, 2, 6, 2])

    def test_nothing_found(self):
        maps = [np.zeros((1, 11, 8, 8), np.float32)]
        self.assertEqual(suppress(decode(maps, [4], np.full(7, 0.3))).shape, (0, 6))

    def test_suppression_keeps_neighbours(self):
        boxes = np.array([[0, 0.9, 0, 0, 10, 10], [0, 0.8, 6, 0, 16, 10], [0, 0.7, 0, 1, 10, 11]], np.float32)
        self.assertEqual([round(float(b[1]), 1) for b in suppress(boxes)], [0.9, 0.8])


class Letterbox(unittest.TestCase):
    def test_there_and_back(self):
        for width, height in ((1920, 1080), (480, 640), (97, 33), (1, 1)):
            data, fit = letterbox(np.full((height, width, 3), 200, np.uint8), 416, 256)
            self.assertEqual(data.shape, (1, 3, 256, 416))
            whole = np.array([[0, 0.9, fit.left, fit.top, fit.left + width * fit.scale, fit.top + height * fit.scale]], np.float32)
            np.testing.assert_allclose(to_picture(whole, fit, width, height)[0, 2:], [0, 0, width, height], atol=width / 100 + 1e-3)

    def test_bars_are_grey_and_the_picture_is_in_the_middle(self):
        data, fit = letterbox(np.full((100, 100, 3), 255, np.uint8), 416, 256)
        self.assertEqual((fit.scale, fit.left, fit.top), (2.56, 80, 0))
        np.testing.assert_allclose(data[0, :, 100, 79], 114 / 255)
        np.testing.assert_allclose(data[0, :, 100, 80], 1)

    def test_tiles_cover_and_overlap(self):
        windows = spans(480, 213.3)
        self.assertEqual((windows[0][0], windows[-1][1]), (0, 480))
        for (_, end), (start, _) in zip(windows, windows[1:]):
            self.assertGreaterEqual(end - start, 50)
        self.assertEqual(spans(100, 213.3), [(0, 100)])


if __name__ == "__main__":
    unittest.main()
