"""A crossing is on the live page of a logged-in person within a second, through nginx with default settings too."""
import json
import unittest

from harness import EndToEndTest
from latency import measure

LIMIT_MILLISECONDS = 1_000


class LatencyTests(EndToEndTest):
    def test_a_crossing_is_on_the_page_within_a_second(self):
        figures = measure(self.place)
        print(json.dumps({"measure": "crossing to browser, milliseconds", **figures}))
        self.assertIn("nginx", figures, "nginx-light is installed (make setup)")
        for way, figure in figures.items():
            with self.subTest(way=way):
                self.assertLess(figure["p95"], LIMIT_MILLISECONDS)


if __name__ == "__main__":
    unittest.main()
