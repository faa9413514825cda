"""Recordings of a running agent play, also after kill -9; cameras that ask not to be recorded are not."""
import subprocess
import time

import clips
from harness import Agent, Cameras, Collector, EndToEndTest, wait_until

RECORDING = {"folder": "recordings", "reserve": "100 MB"}


def seconds_of(path):
    """The length of a file that decodes without a complaint."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "null", "-"], capture_output=True, text=True, check=True)
    if done.stderr.strip():
        raise AssertionError(f"{path.name}: {done.stderr}")
    probe = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path]
    times = [float(line.strip(",")) for line in subprocess.run(probe, capture_output=True, text=True, check=True).stdout.split() if line]
    return max(times) - min(times)


class RecordingTests(EndToEndTest):
    def files(self, camera):
        return sorted((self.agent.folder / "recordings" / camera).rglob("*.mp4"))

    def test_recordings_play_and_a_kill_costs_about_a_second(self):
        collector = Collector(self.place).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.boxes()), ("cam-2", clips.boxes())]).start()
        watched = [(name, cameras.url(name), None) for name in ("cam-1", "cam-2")]
        self.agent = Agent(self.place, watched, recording=RECORDING).enroll(collector).start()
        wait_until(lambda: self.files("cam-1") and self.files("cam-2"), 30, "both cameras are recorded", 0.1)
        begin = time.monotonic()
        wait_until(lambda: time.monotonic() - begin > 6 + 2 * self.random.random(), 20, "some seconds are recorded", 0.1)
        killed = time.monotonic()
        self.agent.kill()
        self.agent.start()
        wait_until(lambda: len(self.files("cam-1")) >= 2 and len(self.files("cam-2")) >= 2, 30, "recording goes on", 0.1)
        self.agent.stop(40)
        for camera in ("cam-1", "cam-2"):
            first, *later = self.files(camera)
            self.assertGreater(seconds_of(first), killed - begin - 2.5, f"{camera}: what the kill cost")
            for path in later:
                self.assertGreaterEqual(seconds_of(path), 0)

    def test_a_disk_that_cannot_be_used_costs_the_recordings_only(self):
        collector = Collector(self.place).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.boxes())]).start()
        self.agent = Agent(self.place, [("cam-1", cameras.url("cam-1"), None)], recording=RECORDING).enroll(collector)
        (self.agent.folder / "recordings").write_text("a file where the folder should be")
        self.agent.start()
        self.agent.wait_for_log("nothing is recorded", 30)
        self.agent.wait_for_log("camera live", 30)

    def test_a_camera_may_be_left_out(self):
        collector = Collector(self.place).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.boxes())]).start()
        self.agent = Agent(self.place, [("cam-1", cameras.url("cam-1"), None)], camera_settings={"record": "false"},
                           recording=RECORDING).enroll(collector).start()
        self.agent.wait_for_log("camera live", 30)
        self.agent.stop(40)
        self.assertEqual(list((self.agent.folder / "recordings").rglob("*.mp4")), [])
