"""Alerts get a film and stills, cut from what the camera sent; a killed agent cuts them after its restart."""
import hashlib
import re
import sqlite3
import subprocess

import clips
from harness import Agent, Cameras, Collector, EndToEndTest, wait_until

RECORDING = {"folder": "recordings", "reserve": "100 MB"}
# One of the three boxes comes by every four seconds: each time is an alert of its own.
YARD = {"id": "yard", "kind": "intrusion", "points": [[200, 40], [440, 40], [440, 130], [200, 130]]}
STILL, CLIP, BEFORE, AFTER, CROP = 1, 2, 4, 5, 6


class FilmTests(EndToEndTest):
    def begin(self, recording):
        self.collector = Collector(self.place).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.boxes())]).start()
        watched = [("cam-1", cameras.url("cam-1"), clips.site("cam-1", zones=[YARD]))]
        self.agent = Agent(self.place, watched, recording=recording).enroll(self.collector).start()

    def rows(self, query):
        with sqlite3.connect(f"file:{self.collector.data}/collector.sqlite?mode=ro", uri=True) as store:
            return store.execute(query).fetchall()

    def film_records(self):
        return self.rows("SELECT cursor, body FROM report WHERE kind = 18")

    def files(self, role):
        """Names of the arrived files that film records name in a role: role and SHA-256 stand side by side in them."""
        arrived = {row[0] for row in self.rows("SELECT sha256 FROM evidence WHERE presentMicros IS NOT NULL")}
        named = [re.findall(rb"\x08" + bytes([role]) + rb"\x12\x20(.{32})", body, re.DOTALL) for _, body in self.film_records()]
        return [name.hex() for names in named for name in names if name in arrived]

    def path(self, name):
        return next((self.collector.data / "evidence").rglob(f"{name}*"))

    def test_an_alert_gets_a_film_and_stills(self):
        self.begin(recording=None)
        wait_until(lambda: self.rows("SELECT 1 FROM alert WHERE phase = 1"), 40, "an alert is opened")
        films = wait_until(lambda: self.files(CLIP), 60, "its film is here")
        for role in (BEFORE, AFTER, CROP):
            wait_until(lambda: self.files(role), 30, f"a still of role {role} is here")
        film = self.path(films[0])
        self.assertEqual(hashlib.sha256(film.read_bytes()).hexdigest(), films[0])
        self.assertGreater(self.seconds_of(film), 4)
        for role in (BEFORE, AFTER):
            self.assertEqual(self.size_of(self.path(self.files(role)[0])), "640,360")
        self.assertEqual(self.agent.stop(40), 0)
        self.assertEqual(self.collector.fsck()["problems"], [])

    def test_a_killed_agent_cuts_the_film_after_its_restart(self):
        self.begin(RECORDING)
        wait_until(lambda: self.rows("SELECT 1 FROM alert WHERE phase = 1"), 40, "an alert is opened")
        self.agent.kill()
        self.assertEqual(self.film_records(), [], "its end has not come yet")
        first = min(row[0] for row in self.rows("SELECT alert FROM alert"))
        self.agent.start()
        films = wait_until(lambda: self.film_records(), 90, "a film was cut")
        self.assertIn(self.varint(first), films[0][1], "the first film is that of the first alert")
        self.assertGreater(self.seconds_of(self.path(wait_until(lambda: self.files(CLIP), 30, "the film is here")[0])), 2)

    @staticmethod
    def varint(number):
        """A number as protobuf writes it."""
        digits = bytearray()
        while number > 127:
            digits.append(number & 127 | 128)
            number >>= 7
        return bytes(digits + bytes([number]))

    @staticmethod
    def seconds_of(path):
        done = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "null", "-"], capture_output=True, text=True, check=True)
        if done.stderr.strip():
            raise AssertionError(f"{path.name}: {done.stderr}")
        probe = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path]
        return float(subprocess.run(probe, capture_output=True, text=True, check=True).stdout)

    @staticmethod
    def size_of(path):
        probe = ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", path]
        return subprocess.run(probe, capture_output=True, text=True, check=True).stdout.strip()
