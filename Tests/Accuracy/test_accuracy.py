"""Two short scenes against their goldens: a change that lowers a figure fails until the golden is changed on purpose, with the reason.

Uses the build that NGATU_BUILD names (debug by default). To write the rows anew:

    ONLY="short-day short-night" AGENT=.build/debug/edge-agent UPDATE_GOLDENS=1 /usr/bin/python3 Tests/Accuracy/accuracy.py
"""
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import accuracy  # noqa: E402
import scenes  # noqa: E402
from golden import Table  # noqa: E402

AGENT = accuracy.ROOT / ".build" / os.environ.get("NGATU_BUILD", "debug") / "edge-agent"


class ShortScenes(unittest.TestCase):
    @unittest.skipUnless(AGENT.exists(), f"no {AGENT}: build first")
    def test_not_worse_than_the_golden(self):
        golden = Table(accuracy.FOLDER / "scenes.txt", accuracy.FIGURES, accuracy.SCENES_HEADING)
        for name in accuracy.SHORT:
            with self.subTest(scene=name):
                scene = scenes.Scene(str(accuracy.drawn(name)))
                figures = accuracy.figures(scene, scenes.analyse(str(AGENT), scene))
                self.assertEqual(golden.worse(name, figures), [], f"measured {figures}")


class Goldens(unittest.TestCase):
    def table(self, folder):
        return Table(pathlib.Path(folder) / "golden.txt", {"idf1": 1, "missed": -1, "true": 0}, ["about"])

    def test_what_was_written_is_read_again(self):
        with tempfile.TemporaryDirectory() as folder:
            self.table(folder).write({"a": {"idf1": 0.9, "missed": 2, "true": 7}})
            self.table(folder).write({"b": {"idf1": 1.0, "missed": 0, "true": 7}})
            self.assertEqual(self.table(folder).rows["a"], {"idf1": 0.9, "missed": 2, "true": 7})
            self.assertEqual(list(self.table(folder).rows), ["a", "b"])

    def test_worse_in_each_direction_only(self):
        with tempfile.TemporaryDirectory() as folder:
            table = self.table(folder)
            table.write({"a": {"idf1": 0.9, "missed": 2, "true": 7}})
            self.assertEqual(table.worse("a", {"idf1": 0.896, "missed": 2, "true": 9}), [])
            self.assertEqual(table.worse("a", {"idf1": 0.99, "missed": 0, "true": 1}), [])
            self.assertEqual(table.worse("a", {"idf1": 0.89, "missed": 3, "true": 7}),
                             ["a: idf1 0.890, golden 0.900", "a: missed 3, golden 2"])

    def test_a_name_without_a_row_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(len(self.table(folder).worse("new", {})), 1)


if __name__ == "__main__":
    unittest.main()
