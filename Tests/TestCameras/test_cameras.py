#!/usr/bin/python3
"""Checks the test cameras themselves: a generated clip of 2 s is played past its loop point over TCP and UDP, and every fault is tried.

Runs on /usr/bin/python3 in about 25 s; `test_cameras.py --quick` leaves the faults out. Exit code 0 when all is well."""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
CLIP_SECONDS, CLIP_RATE = 2, 25


class Server:
    def __init__(self, *arguments):
        self.process = subprocess.Popen(["/usr/bin/python3", os.path.join(HERE, "rtsp_server.py"), "--port", "0", "--control-port", "0",
                                         *arguments], stdout=subprocess.PIPE, text=True)
        self.urls, self.control = {}, None
        mounts = sum("=" in a for a in arguments)
        while len(self.urls) < mounts:
            word, _, rest = self.process.stdout.readline().strip().partition(" ")
            if word == "ready":
                self.urls[rest.rsplit("/", 1)[1]] = rest
            elif word == "control":
                self.control = rest
            else:
                raise AssertionError(f"the server ended with {self.process.wait()}")

    def command(self, line):
        with urllib.request.urlopen(self.control, data=line.encode(), timeout=5) as answer:
            return json.load(answer)

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


def play(url, seconds, transport="tcp", limit=None):
    """(exit code or None when it had to be stopped, packets' times in seconds, what ffprobe complained of)."""
    command = ["ffprobe", "-v", "error", "-rtsp_transport", transport, "-i", url, "-read_intervals", f"%+{seconds}",
               "-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0"]
    probe = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, errors = probe.communicate(timeout=limit or seconds + 15)
        code = probe.returncode
    except subprocess.TimeoutExpired:
        probe.kill()
        out, errors = probe.communicate()
        code = None
    times = [float(line.strip(",")) for line in out.split() if line.strip(",") not in ("", "N/A")]
    return code, times, errors


class CameraCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.clip = os.path.join(cls.folder.name, "clip.mp4")
        source = f"testsrc2=size=320x240:rate={CLIP_RATE}:duration={CLIP_SECONDS}"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
                        "-g", "25", cls.clip], check=True)
        cls.old = os.path.join(cls.folder.name, "old codec.avi")
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-c:v", "mpeg4", cls.old], check=True)
        cls.server = Server("cam1=" + cls.clip, "cam2=" + cls.old, "--cache", os.path.join(cls.folder.name, "cache"))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.folder.cleanup()


class PlaysPastTheLoopPoint(CameraCase):
    def check(self, mount, transport):
        _, times, errors = play(self.server.urls[mount], 3.4, transport)
        self.assertGreater(len(times), (CLIP_SECONDS + 1) * CLIP_RATE, errors)
        gaps = [b - a for a, b in zip(times, times[1:])]
        self.assertGreater(min(gaps), 0, "time stamps must grow")
        self.assertLess(max(gaps), 2.5 / CLIP_RATE, "no hole at the loop point")

    def test_tcp(self):
        self.check("cam1", "tcp")

    def test_udp(self):
        self.check("cam1", "udp")

    def test_transcoded_file(self):
        self.check("cam2", "tcp")

    def test_two_viewers_at_once(self):
        other = subprocess.Popen(["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", self.server.urls["cam1"], "-t", "4", "-c", "copy",
                                  "-f", "null", "-"])
        self.check("cam1", "tcp")
        self.assertEqual(other.wait(15), 0)


class Faults(CameraCase):
    def tearDown(self):
        self.server.command("resume cam1")
        self.server.command("start cam1")

    def watch_while(self, line, seconds=3.0):
        """Watches cam1, gives a command after a second; returns (was still connected, status after the command)."""
        viewer = subprocess.Popen(["ffmpeg", "-v", "quiet", "-rtsp_transport", "tcp", "-i", self.server.urls["cam1"], "-c", "copy", "-f", "null", "-"])
        try:
            self.wait_until(lambda: self.server.command("status")["cam1"]["viewers"] > 0)
            time.sleep(1)
            self.server.command(line)
            time.sleep(seconds)
            return viewer.poll() is None, self.server.command("status")["cam1"]
        finally:
            viewer.kill()
            viewer.wait()

    def wait_until(self, holds):
        deadline = time.monotonic() + 10
        while not holds():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def test_freeze_keeps_the_connection_and_sends_nothing(self):
        connected, status = self.watch_while("freeze cam1", 0.3)
        self.assertTrue(connected)
        _, times, _ = play(self.server.urls["cam1"], 2, limit=5)
        self.assertLessEqual(len(times), 1)
        self.assertEqual(status["state"], "frozen")

    def test_disconnect_closes_the_viewers(self):
        connected, status = self.watch_while("disconnect cam1", 1.5)
        self.assertFalse(connected)
        self.assertEqual(status["viewers"], 0)

    def test_stop_answers_404_and_start_brings_it_back(self):
        self.assertFalse(self.watch_while("stop cam1", 1.5)[0])
        _, times, errors = play(self.server.urls["cam1"], 1)
        self.assertEqual(times, [])
        self.assertIn("404", errors)
        self.server.command("start cam1")
        self.assertGreater(len(play(self.server.urls["cam1"], 1)[1]), 10)

    def test_garbage_is_garbage(self):
        self.server.command("garbage cam1 0.2")
        run = subprocess.run(["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", self.server.urls["cam1"], "-t", "2", "-f", "null", "-"],
                             capture_output=True, text=True, timeout=30)
        self.assertIn("error", run.stderr.lower())

    def test_drop_leaves_units_out(self):
        self.server.command("drop cam1 0.5")
        _, times, _ = play(self.server.urls["cam1"], 3)
        self.assertGreater(len(times), 10)
        self.assertLess(len(times), 3 * CLIP_RATE * 0.8)


class BadInput(unittest.TestCase):
    def run_server(self, *arguments):
        return subprocess.run(["/usr/bin/python3", os.path.join(HERE, "rtsp_server.py"), *arguments], capture_output=True, text=True, timeout=60)

    def test_missing_file(self):
        run = self.run_server("cam1=/nowhere/x.mp4")
        self.assertEqual(run.returncode, 69)
        self.assertIn("/nowhere/x.mp4: no such file", run.stderr)

    def test_file_without_video(self):
        run = self.run_server("--port", "0", f"cam1={__file__}")
        self.assertEqual(run.returncode, 69)
        self.assertIn(os.path.basename(__file__), run.stderr)


class PortInUse(CameraCase):
    def test_port_in_use(self):
        port = self.server.urls["cam1"].rsplit(":", 1)[1].split("/")[0]
        run = subprocess.run(["/usr/bin/python3", os.path.join(HERE, "rtsp_server.py"), "--port", port, "cam1=" + self.clip],
                             capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 69)
        self.assertIn(f"port {port}", run.stderr)


class Login(unittest.TestCase):
    def test_password_is_asked_for(self):
        with tempfile.TemporaryDirectory() as folder:
            clip = os.path.join(folder, "clip.mp4")
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=1", "-pix_fmt", "yuv420p", clip], check=True)
            server = Server("cam1=" + clip, "--user", "viewer", "--password", "p@ss word")
            try:
                self.assertIn("401", play(server.urls["cam1"], 1)[2])
                url = server.urls["cam1"].replace("rtsp://", "rtsp://viewer:p%40ss%20word@")
                self.assertGreater(len(play(url, 1)[1]), 10)
            finally:
                server.close()


if __name__ == "__main__":
    if "--quick" in sys.argv:
        sys.argv.remove("--quick")
        sys.argv.append("PlaysPastTheLoopPoint")
    unittest.main()
