"""Worked cases of what becomes of an object, and of which objects count."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import losses  # noqa: E402
import scenes  # noqa: E402


def row(box, visible=1.0):
    return {"track": 1, "class": "car", "box": box, "visible": visible}


class Counting(unittest.TestCase):
    def test_half_visible_and_24_pixels(self):
        self.assertTrue(scenes.counts(row([0, 0, 24, 24], 0.5)))
        self.assertFalse(scenes.counts(row([0, 0, 24, 24], 0.49)))
        self.assertFalse(scenes.counts(row([0, 0, 24, 23])))


class Fates(unittest.TestCase):
    def fate(self, rows, boxes):
        return [fate for _, fate, _ in losses.fates(rows, list(enumerate(boxes)))]

    def test_each(self):
        car = row([100, 100, 40, 40])
        self.assertEqual(self.fate([car], []), ["none"])
        self.assertEqual(self.fate([car], [(100, 100, 40, 40)]), ["stands"])
        self.assertEqual(self.fate([car], [(100, 100, 40, 80)]), ["displaced"])
        self.assertEqual(self.fate([car, row([150, 60, 40, 40])], [(100, 60, 90, 120)]), ["merged", "merged"])
        self.assertEqual(self.fate([car], [(300, 100, 40, 40)]), ["none"])

    def test_what_does_not_count_is_left_out_but_merges(self):
        self.assertEqual(self.fate([row([100, 100, 40, 40]), row([150, 60, 20, 20])], [(100, 60, 90, 120)]), ["merged"])

    def test_a_shadow_to_the_left(self):
        wide = losses.edges((100, 100, 40, 40), (80, 100, 60, 40))
        self.assertEqual(wide, (1.5, 1.0, 0.5, 0.0, 0.0, 0.0))


if __name__ == "__main__":
    unittest.main()
