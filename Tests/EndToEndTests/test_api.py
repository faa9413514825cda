"""The agent's API, asked as an installer's tool asks it: stills, recorded video, live video, clips, and its end."""
import hashlib
import http.client
import json
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import clips
from harness import Agent, Cameras, Collector, EndToEndTest, free_port, wait_until

RECORDING = {"folder": "recordings", "reserve": "100 MB"}


def media(data, place, name):
    """(size, seconds, pictures) of a video or picture that decodes without a complaint."""
    path = place.folder / name
    path.write_bytes(data)
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "null", "-"], capture_output=True, text=True, check=True)
    if done.stderr.strip():
        raise AssertionError(f"{name}: {done.stderr}")
    probe = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height:packet=pts_time", "-of", "json", path]
    facts = json.loads(subprocess.run(probe, capture_output=True, text=True, check=True).stdout)
    times = [float(packet["pts_time"]) for packet in facts["packets"]]
    return (facts["streams"][0]["width"], facts["streams"][0]["height"]), max(times) - min(times), len(times)


def whole_parts(content):
    """What a player can play of a stream that was cut off: up to the end of the last `mdat` box that is all there."""
    at = end = 0
    while at + 8 <= len(content):
        at, kind = at + int.from_bytes(content[at:at + 4], "big"), content[at + 4:at + 8]
        if kind == b"mdat" and at <= len(content):
            end = at
    return content[:end]


