"""People in crowd zones, by the shipped network: pictures, a file, and a running camera up to the collector."""
import json
import subprocess
import unittest

import clips
from harness import BUILD, Agent, Cameras, Collector, EndToEndTest, wait_until
from judge import Store

GOLDEN = BUILD.parent.parent / "Models/Trained/crowd-counter/Golden"
SQUARE, SIZE = GOLDEN / "square.png", (640, 480)
MAXIMUM = 10  # the network sees several times as many figures on the square, and hardly any in the sky
CROWD_SAMPLE = 13


def zone(name, top, bottom, **more):
    return {"id": name, "kind": "crowd", "points": [[0, top], [SIZE[0], top], [SIZE[0], bottom], [0, bottom]], **more}


def site(camera):
    return {"schema": 1, "camera": camera, "frame": {"width": SIZE[0], "height": SIZE[1]},
            "zones": [zone("square", 75, 480, maximumCount=MAXIMUM), zone("sky", 0, 60, maximumCount=MAXIMUM)]}


def run(*words):
    done = subprocess.run([BUILD / "edge-agent", *map(str, words)], capture_output=True, text=True, timeout=120)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def crowd_sample(body):
    """Zone and count out of a serialized CrowdSample."""
    name = body[2:2 + body[1]].decode()
    count, shift, at = 0, 0, 2 + body[1]
    if at < len(body) and body[at] == 0x10:
        while True:
            at += 1
            count |= (body[at] & 0x7F) << shift
            shift += 7
            if body[at] < 0x80:
                break
    return name, count


class OfflineCrowdTests(unittest.TestCase):
    def test_pictures_have_a_line_each_and_bad_ones_do_not_stop_it(self):
        with open(GOLDEN / "square.json", encoding="utf-8") as file:
            known = json.load(file)
        code, lines = run("crowd", SQUARE, "/nowhere/a b#1.jpg", __file__, SQUARE)
        self.assertEqual(code, 65)
        self.assertEqual(["error" in line for line in lines], [False, True, True, False])
        self.assertLess(abs(lines[0]["count"] - known["people"]), 1 + 0.03 * known["people"])
        self.assertTrue(lines[0]["low"] <= lines[0]["count"] <= lines[0]["high"])
        self.assertTrue(lines[0]["reliable"])
        self.assertEqual({**lines[0], "ms": 0}, {**lines[3], "ms": 0})

    def test_a_file_has_a_sample_each_second_and_an_alert_above_the_maximum(self):
        film = clips.still(SQUARE, seconds=8)
        path = film.with_suffix(".site.json")
        path.write_text(json.dumps(site("cam-1")))
        code, lines = run("analyze", "--input", film, "--geometry", path)
        self.assertEqual(code, 0)
        samples = [line for line in lines if line["type"] == "crowdSample"]
        for name, holds in (("square", lambda count: count > MAXIMUM), ("sky", lambda count: count <= 3)):
            mine = [line for line in samples if line["zone"] == name]
            self.assertEqual([int(line["time"]) for line in mine], list(range(8)))
            self.assertTrue(all(holds(line["count"]) and line["low"] <= line["count"] <= line["high"] for line in mine), mine)
        alerts = [(line["kind"], line["zone"], line["phase"]) for line in lines if line["type"] == "securityAlert"]
        self.assertEqual([alert for alert in alerts if alert[0] == "crowd"], [("crowd", "square", "opened"), ("crowd", "square", "ended")])


class LiveCrowdTests(EndToEndTest):
    def test_a_running_camera_sends_a_sample_a_minute_and_an_alert(self):
        collector = Collector(self.place).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.still(SQUARE, seconds=8))]).start()
        agent = Agent(self.place, [("cam-1", cameras.url("cam-1"), site("cam-1"))]).enroll(collector).start()
        store = Store(collector.data)
        alerts = "SELECT a.zone, a.phase FROM alert a WHERE a.kind = 'crowd'"
        wait_until(lambda: store.query(alerts), 60, lambda: "the crowd is told", 0.2)
        self.assertEqual(store.query(alerts), [("square", 1)])
        self.assertEqual(agent.stop(), 0)  # what the minute had until then is a sample too
        agent.start()
        samples = f"SELECT body FROM report WHERE kind = {CROWD_SAMPLE}"
        wait_until(lambda: len(store.query(samples)) >= 2, 60, lambda: "the samples arrive", 0.2)
        counts = dict(crowd_sample(bytes(row[0])) for row in store.query(samples))
        self.assertGreater(counts["square"], MAXIMUM)
        self.assertLessEqual(counts["sky"], 3)
        self.assertEqual(agent.stop(), 0)


if __name__ == "__main__":
    unittest.main()
