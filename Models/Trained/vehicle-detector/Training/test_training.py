"""Loss, squares and network. Needs PyTorch (`make train-detector` sets it up); skips with a message where it is absent."""
import os
import tempfile
import types
import unittest

try:
    import cv2
    import numpy as np
    import torch
    from augment import CELL, SIDE, Square, training_square
    from classes import LABELS, STRIDES
    from data import EVERY_CLASS, Picture, Pictures, build_cache
    from loss import assign, cells, detector_loss, known_cells, overlap
    from model import VehicleDetector, distances
    from train import BATCH, Run, batch
except ImportError as missing:
    raise unittest.SkipTest(f"training of the vehicle detector not tested: {missing}")

torch.set_num_threads(1)
CAR, BUS = LABELS.index("car"), LABELS.index("bus")


def picture(boxes=(), ignored=(), exhaustive=EVERY_CLASS, size=(240, 320)):
    return Picture("dhaka_0.jpg", np.full((*size, 3), 90, np.uint8), np.array(boxes, np.float32).reshape(-1, 5),
                   np.array(ignored, np.float32).reshape(-1, 4), exhaustive)


class Loss(unittest.TestCase):
    """On maps made by hand, so that each term can be seen."""

    def setUp(self):
        self.grid = cells(64, 64)
        self.maps = [(torch.zeros(1, 4, 64 // s, 64 // s), torch.full((1, len(LABELS), 64 // s, 64 // s), -6.0)) for s in STRIDES]
        self.known = torch.full((1, 16, 16), EVERY_CLASS, dtype=torch.uint8)

    def score_loss(self, truth=()):
        return detector_loss(self.maps, [torch.tensor(truth, dtype=torch.float32).reshape(-1, 5)], self.known, *self.grid)[0].item()

    def test_a_false_answer_costs_only_where_the_class_is_labelled(self):
        before = self.score_loss()
        self.maps[0][1][0, CAR, 8, 8] = 4.0
        self.assertGreater(self.score_loss(), before + 3.9)
        self.known[0, 8, 8] = EVERY_CLASS & ~(1 << CAR)
        masked = self.score_loss()
        self.assertLess(masked, before + 1e-4)
        self.maps[0][1][0, BUS, 8, 8] = 4.0
        self.assertGreater(self.score_loss(), masked + 3.9)

    def test_nothing_is_learned_inside_an_ignored_region(self):
        self.known[0, 4:12, 4:12] = 0
        before = self.score_loss()
        for (_, score), stride in zip(self.maps, STRIDES):
            score[0, :, 16 // stride:48 // stride, 16 // stride:48 // stride] = 5.0
        after = self.score_loss()
        self.assertLess(abs(after - before), 5.1 * len(LABELS))  # the cell of stride 32 at the corner is outside the region or under it
        self.known[:] = EVERY_CLASS
        self.assertGreater(self.score_loss(), after + 100)

    def test_an_object_is_learned_even_where_nothing_else_is_known(self):
        self.known[:] = 0
        self.assertAlmostEqual(self.score_loss(), 0, places=5)
        self.assertGreater(self.score_loss([[CAR, 20, 20, 44, 40]]), 0)

    def test_a_perfect_box_costs_nothing(self):
        box = torch.tensor([[10.0, 10.0, 30.0, 25.0]])
        self.assertAlmostEqual(overlap(box, box, complete=True).item(), 1, places=5)
        self.assertLess(overlap(box, box + 40, complete=True).item(), 0)

    def test_known_bits_reach_every_stride(self):
        self.known[0, :, :8] = 1 << CAR
        bits = known_cells(self.known)[0]
        left = self.grid[0][:, 0] < 32
        self.assertTrue((bits[left, CAR] == 1).all() and (bits[left, BUS] == 0).all() and (bits[~left] == 1).all())


class Assignment(unittest.TestCase):
    def test_each_object_gets_cells_inside_itself_and_no_cell_two_objects(self):
        centres, strides = cells(128, 128)
        boxes = torch.cat([centres - strides[:, None] * 2, centres + strides[:, None] * 2], 1)
        truth = torch.tensor([[CAR, 10, 10, 40, 30], [BUS, 20, 12, 100, 60], [CAR, 90, 90, 97, 98]], dtype=torch.float32)
        chosen, owner, value = assign(boxes, torch.full((len(centres), len(LABELS)), 0.1), truth, centres, strides)
        self.assertEqual(sorted(set(owner.tolist())), [0, 1, 2])
        self.assertEqual(len(set(chosen.tolist())), len(chosen))
        self.assertTrue(((centres[chosen] > truth[owner, 1:3]) & (centres[chosen] < truth[owner, 3:])).all())
        self.assertTrue(((value > 0) & (value <= 1)).all())


class Squares(unittest.TestCase):
    def test_boxes_move_with_the_picture(self):
        square = Square()
        square.place(picture([[CAR, 100, 50, 140, 90]]), 0.5, 10, 20, (0, 0, SIDE, SIDE), flip=True)
        np.testing.assert_allclose(square.boxes, [(CAR, 10 + 90, 45, 10 + 110, 65)])

    def test_what_is_cut_away_is_neither_object_nor_background(self):
        square = Square()
        square.place(picture([[CAR, 10, 50, 90, 90]]), 1.0, -80, 0, (0, 0, SIDE, SIDE), flip=False)
        self.assertEqual(square.boxes, [])
        self.assertEqual(square.known[60 // CELL, 4 // CELL], 0)
        self.assertEqual(square.known[60 // CELL, 60 // CELL], EVERY_CLASS)

    def test_unlabelled_classes_and_ignored_regions_are_marked(self):
        square = Square()
        square.place(picture(ignored=[[0, 0, 40, 40]], exhaustive=1 << CAR), 1.0, 0, 40, (0, 0, SIDE, SIDE), flip=False)
        self.assertEqual([square.known[y // CELL, x // CELL] for x, y in ((20, 60), (200, 200), (200, 20))], [0, 1 << CAR, EVERY_CLASS])

    def test_same_seed_same_square(self):
        class One:
            def draw(self, random):
                random.random()
                return picture([[CAR, 100, 50, 140, 90]])
        first, second = (training_square(One(), np.random.default_rng([1, 7])) for _ in range(2))
        for a, b in zip(first, second):
            np.testing.assert_array_equal(a, b)


class Cache(unittest.TestCase):
    """On a data set of three grey pictures, written as the real one is."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.data, vehicles = self.folder.name, os.path.join(self.folder.name, "vehicles")
        for name in ("images", "labels", "ignore"):
            os.makedirs(os.path.join(vehicles, name))
        rows = ["file,classes_exhaustive"]
        for name in ("dhaka_1", "tidar_1", "atl_1"):
            cv2.imwrite(os.path.join(vehicles, "images", name + ".jpg"), np.full((360, 1280, 3), 90, np.uint8))
            self._write(f"vehicles/labels/{name}.txt", "1 0.5 0.5 0.25 0.5\n")
            rows.append(f"vehicles/images/{name}.jpg,car three-wheeler")
        self._write("vehicles/ignore/dhaka_1.txt", "0.25 0.25 0.5 0.5\n")
        self._write("manifest.csv", "\n".join(rows) + "\n")
        self._write("vehicles/train.txt", "images/dhaka_1.jpg\nimages/tidar_1.jpg\n")
        self._write("vehicles/val.txt", "images/atl_1.jpg\nimages/tidar_1.jpg\n")
        build_cache(self.data, None, os.path.join(self.data, "cache"))

    def _write(self, name, text):
        with open(os.path.join(self.data, name), "w", encoding="utf-8") as file:
            file.write(text)

    def pictures(self, split):
        return Pictures(os.path.join(self.data, "cache"), split)

    def test_boxes_regions_and_classes_are_those_of_the_smaller_picture(self):
        one = self.pictures("train")[0]
        self.assertEqual((one.pixels.shape, one.exhaustive), ((180, 640, 3), 1 << CAR | 1 << LABELS.index("threeWheeler")))
        np.testing.assert_allclose(one.boxes, [[CAR, 240, 45, 400, 135]])
        np.testing.assert_allclose(one.ignored, [[0, 0, 320, 90]])

    def test_the_doubtful_source_is_scored_but_not_learned(self):
        self.assertEqual([len(self.pictures(split)) for split in ("train", "val")], [1, 2])

    def test_a_resumed_run_goes_on_as_an_unbroken_one(self):
        arguments = types.SimpleNamespace(seed=1, start=None, epochs=2, minutes=None, rate=1.0, bfloat16=False)
        grid, path = cells(SIDE, SIDE), os.path.join(self.data, "checkpoint.pt")
        squares = batch(self.pictures("train"), np.random.default_rng(1))
        small = [part[:2] for part in squares]
        first, second = Run(arguments, BATCH), Run(arguments, BATCH)
        first.learn(*small, grid)
        first.save(path)
        second.load(path)
        for run in (first, second):
            run.learn(*small, grid)
        self.assertEqual((first.step, first.progress), (second.step, second.progress))
        for a, b in zip(first.average.state_dict().values(), second.average.state_dict().values()):
            torch.testing.assert_close(a, b)


class Network(unittest.TestCase):
    def test_shapes_and_size(self):
        network = VehicleDetector().eval()
        self.assertLess(sum(p.numel() for p in network.parameters()), 1_000_000)
        for stride, (box, score) in zip(STRIDES, network(torch.rand(1, 3, 64, 96))):
            self.assertEqual((box.shape, score.shape), ((1, 4, 64 // stride, 96 // stride), (1, len(LABELS), 64 // stride, 96 // stride)))

    def test_distances_stay_finite(self):
        np.testing.assert_allclose(distances(torch.tensor([-1e9, 0.0, 1e9]), 4).numpy(), [4 * np.exp(-4), 4, 4 * np.exp(4)], rtol=1e-5)

    def test_it_can_learn_one_picture(self):
        torch.manual_seed(1)
        network, grid = VehicleDetector(widths=(8, 8, 16, 16, 16), residuals=(1, 1, 1, 1), pyramid=16), cells(64, 64)
        pixels, truth = torch.zeros(2, 3, 64, 64), [torch.tensor([[CAR, 16.0, 16.0, 48.0, 40.0]])] * 2
        pixels[:, :, 16:40, 16:48] = 1
        known = torch.full((2, 16, 16), EVERY_CLASS, dtype=torch.uint8)
        optimizer, losses = torch.optim.AdamW(network.parameters(), lr=5e-3), []
        for _ in range(20):
            loss = sum(detector_loss(network(pixels), truth, known, *grid))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        self.assertLess(losses[-1], losses[0] / 3)


if __name__ == "__main__":
    unittest.main()
