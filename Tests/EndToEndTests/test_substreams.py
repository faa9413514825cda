"""A camera with a second, smaller stream: that is analysed, pictures come from the main one; either may fail."""
import subprocess

import clips
from harness import Agent, Cameras, Collector, EndToEndTest, wait_until
from judge import Store, fields

LARGE, SMALL = (1280, 720), (640, 360)
YARD = {"id": "yard", "kind": "intrusion", "points": [[400, 80], [880, 80], [880, 260], [400, 260]]}
REASON, DECODE_PATH = 2, 14
STILL, CLIP = 1, 2


class SubstreamTests(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.collector = Collector(self.place).start().wait_ready()
        self.cameras = Cameras(self.place, [("main", clips.boxes(size=LARGE)), ("sub", clips.boxes(size=SMALL, rate=10))]).start()
        # The geometry is drawn on the main stream.
        self.agent = Agent(self.place, [("cam-1", self.cameras.url("main"), clips.site("cam-1", LARGE, zones=[YARD]))],
                           camera_settings={"analysis-url": self.cameras.url("sub"), "stall-seconds": 2, "connect-seconds": 2},
                           recording={"folder": "recordings", "reserve": "100 MB"}).enroll(self.collector).start()
        self.store = Store(self.collector.data)
        wait_until(lambda: self.passages() >= 2, 40, "something was counted")

    def passages(self):
        return self.store.query("SELECT count(*) FROM passage")[0][0]

    def health(self, field):
        rows = self.store.query("SELECT healthBody FROM camera WHERE healthBody IS NOT NULL")
        return (fields(rows[0][0])[field] or [b""])[0].decode() if rows else ""

    def sizes(self, table, role):
        """Pixels of the arrived files that the records of a table name first."""
        names = self.store.query(f"SELECT DISTINCT sha256 FROM evidence JOIN {table} ON {table}.evidence = evidence.id "
                                 "WHERE presentMicros IS NOT NULL AND role = ?", role)
        return [self.size_of(next((self.collector.data / "evidence").rglob(f"{name.hex()}*"))) for name, in names]

    @staticmethod
    def size_of(path):
        probe = ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", path]
        answer = subprocess.run(probe, capture_output=True, text=True, check=True).stdout.strip()
        return tuple(map(int, answer.split(",")))

    def test_the_small_stream_is_analysed_and_pictures_are_large(self):
        wait_until(lambda: "sub-stream" in self.health(DECODE_PATH), 20, lambda: f"health says so: {self.health(DECODE_PATH)}")
        wait_until(lambda: LARGE in self.sizes("passage", STILL), 30, "a passage has a still of the main stream")
        # The first alerts may come before both streams tell the time by the same clock: they have small ones.
        wait_until(lambda: LARGE in self.sizes("alert", STILL), 40, "an alert has a still of the main stream")
        films = wait_until(lambda: self.sizes("report", CLIP), 60, "an alert has a film")
        self.assertEqual(set(films), {LARGE})
        recordings = sorted((self.agent.folder / "recordings").rglob("*.mp4"))
        self.assertEqual({self.size_of(path) for path in recordings}, {LARGE})
        self.assertEqual(self.agent.stop(40), 0)
        self.assertEqual(self.collector.fsck()["problems"], [])

    def test_without_the_small_stream_the_main_one_is_analysed_and_back(self):
        self.cameras.command("stop sub")
        wait_until(lambda: "main stream" in self.health(DECODE_PATH), 40, lambda: f"health says so: {self.health(DECODE_PATH)}")
        self.assertIn("analysis stream", self.health(REASON))
        counted = self.passages()
        wait_until(lambda: self.passages() >= counted + 3, 30, "counting goes on")
        self.cameras.command("start sub")
        wait_until(lambda: "sub-stream" in self.health(DECODE_PATH), 60, lambda: f"health says so: {self.health(DECODE_PATH)}")
        counted = self.passages()
        wait_until(lambda: self.passages() >= counted + 3, 30, "counting goes on")

    def test_without_the_main_stream_analysis_goes_on(self):
        self.cameras.command("stop main")
        wait_until(lambda: self.health(REASON), 30, "health tells of the main stream")
        counted = self.passages()
        wait_until(lambda: self.passages() >= counted + 4, 30, "counting goes on")
