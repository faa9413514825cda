"""Worked cases of the tracker's scores: each figure can be checked by hand."""
import itertools
import os
import random
import sys
import unittest

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mot  # noqa: E402

LEFT, RIGHT = (0, 0, 10, 10), (100, 0, 10, 10)


def sequence(count, frame):
    return [frame(index) for index in range(count)]


class Perfect(unittest.TestCase):
    def test_is_one_everywhere(self):
        result = mot.score(sequence(10, lambda i: ([("a", LEFT), ("b", RIGHT)], [(7, LEFT), (9, RIGHT)])))
        for name in ("idf1", "idPrecision", "idRecall", "hota", "detA", "assA", "mota"):
            self.assertAlmostEqual(result[name], 1, msg=name)
        self.assertEqual([result[n] for n in ("switches", "falseTracks", "missedObjects")], [0, 0, 0])

    def test_nothing_there_and_nothing_said_is_no_error(self):
        result = mot.score([([], []), ([], [])])
        self.assertEqual((result["idf1"], result["hota"], result["switches"], result["objects"]), (0, 0, 0, 0))


class Empty(unittest.TestCase):
    def test_a_tracker_that_says_nothing(self):
        result = mot.score(sequence(10, lambda i: ([("a", LEFT)], [])))
        self.assertEqual((result["idf1"], result["hota"], result["mota"], result["missedObjects"]), (0, 0, 0, 1))

    def test_a_tracker_that_says_what_is_not_there(self):
        result = mot.score(sequence(10, lambda i: ([], [(1, LEFT)])))
        self.assertEqual((result["idf1"], result["hota"], result["falseTracks"]), (0, 0, 1))


class Swap(unittest.TestCase):
    """Two objects whose tracks change places in the middle: 10 frames, half of each identity is right."""

    def setUp(self):
        self.result = mot.score(sequence(10, lambda i: ([("a", LEFT), ("b", RIGHT)], [(1, LEFT if i < 5 else RIGHT), (2, RIGHT if i < 5 else LEFT)])))

    def test_half_the_boxes_keep_their_identity(self):
        self.assertAlmostEqual(self.result["idf1"], 0.5)

    def test_detection_is_whole_and_association_a_third(self):
        """Each box's identities share 5 frames of the 10 + 10 - 5 that either is in."""
        self.assertAlmostEqual(self.result["detA"], 1)
        self.assertAlmostEqual(self.result["assA"], 1 / 3)
        self.assertAlmostEqual(self.result["hota"], (1 / 3) ** 0.5)

    def test_two_switches(self):
        self.assertEqual(self.result["switches"], 2)
        self.assertAlmostEqual(self.result["mota"], 1 - 2 / 20)


class Split(unittest.TestCase):
    """One object, two tracks: 7 frames the one, 3 the other."""

    def setUp(self):
        self.result = mot.score(sequence(10, lambda i: ([("a", LEFT)], [(1 if i < 7 else 2, LEFT)])))

    def test_the_longer_one_is_its_identity(self):
        self.assertAlmostEqual(self.result["idf1"], 0.7)
        self.assertEqual(self.result["switches"], 1)

    def test_association_weighs_both(self):
        self.assertAlmostEqual(self.result["assA"], (7 * 0.7 + 3 * 0.3) / 10)


class Merged(unittest.TestCase):
    """Two objects side by side in one box: it fits neither at 0.5, or one at lower thresholds."""

    def test_a_box_around_both(self):
        a, b, both = (0, 0, 10, 10), (12, 0, 10, 10), (0, 0, 22, 10)
        result = mot.score(sequence(10, lambda i: ([("a", a), ("b", b)], [(1, both)])))
        self.assertEqual((result["idf1"], result["falseTracks"], result["missedObjects"]), (0, 1, 2))
        # The overlap is 100 / 220: 9 of the 19 thresholds are met. DetA there: 10 right, 10 missed, none false.
        self.assertAlmostEqual(result["detA"], 9 / 19 * 0.5)

    def test_a_box_that_is_one_of_them(self):
        a, b = (0, 0, 10, 10), (4, 0, 10, 10)
        result = mot.score(sequence(10, lambda i: ([("a", a), ("b", b)], [(1, a)])))
        self.assertAlmostEqual(result["idf1"], 2 * 10 / 30)
        self.assertEqual((result["missedObjects"], result["falseTracks"]), (1, 0))


class OutOfSight(unittest.TestCase):
    """An object that nobody can see for a while: what is said then is not judged, who it is afterwards is."""

    def frames(self, later):
        def frame(i):
            hidden = 4 <= i < 7
            said = mot.without_uncounted([] if hidden else [("a", LEFT)], [LEFT] if hidden else [], [(1 if i < 7 else later, LEFT)], 2)
            return ([] if hidden else [("a", LEFT)], said)
        return sequence(10, frame)

    def test_the_same_track_afterwards_is_perfect(self):
        result = mot.score(self.frames(1))
        self.assertEqual((result["idf1"], result["hota"], result["switches"], result["boxes"]), (1, 1, 0, 7))

    def test_another_track_afterwards_is_a_switch(self):
        result = mot.score(self.frames(2))
        self.assertEqual(result["switches"], 1)
        self.assertAlmostEqual(result["idf1"], 4 / 7)

    def test_a_box_elsewhere_meanwhile_is_judged(self):
        self.assertEqual(mot.without_uncounted([], [LEFT], [(3, RIGHT), (4, (1, 1, 5, 5)), (5, (300, 0, 1, 1))], 2), [(3, RIGHT)])

    def test_a_box_of_a_counted_object_stays_though_an_uncounted_one_is_near(self):
        self.assertEqual(mot.without_uncounted([("a", LEFT)], [(1, 0, 14, 10)], [(3, LEFT)], 2), [(3, LEFT)])


class Likeness(unittest.TestCase):
    def test_overlap(self):
        self.assertTrue(np.allclose(mot.overlaps([LEFT], [LEFT, (5, 0, 10, 10), RIGHT]), [[1, 1 / 3, 0]]))

    def test_a_box_with_its_shadow_stands_where_the_vehicle_stands(self):
        wide = (-5, 0, 20, 10)
        self.assertAlmostEqual(mot.nearness([LEFT], [wide])[0, 0], 1)
        self.assertAlmostEqual(mot.nearness([LEFT], [(3, -4, 10, 10)])[0, 0], 0.5)


class Assigning(unittest.TestCase):
    def test_as_trying_all_orders(self):
        source = random.Random(4)
        for _ in range(200):
            rows, columns = source.randint(1, 5), source.randint(1, 5)
            worth = np.array([[max(0, source.uniform(-0.5, 1)) for _ in range(columns)] for _ in range(rows)])
            pairs = mot.assign(worth)
            self.assertEqual(len({r for r, _ in pairs}), len(pairs))
            self.assertEqual(len({c for _, c in pairs}), len(pairs))
            turned = worth if rows <= columns else worth.T
            best = max(sum(turned[r, c] for r, c in enumerate(order)) for order in itertools.permutations(range(turned.shape[1]), turned.shape[0]))
            self.assertAlmostEqual(sum(worth[p] for p in pairs), best)

    def test_two_poor_pairs_give_way_to_a_good_one_only_when_worth_it(self):
        self.assertEqual(mot.assign([[0.9, 0.8], [0.8, 0.0]]), [(0, 1), (1, 0)])
        self.assertEqual(mot.assign([[0.9, 0.4], [0.4, 0.0]]), [(0, 0)])


if __name__ == "__main__":
    unittest.main()
