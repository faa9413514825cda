"""The wall clock jumps by a day, both ways, under agent, load and collector."""
import unittest

import clips
from faults import Faults
from harness import Agent, Cameras, Collector, EndToEndTest, Load, enrolled_load, wait_until
from judge import Store, judge, promises_of
from test_cameras import Watched

DAY = 86_400


class ClockTests(EndToEndTest):
    def test_a_jump_of_a_day_loses_and_doubles_nothing(self):
        faults = {name: Faults(self.place.folder / f"clock-{name}", self.place.folder / "nothing") for name in ("edge", "collector")}
        collector = Collector(self.place, environment=faults["collector"].environment).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.boxes())]).start()
        agent = Agent(self.place, [("cam-1", cameras.url("cam-1"), clips.site("cam-1"))],
                      environment=faults["edge"].environment).enroll(collector).start()
        load = enrolled_load(self.place, collector, environment=faults["edge"].environment)
        load.start(1_000_000, rate=200, pictures_every=50)
        watched = Watched(collector)
        watched.wait_for_more(["cam-1"], 40, count=1)
        for side, days in (("edge", 1), ("edge", -1), ("collector", 1), ("collector", -1), ("edge", 0), ("collector", 0)):
            with self.subTest(side=side, days=days):
                faults[side].set_clock(days * DAY)
                self.assertTrue(collector.is_running and agent.is_running and load.is_running)
                self.wait_for_deliveries(collector)
                watched.wait_for_more(["cam-1"], 30, count=1)
        for process in (load, agent):
            process.kill()
        load.drain()
        Load(self.place, agent, "drain").drain()
        judge(self, collector, [("load-agent", load.agent.data), ("agent", agent.data)], {"load-agent": promises_of(load.log())})
        store = Store(collector.data)
        sessions = len({first >> 32 for first, in store.query(
            "SELECT track FROM passage JOIN camera ON camera.id = camera WHERE name = 'cam-1'")})
        self.assertEqual(sessions, 1, "the agent ran through")

    def wait_for_deliveries(self, collector):
        store = Store(collector.data)
        before = store.count("record")
        wait_until(lambda: store.count("record") > before + 200, 30, "200 more records at the collector", 0.1)


if __name__ == "__main__":
    unittest.main()
