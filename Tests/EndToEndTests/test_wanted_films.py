"""A person asks for a film of a camera; it comes from the agent's recordings over the agent's own connection."""
import hashlib
import json
import re
import subprocess
import time
import urllib.error
import urllib.request

import browser
import clips
from harness import Agent, Cameras, Collector, EndToEndTest, wait_until
from nginx import Nginx

RECORDING = {"folder": "recordings", "reserve": "100 MB"}
VIETNAM = 7 * 3600
# One of the three boxes comes by every four seconds: each time is an alert of its own.
YARD = {"id": "yard", "kind": "intrusion", "points": [[200, 40], [440, 40], [440, 130], [200, 130]]}


class WantedFilmTests(EndToEndTest):
    def begin(self, film=None, site=None, behind_nginx=False, **agent):
        self.collector = Collector(self.place).start().wait_ready()
        self.url = Nginx(self.place, self.collector.url).start().url if behind_nginx else self.collector.url
        cameras = Cameras(self.place, [("cam-1", film or clips.boxes())]).start()
        self.agent = Agent(self.place, [("cam-1", cameras.url("cam-1"), site)], **agent)
        self.agent.enroll(self.collector, self.url).start()
        self.person = browser.Browser(self.url).log_in_first(self.collector)
        wait_until(lambda: self.person.get("/cameras/1")[0] == 200, 40, "the camera is known")

    def wait_recorded(self, seconds):
        """Waits until recordings hold so many seconds."""
        folder = self.agent.folder / "recordings"
        wait_until(lambda: list(folder.rglob("*.mp4")), 30, "the camera is recorded", 0.1)
        begin = time.time()
        wait_until(lambda: time.time() - begin > seconds, seconds + 10, "some seconds are recorded", 0.1)

    def ask(self, begin, seconds=10):
        """Fills in the form for a film that begins at `begin` (seconds since 1970)."""
        local = time.gmtime(begin + VIETNAM)
        _, page = self.person.get("/cameras/1")
        form = {"token": browser._token(page), "date": time.strftime("%Y-%m-%d", local), "time": time.strftime("%H:%M:%S", local),
                "seconds": str(seconds)}
        status, page = self.person.post("/cameras/1/films", form)
        self.assertEqual(status, 200, page)
        return page

    def films(self):
        return self.person.get("/cameras/1/films?part=1")[1]

    def ready_film(self, seconds=60):
        """The name of the film that is ready."""
        def found():
            match = re.search(r'<source src="/v1/evidence/([0-9a-f]{64})" type="video/mp4">', self.films())
            return match and match.group(1)
        return wait_until(found, seconds, self.films)

    def fetch(self, path, headers):
        request = urllib.request.Request(self.url + path, headers={"Cookie": self.person.cookie_header, **headers})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers), error.read()

    def check_film(self, name, seconds):
        """The film as a browser fetches it: whole, and by range; it plays and lasts as long as it was asked for."""
        path = "/v1/evidence/" + name
        status, headers, whole = self.fetch(path, {})
        self.assertEqual((status, headers["Accept-Ranges"], headers["Content-Type"]), (200, "bytes", "video/mp4"))
        self.assertEqual(hashlib.sha256(whole).hexdigest(), name)
        middle = len(whole) // 2
        status, headers, part = self.fetch(path, {"Range": f"bytes={middle}-{middle + 999}"})
        self.assertEqual((status, part, headers["Content-Range"]),
                         (206, whole[middle:middle + 1000], f"bytes {middle}-{middle + 999}/{len(whole)}"))
        self.assertEqual(self.fetch(path, {"Range": f"bytes={len(whole)}-"})[0], 416)
        target = self.place.folder / "film.mp4"
        target.write_bytes(whole)
        probe = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name:format=duration", "-of", "json", target]
        told = json.loads(subprocess.run(probe, capture_output=True, text=True, check=True).stdout)
        self.assertEqual(told["streams"][0]["codec_name"], "h264")
        # It begins at the key frame before, one second at most, and may miss the second that was being written.
        self.assertGreater(float(told["format"]["duration"]), seconds - 1.2)
        self.assertLess(float(told["format"]["duration"]), seconds + 3)
        decode = subprocess.run(["ffmpeg", "-v", "error", "-i", target, "-f", "null", "-"], capture_output=True, text=True, check=True)
        self.assertEqual(decode.stderr.strip(), "")

    def test_the_last_ten_seconds_are_asked_for_and_come(self):
        self.begin(recording=RECORDING)
        self.wait_recorded(13)
        asked = time.time()
        self.ask(int(asked) - 11)
        name = self.ready_film()
        print(f"film after {time.time() - asked:.1f} s ", end="", flush=True)
        self.check_film(name, 10)
        self.assertEqual(self.agent.stop(40), 0)
        self.assertEqual(self.collector.fsck()["problems"], [])

    def test_a_film_comes_through_nginx_with_default_settings(self):
        if Nginx.program() is None:
            self.skipTest("nginx is not installed (make setup)")
        self.begin(recording=RECORDING, behind_nginx=True)
        self.wait_recorded(12)
        self.ask(int(time.time()) - 11)
        self.check_film(self.ready_film(), 10)

    def test_an_alert_on_the_live_page_gets_its_play_button(self):
        self.begin(site=clips.site("cam-1", zones=[YARD]))
        live = browser.LiveStream(self.person)
        self.place.closers.append(live.close)

        def films():
            return [(element["id"], name) for _, event, _, data in list(live.events) if event != "snapshot"
                    for element in data.get("films", ()) for name in re.findall(r'data-film="([0-9a-f]{64})"', element["html"])]

        alert, name = wait_until(films, 90, "the live page is told that the film of an alert is here")[0]
        for path in ("/live", "/cameras/1"):
            self.assertRegex(self.person.get(path)[1], rf'(?s)id="{alert}".*data-film="{name}"')
        status, headers, film = self.fetch("/v1/evidence/" + name, {"Range": "bytes=0-"})
        self.assertEqual((status, hashlib.sha256(film).hexdigest()), (206, name))

    def test_a_film_arrives_although_the_agent_is_killed_while_it_uploads(self):
        self.begin(recording=RECORDING, film=clips.boxes(size=(1280, 720)), settings={"bytes-per-second": "1 MB"})
        self.wait_recorded(12)
        self.ask(int(time.time()) - 11)
        begun = r"<progress max=\"100\" value=\"(\d+)\">"
        wait_until(lambda: [found for found in re.findall(begun, self.films()) if int(found) > 0], 60, self.films)
        self.agent.kill()
        stored = sum(path.stat().st_size for path in (self.collector.data / "evidence").rglob("*.part"))
        self.assertGreater(stored, 0)
        self.agent.start()
        self.check_film(self.ready_film(120), 10)

    def test_what_was_not_recorded_is_told(self):
        self.begin(recording=RECORDING)
        self.wait_recorded(1)
        self.ask(int(time.time()) - 3600)
        wait_until(lambda: "Không có gì được ghi lại vào lúc đó." in self.films(), 60, self.films)

    def test_an_agent_that_was_away_is_told_when_it_comes_back(self):
        self.begin(recording=RECORDING)
        self.wait_recorded(12)
        asked = int(time.time()) - 11
        self.agent.kill()
        self.ask(asked)
        self.assertIn("chờ thiết bị biên hỏi", self.films())
        self.agent.start()
        self.check_film(self.ready_film(90), 10)
