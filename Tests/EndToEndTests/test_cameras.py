"""Cameras that die, fall silent or send rubbish: the others go on, and the camera comes back."""
import unittest

import clips
from harness import Agent, Cameras, Collector, EndToEndTest, Load, wait_until
from judge import Store, fields, judge

LIVE, STALLED, UNREACHABLE = 2, 3, 4
NAMES = ("cam-1", "cam-2", "cam-3")


class Watched:
    """What the collector knows of the cameras."""

    def __init__(self, collector):
        self.store = Store(collector.data)

    def passages(self, name):
        return self.store.query("SELECT count(*) FROM passage JOIN camera ON camera.id = camera WHERE name = ?", name)[0][0]

    def state(self, name):
        rows = self.store.query("SELECT healthBody FROM camera WHERE name = ?", name)
        return (fields(rows[0][0])[1] or [0])[0] if rows and rows[0][0] else None

    def wait_for_state(self, name, states, seconds=30):
        wait_until(lambda: self.state(name) in states, seconds, lambda: f"{name} in state {states}, not {self.state(name)}", 0.1)

    def wait_for_more(self, names, seconds=30, count=2):
        goal = {name: self.passages(name) + count for name in names}
        wait_until(lambda: all(self.passages(name) >= goal[name] for name in names), seconds,
                   lambda: f"{count} more passages each: {goal} wanted, there are { {name: self.passages(name) for name in names} }", 0.1)


class CameraFaultTests(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.collector = Collector(self.place).start().wait_ready()
        clip = clips.boxes()
        self.cameras = Cameras(self.place, [(name, clip) for name in NAMES]).start()
        self.agent = Agent(self.place, [(name, self.cameras.url(name), clips.site(name)) for name in NAMES],
                           camera_settings={"stall-seconds": 2, "connect-seconds": 2}).enroll(self.collector).start()
        self.watched = Watched(self.collector)
        self.watched.wait_for_more(NAMES, 40, count=1)

    def finish(self):
        self.assertEqual(self.agent.stop(), 0)
        Load(self.place, self.agent, "drain").drain()
        judge(self, self.collector, [("agent", self.agent.data)])

    def test_one_bad_camera_never_stops_the_others(self):
        self.cameras.command("freeze cam-1")
        self.watched.wait_for_state("cam-1", (STALLED,))
        self.watched.wait_for_more(("cam-2", "cam-3"))
        self.cameras.command("resume cam-1")
        self.cameras.command("garbage cam-2 0.3")
        self.watched.wait_for_more(("cam-1", "cam-3"), 45)
        self.cameras.command("resume cam-2")
        self.cameras.command("stop cam-3")
        self.watched.wait_for_more(("cam-1", "cam-2"), 45)
        self.cameras.command("start cam-3")
        self.watched.wait_for_more(("cam-3",), 45)
        self.finish()

    def test_a_server_that_dies_is_found_again(self):
        self.cameras.kill()
        for name in NAMES:
            self.watched.wait_for_state(name, (UNREACHABLE, STALLED))
        self.assertTrue(self.agent.is_running)
        self.cameras.start()
        self.watched.wait_for_more(NAMES, 60)
        self.finish()


if __name__ == "__main__":
    unittest.main()
