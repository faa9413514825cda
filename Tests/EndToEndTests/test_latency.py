"""A crossing is on the live page of a logged-in person within a second, through nginx with default settings too; one that wakes an idle
camera within a group of pictures and half a second."""
import json
import unittest

from harness import EndToEndTest
from latency import measure

LIMIT_MILLISECONDS = 1_000
WAKING_LIMIT_MILLISECONDS = 2_500  # the clip has a key frame every two seconds


class LatencyTests(EndToEndTest):
    def test_a_crossing_is_on_the_page_within_a_second(self):
        figures = measure(self.place)
        print(json.dumps({"measure": "crossing to browser, milliseconds", **figures}))
        self.assertIn("nginx", figures, "nginx-light is installed (make setup)")
        for way, figure in figures.items():
            with self.subTest(way=way):
                self.assertLess(figure["p95"], LIMIT_MILLISECONDS)

    def test_a_crossing_that_wakes_the_camera_is_there_after_a_group_of_pictures(self):
        figures = measure(self.place, count=30, decoding="adaptive")
        print(json.dumps({"measure": "crossing to browser with adaptive decoding, milliseconds", **figures}))
        self.assertLess(figures["direct"]["p95"], WAKING_LIMIT_MILLISECONDS)


if __name__ == "__main__":
    unittest.main()
