"""Worked cases of the counting judge."""
import os
import sys
import types
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import counts  # noqa: E402
from counts import Crossing, compare  # noqa: E402


def crossing(time, track, kind="car", direction="leftToRight", line="north"):
    return Crossing(time, line, direction, kind, track)


def same(true, said):
    """Said tracks are named after their vehicle, with a letter for the second one."""
    return str(said.track)[0] == str(true.track)


class Comparing(unittest.TestCase):
    def test_all_right(self):
        true = [crossing(t, t) for t in (1, 2, 3)]
        outcome = compare(true, [crossing(t + 0.1, t) for t in (1, 2, 3)], same)
        self.assertEqual(outcome.figures(), {"true": 3, "said": 3, "right": 3, "missed": 0, "extra": 0, "classRight": 3})

    def test_nothing_said_and_nothing_true(self):
        self.assertEqual(compare([], [], same).figures()["right"], 0)
        self.assertEqual(compare([crossing(1, 1)], [], same).missed, [crossing(1, 1)])

    def test_said_twice_is_right_once_and_doubled(self):
        outcome = compare([crossing(1, 1)], [crossing(1.05, "1a"), crossing(1.3, "1b")], same)
        self.assertEqual([s.track for _, s in outcome.pairs], ["1a"])
        self.assertEqual([s.track for s, _ in outcome.doubled], ["1b"])
        self.assertEqual(outcome.figures()["extra"], 1)

    def test_the_right_vehicle_at_the_wrong_time_is_shifted(self):
        outcome = compare([crossing(1, 1)], [crossing(2.2, "1a")], same)
        self.assertEqual((len(outcome.pairs), len(outcome.shifted), outcome.missed, outcome.false), (0, 1, [], []))
        self.assertEqual((outcome.figures()["missed"], outcome.figures()["extra"]), (1, 1))

    def test_a_passage_of_nobody_is_false(self):
        self.assertEqual(len(compare([crossing(1, 1)], [crossing(1, "1a"), crossing(9, "7a")], same).false), 1)

    def test_as_many_pairs_as_possible_though_another_pair_is_nearer(self):
        outcome = compare([crossing(1.0, 1), crossing(1.4, 2)], [crossing(1.35, "1a"), crossing(1.8, "2a")], same)
        self.assertEqual(sorted((t.track, s.track) for t, s in outcome.pairs), [(1, "1a"), (2, "2a")])

    def test_the_track_on_the_vehicle_is_preferred_to_the_nearer_one(self):
        outcome = compare([crossing(1.0, 1)], [crossing(1.0, "5a"), crossing(1.2, "1a")], same)
        self.assertEqual([s.track for _, s in outcome.pairs], ["1a"])

    def test_lines_and_directions_are_apart(self):
        outcome = compare([crossing(1, 1)], [crossing(1, "1a", direction="rightToLeft"), crossing(1, "1b", line="south")], same)
        self.assertEqual((len(outcome.pairs), len(outcome.missed), len(outcome.false)), (0, 1, 2))

    def test_what_crosses_as_the_video_ends_is_not_judged(self):
        outcome = compare([crossing(1, 1), crossing(9.8, 2), crossing(9.9, 3)], [crossing(1, "1a"), crossing(9.8, "2a"), crossing(9.95, "8a")], same)
        self.assertEqual(outcome.before(9.5).figures(), {"true": 1, "said": 1, "right": 1, "missed": 0, "extra": 0, "classRight": 1})

    def test_a_wrong_class_counts_but_not_as_class(self):
        figures = compare([crossing(1, 1), crossing(5, 5, "bus")], [crossing(1, "1a"), crossing(5, "5a", "truck")], same).figures()
        self.assertEqual((figures["right"], figures["classRight"]), (2, 1))


class Reasons(unittest.TestCase):
    def row(self, track, box, visible=1.0, kind="car"):
        return {"track": track, "class": kind, "box": box, "visible": visible, "ground": [box[0] + box[2] / 2, box[1] + box[3]]}

    def witness(self, rows, tracks):
        scene = types.SimpleNamespace(rows=[rows] * 51, fps=25, size=(640, 360))
        return counts.Witness(scene, {frame: tracks for frame in range(51)})

    def test_two_vehicles_in_one_box(self):
        rows = [self.row(1, [100, 100, 40, 40]), self.row(2, [150, 100, 40, 40], kind="bus")]
        reasons = self.witness(rows, [(9, (95, 95, 100, 50))]).reasons(1.0, 1)
        self.assertEqual(reasons[0], "in one box with bus 2 (25 of 25 frames)")

    def test_hidden_by_the_nearer_one(self):
        rows = [self.row(1, [100, 100, 40, 40], 0.3), self.row(2, [100, 120, 40, 60], kind="bus")]
        self.assertIn("30% visible behind bus 2", self.witness(rows, [(9, (100, 100, 40, 40))]).reasons(1.0, 1))

    def test_at_the_edge_and_without_a_track(self):
        reasons = self.witness([self.row(1, [0, 100, 40, 40])], []).reasons(1.0, 1)
        self.assertEqual(reasons, ["cut by the picture's edge", "no track on it"])

    def test_whom_a_false_passage_covers(self):
        witness = self.witness([self.row(1, [100, 100, 40, 40])], [(9, (100, 100, 40, 20)), (8, (300, 0, 9, 9))])
        self.assertEqual(witness.covered_by(crossing(1, 9)), ["covers 50% of car 1, lies 100% in it"])
        self.assertEqual(witness.covered_by(crossing(1, 8)), ["nobody is there"])
        self.assertEqual(witness.covered_by(crossing(1, 7)), ["its track has no box then"])


if __name__ == "__main__":
    unittest.main()
