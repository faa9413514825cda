"""Crops, loss and network. Needs PyTorch and OpenCV; skips with a message where they are absent."""
import unittest

try:
    import numpy as np
    import torch
    from augment import CELL, SIDE, SMALLEST, Crop, least_scale, training_crop
    from data import Picture
    from loss import bells, counting, crop_loss, posterior
    from model import CrowdCounter
except ImportError as missing:
    raise unittest.SkipTest(f"training of the crowd counter not tested: {missing}")


def picture(kind="crowd", boxes=(), size=(480, 640)):
    """Grey, with a white dot on each head."""
    pixels, points = np.full((*size, 3), 90, np.uint8), [(x, y) for x in range(20, size[1], 60) for y in range(20, size[0], 60)]
    for x, y in points:
        pixels[y - 2:y + 3, x - 2:x + 3] = 255
    return Picture("p", pixels, np.array(points, np.float32), np.array(boxes, np.float32).reshape(-1, 4), kind)


class Crops(unittest.TestCase):
    def test_points_stay_on_their_heads(self):
        hits = []
        for seed in range(40):
            crop = Crop(picture(), np.random.default_rng(seed))
            self.assertEqual(crop.pixels.shape, (SIDE, SIDE, 3))
            for x, y in crop.points:
                self.assertTrue(0 <= x <= SIDE and 0 <= y <= SIDE)
                if 4 <= x < SIDE - 4 and 4 <= y < SIDE - 4:
                    hits.append(crop.pixels[int(y), int(x)].mean() > crop.pixels.mean())
        self.assertGreater(len(hits), 200)
        self.assertGreater(np.mean(hits), 0.97)

    def test_small_pictures_get_bars_and_keep_everybody(self):
        small = picture(size=(100, 120))
        crop = Crop(small, np.random.default_rng(3))
        self.assertEqual(len(crop.points), len(small.points))

    def test_mosaics_keep_heads_on_their_places_too(self):
        class Pool:
            def draw(self, random):
                return picture()
        hits = []
        for seed in range(60):
            crop = training_crop(Pool(), np.random.default_rng(seed))
            self.assertEqual((crop.pixels.shape, crop.judged.shape), ((SIDE, SIDE, 3), (SIDE // CELL, SIDE // CELL)))
            hits += [crop.pixels[int(y), int(x)].mean() > crop.pixels.mean() for x, y in crop.points if 2 <= min(x, y) and max(x, y) < SIDE - 2]
        self.assertGreater(np.mean(hits), 0.9)

    def test_heads_that_touch_may_not_get_smaller(self):
        self.assertEqual(least_scale(np.array([[0.0, 0], [200, 0]])), SMALLEST)
        self.assertEqual(least_scale(np.array([[x * 3.0, 0] for x in range(9)])), 1)
        self.assertEqual(least_scale(np.zeros((1, 2))), SMALLEST)

    def test_what_is_known_of_vehicles_is_only_what_is_inside(self):
        crop = Crop(picture("vehicles", [(0, 0, 640, 480)]), np.random.default_rng(1))
        self.assertTrue(crop.absent and crop.judged.all())
        self.assertFalse(Crop(picture("vehicles", [(-50, -50, -10, -10)]), np.random.default_rng(1)).judged.any())

    def test_hidden_figures_are_not_judged(self):
        crop = Crop(picture("drawn", [(0, 0, 640, 480)]), np.random.default_rng(1))
        self.assertFalse(crop.judged.any())
        self.assertEqual(crop.judged.shape, (SIDE // CELL, SIDE // CELL))


class Losses(unittest.TestCase):
    POINTS = torch.tensor([[20.0, 20.0], [100.0, 60.0]])

    def test_bells_hold_one_person_each(self):
        self.assertAlmostEqual(float(bells((32, 32), self.POINTS).sum()), 2, places=2)

    def test_shares_of_a_cell_are_one(self):
        np.testing.assert_allclose(posterior((32, 32), self.POINTS).sum(0), 1, rtol=1e-5)

    def test_a_perfect_map_costs_least(self):
        def cost(density):
            return float(counting(density, self.POINTS))
        right, twice, nothing, elsewhere = (torch.zeros(32, 32) for _ in range(4))
        right[5, 5] = right[15, 25] = 1
        twice[5, 5] = 2
        elsewhere[30, 2] = 2
        self.assertLess(cost(right), 0.1)
        for wrong in (twice, nothing, elsewhere):
            self.assertGreater(cost(wrong), 1.5)

    def test_nobody_and_unjudged_places(self):
        judged = torch.ones(32, 32)
        raw = torch.full((32, 32), 0.1)
        none = torch.zeros(0, 2)
        self.assertGreater(float(crop_loss(raw, none, judged, False, 1.0)), 50)
        self.assertEqual(float(crop_loss(raw, none, judged * 0, True, 1.0)), 0)
        self.assertEqual(float(crop_loss(raw * 0, none, judged, False, 1.0)), 0)


class Networks(unittest.TestCase):
    def test_any_size_that_is_a_multiple_gives_a_map_that_is_never_negative(self):
        network = CrowdCounter().eval()
        for height, width in ((64, 96), (256, 256)):
            with torch.no_grad():
                out = network(torch.rand(1, 3, height, width))
            self.assertEqual(tuple(out.shape), (1, 1, height // 4, width // 4))
            self.assertGreaterEqual(float(out.min()), 0)


if __name__ == "__main__":
    unittest.main()
