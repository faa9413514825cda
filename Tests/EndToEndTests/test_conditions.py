"""A camera that no longer sees what it should: told once, ended once, over a restart of the agent too."""
import unittest

import clips
from browser import Browser
from harness import Agent, Cameras, Collector, EndToEndTest, Load, wait_until
from judge import Store, judge

OPENED, ENDED = 1, 3


def conditions_told(store):
    """(camera, kind, phase, alert, has a still) of each record about a condition."""
    return store.query("SELECT c.name, a.kind, a.phase, a.alert, a.evidence IS NOT NULL FROM alert a JOIN camera c ON c.id = a.camera "
                       "WHERE a.kind LIKE 'camera%' OR a.kind IN ('signalLoss', 'clockDrift', 'frameRateLow') ORDER BY a.cursor")


class ConditionTests(EndToEndTest):
    def test_what_lasts_ends_when_its_camera_is_no_longer_configured(self):
        collector = Collector(self.place).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.boxes()), ("cam-2", clips.boxes())]).start()
        settings = {"stall-seconds": 3, "connect-seconds": 3}
        agent = Agent(self.place, [(name, cameras.url(name), clips.site(name)) for name in ("cam-1", "cam-2")],
                      camera_settings=settings).enroll(collector).start()
        store = Store(collector.data)
        wait_until(lambda: store.query("SELECT count(DISTINCT camera) FROM passage")[0][0] == 2, 60, lambda: "both cameras count", 0.2)
        cameras.command("stop cam-1")
        wait_until(lambda: len(conditions_told(store)) == 1, 40, lambda: f"the loss is told: {conditions_told(store)}", 0.2)
        number = conditions_told(store)[0][3]
        self.assertEqual(agent.stop(), 0)
        kept = agent.data / "views" / "cam-1.conditions.json"
        self.assertTrue(kept.exists())
        agent.write_config("agent", [("cam-2", cameras.url("cam-2"), clips.site("cam-2"))], {}, settings, {}, {})
        agent.start()
        wait_until(lambda: len(conditions_told(store)) == 2, 40, lambda: f"the end is told: {conditions_told(store)}", 0.2)
        self.assertEqual(conditions_told(store)[1][:4], ("cam-1", "signalLoss", ENDED, number))
        wait_until(lambda: not kept.exists(), 10, lambda: "nothing is remembered of it", 0.2)
        self.assertEqual(agent.stop(), 0)

    def test_a_lost_signal_opens_goes_on_over_a_restart_and_ends(self):
        collector = Collector(self.place).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.boxes()), ("cam-2", clips.boxes())]).start()
        agent = Agent(self.place, [(name, cameras.url(name), clips.site(name)) for name in ("cam-1", "cam-2")],
                      camera_settings={"stall-seconds": 3, "connect-seconds": 3}).enroll(collector).start()
        store = Store(collector.data)

        def told():
            return conditions_told(store)

        wait_until(lambda: store.query("SELECT count(DISTINCT camera) FROM passage")[0][0] == 2, 60, lambda: "both cameras count", 0.2)
        cameras.command("stop cam-1")
        wait_until(lambda: len(told()) == 1, 40, lambda: f"the loss is told: {told()}", 0.2)
        camera, kind, phase, number, has_still = told()[0]
        self.assertEqual((camera, kind, phase, has_still), ("cam-1", "signalLoss", OPENED, 1))
        page = Browser(collector.url).log_in_first(collector).get("/live")[1]
        self.assertIn("Mất tín hiệu", page)
        agent.kill()
        agent.start()
        # The loss goes on under its number: nothing is told anew, though the camera stays away.
        counted = store.query("SELECT count(*) FROM passage JOIN camera ON camera.id = camera WHERE name = 'cam-2'")[0][0]
        wait_until(lambda: store.query("SELECT count(*) FROM passage JOIN camera ON camera.id = camera WHERE name = 'cam-2'")[0][0]
                   > counted + 12, 60, lambda: "the other camera counts on", 0.2)
        self.assertEqual(len(told()), 1, told())
        cameras.command("start cam-1")
        wait_until(lambda: len(told()) == 2, 40, lambda: f"the end is told: {told()}", 0.2)
        self.assertEqual(told()[1][:4], ("cam-1", "signalLoss", ENDED, number))
        self.assertEqual(agent.stop(), 0)
        self.assertEqual(len(told()), 2, "the end of the agent ends nothing")
        Load(self.place, agent, "drain").drain()
        judge(self, collector, [("agent", agent.data)])


if __name__ == "__main__":
    unittest.main()
