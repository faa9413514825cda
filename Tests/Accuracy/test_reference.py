"""The stock script keeps its few promises: else it would be no comparison."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import reference  # noqa: E402

SITE = {"lines": [{"id": "north", "kind": "counting", "from": [0, 50], "to": [100, 50]}, {"id": "stop", "kind": "stop", "from": [0, 9], "to": [9, 9]}],
        "zones": [{"id": "yard", "kind": "intrusion", "points": [[0, 0], [40, 0], [40, 40], [0, 40]]}]}


class Following(unittest.TestCase):
    def test_two_blobs_keep_their_names(self):
        centroids = reference.Centroids()
        names = [[name for name, _ in centroids.update([(x, 10, 20, 20), (x, 60, 20, 20)], x / 100)] for x in range(0, 50, 5)]
        self.assertEqual(names, [[1, 2]] * 10)

    def test_who_was_away_too_long_is_somebody_else(self):
        centroids = reference.Centroids()
        centroids.update([(10, 10, 20, 20)], 0.0)
        self.assertEqual(centroids.update([(12, 10, 20, 20)], 0.4)[0][0], 1)
        self.assertEqual(centroids.update([(12, 10, 20, 20)], 1.0)[0][0], 2)


class Judging(unittest.TestCase):
    def test_a_crossing_counts_once_with_its_direction(self):
        rules = reference.Rules(SITE, 1)
        down = list(rules.passages(1, (30, 45), (30, 55), 1.0)) + list(rules.passages(1, (30, 55), (30, 45), 2.0))
        self.assertEqual([(p["line"], p["direction"]) for p in down], [("north", "leftToRight")])
        self.assertEqual(list(rules.passages(2, (300, 45), (300, 55), 1.0)), [])

    def test_a_zone_opens_and_ends(self):
        rules = reference.Rules(SITE, 1)
        said = [line for time in range(8) for line in rules.alerts([(20, 20)] if time < 3 else [], float(time))]
        self.assertEqual([(line["phase"], line["time"]) for line in said], [("opened", 0.0), ("ended", 5.0)])


if __name__ == "__main__":
    unittest.main()