class APITests(EndToEndTest):
    def start(self, api=None):
        collector = Collector(self.place).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.boxes())]).start()
        self.port = free_port()
        api = api or {"listen": f"127.0.0.1:{self.port}"}
        self.agent = Agent(self.place, [("cam-1", cameras.url("cam-1"), None)], recording=RECORDING, sections={"api": api})
        self.agent.enroll(collector).start()
        self.agent.wait_for_log("API listens", 30)
        self.agent.wait_for_log("camera live", 30)
        self.token = (self.agent.data / "api-token").read_text().strip()

    def ask(self, path, headers=None, body=None, token=None):
        """(status, headers, body)."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body and json.dumps(body).encode(), headers or {})
        request.add_header("Authorization", f"Bearer {self.token if token is None else token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def recorded(self):
        """(from, until) in seconds since 1970, once some seconds are recorded."""
        def found():
            camera = json.loads(self.ask("/v1/cameras")[2])["cameras"][0]
            recording = camera.get("recording") or {}
            begin, end = (self.seconds(recording.get(key)) for key in ("from", "until"))
            return (begin, end) if end - begin > 6 else None
        return wait_until(found, 40, "some seconds are recorded", 0.2)

    @staticmethod
    def seconds(text):
        if not text:
            return 0
        whole, _, rest = text.rstrip("Z").partition(".")
        return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0." + (rest or "0"))

    @staticmethod
    def text(seconds):
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1000) % 1000:03}Z"

    def test_stills_videos_and_clips_are_what_the_camera_sent(self):
        self.start()
        self.assertEqual(self.ask("/healthz", token="none")[0], 200)
        self.assertEqual(self.ask("/v1/cameras", token="wrong")[0], 401)
        self.assertNotIn(self.token, self.agent.log())
        begin, _ = self.recorded()

        status, headers, jpeg = self.ask("/v1/cameras/cam-1/still.jpg")
        self.assertEqual(status, 200)
        self.assertLess(abs(self.seconds(headers["NgaTu-Captured-At"]) - time.time()), 5)
        self.assertEqual(media(jpeg, self.place, "still.jpg")[0], (640, 360))

        # A span in the past, and one that ends now: its last second is in no file yet.
        path = f"/v1/cameras/cam-1/video.mp4?from={self.text(begin)}&to={self.text(begin + 4)}"
        status, headers, whole = self.ask(path)
        size, seconds, _ = media(whole, self.place, "video.mp4")
        self.assertEqual((status, size), (200, (640, 360)))
        self.assertLess(abs(seconds - 4), 1.1)
        self.assertLess(abs(float(headers["NgaTu-Duration"]) - seconds), 0.15, "it is counted to the end of the last picture")
        pieces = b""
        while len(pieces) < len(whole):
            more = {"Range": f"bytes={len(pieces)}-{len(pieces) + 99_999}", "If-Range": headers["ETag"]}
            status, _, piece = self.ask(path, more)
            self.assertEqual(status, 206)
            pieces += piece
        self.assertEqual(pieces, whole)
        now = time.time()
        newest = self.ask(f"/v1/cameras/cam-1/video.mp4?from={self.text(now - 4)}&to={self.text(now)}")
        ends = self.seconds(newest[1]["NgaTu-Begin"]) + float(newest[1]["NgaTu-Duration"])
        self.assertLess(abs(ends - now), 0.6, "the newest pictures are there")
        media(newest[2], self.place, "newest.mp4")

        made = json.loads(self.ask("/v1/cameras/cam-1/clips", {}, {"from": self.text(begin), "to": self.text(begin + 4)})[2])
        status, headers, clip = self.ask(made["url"])
        self.assertEqual((status, hashlib.sha256(clip).hexdigest(), clip), (200, made["sha256"], whole))
        self.agent.stop(25)
        self.assertNotIn(self.token, self.agent.log())

    def test_live_video_comes_and_a_reader_that_stops_reading_harms_nobody(self):
        self.start()
        stuck = socket.create_connection(("127.0.0.1", self.port))
        self.addCleanup(stuck.close)
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.sendall(f"GET /v1/cameras/cam-1/live.mp4 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.addCleanup(connection.close)
        connection.request("GET", "/v1/cameras/cam-1/live.mp4", headers={"Authorization": f"Bearer {self.token}"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        content, begin = b"", time.monotonic()
        while time.monotonic() - begin < 5:
            content += answer.read1(1 << 20)
        _, seconds, pictures = media(whole_parts(content), self.place, "live.mp4")
        print(f"live: {seconds:.1f} s, {pictures} pictures in 5 s")
        self.assertGreater(seconds, 3)
        begin = time.monotonic()
        self.assertEqual(self.agent.stop(25), 0)
        print(f"ended after {time.monotonic() - begin:.1f} s with two live viewers")
        self.assertLess(time.monotonic() - begin, 8)
        self.assertNotIn("do not end", self.agent.log())

    def test_it_ends_during_a_download(self):
        self.start()
        begin, end = self.recorded()
        path = f"/v1/cameras/cam-1/video.mp4?from={self.text(begin)}&to={self.text(end)}"
        with socket.create_connection(("127.0.0.1", self.port)) as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode())
            self.assertIn(b"200", slow.recv(20))
            begin = time.monotonic()
            self.assertEqual(self.agent.stop(25), 0)
            print(f"ended after {time.monotonic() - begin:.1f} s")
            self.assertLess(time.monotonic() - begin, 8)

    def test_a_port_in_use_costs_the_api_only(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            self.port = other.getsockname()[1]
            collector = Collector(self.place).start().wait_ready()
            cameras = Cameras(self.place, [("cam-1", clips.boxes())]).start()
            self.agent = Agent(self.place, [("cam-1", cameras.url("cam-1"), None)], recording=RECORDING,
                               sections={"api": {"listen": f"127.0.0.1:{self.port}"}}).enroll(collector).start()
            self.agent.wait_for_log("the API does not listen", 30)
            self.agent.wait_for_log("camera live", 30)
        self.agent.wait_for_log("API listens", 30)  # tried again once the port is free
        self.assertEqual(self.agent.stop(25), 0)

    def test_hostile_connections_harm_nobody(self):
        self.start()
        for garbage in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
                        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000, b"\0" * 1000):
            with socket.create_connection(("127.0.0.1", self.port), 10) as peer:
                try:
                    peer.sendall(garbage)
                    peer.settimeout(10)
                    while peer.recv(65_536):
                        pass
                except OSError:
                    pass
        waiting = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(20)]
        threads = [threading.Thread(target=self.ask, args=("/v1/cameras/cam-1/still.jpg",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.ask("/v1/cameras")[0], 200)
        for peer in waiting:
            peer.close()
