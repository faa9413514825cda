"""Asked to end, an agent ends within the time that a service manager allows, whatever its disk does, and says what it lost."""
import re
import time
import unittest

import clips
from faults import Faults
from harness import Agent, Cameras, Collector, EndToEndTest, Load, wait_until
from judge import judge
from test_cameras import Watched

LONGEST = 25


class ShutdownTests(EndToEndTest):
    def test_a_healthy_agent_ends_soon_and_loses_nothing(self):
        collector = Collector(self.place).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.boxes())]).start()
        agent = Agent(self.place, [("cam-1", cameras.url("cam-1"), clips.site("cam-1"))]).enroll(collector).start()
        Watched(collector).wait_for_more(["cam-1"], 40, count=1)
        begin = time.monotonic()
        self.assertEqual(agent.stop(LONGEST), 0)
        print(f"ended after {time.monotonic() - begin:.1f} s")
        self.assertIn("outbox.lost=0", agent.log())
        self.assertNotIn("do not end", agent.log())
        Load(self.place, agent, "drain").drain()
        judge(self, collector, [("agent", agent.data)])

    def test_an_agent_on_a_full_disk_ends_and_counts_what_it_lost(self):
        collector = Collector(self.place).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.boxes())]).start()
        agent = Agent(self.place, [("cam-1", cameras.url("cam-1"), clips.site("cam-1"))])
        faults = Faults(self.place.folder / "control", agent.data / "spool")
        agent.environment = faults.environment
        agent.enroll(collector).start()
        Watched(collector).wait_for_more(["cam-1"], 40, count=1)
        faults.break_disk()
        agent.wait_for_log("spool cannot be written", 60)
        failed = faults.failed
        wait_until(lambda: faults.failed > failed + 10, 60, "more failures")
        begin = time.monotonic()
        self.assertEqual(agent.stop(LONGEST), 0)
        print(f"ended after {time.monotonic() - begin:.1f} s")
        lost = re.search(r"outbox.records=(\d+).*records lost at shutdown", agent.log())
        self.assertTrue(lost and int(lost[1]) > 0, "it says how many records are lost")
        faults.heal()
        Load(self.place, agent, "drain").drain()
        judge(self, collector, [("agent", agent.data)])


if __name__ == "__main__":
    unittest.main()
