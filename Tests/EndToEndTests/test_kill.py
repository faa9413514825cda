"""kill -9 of agent, load or collector at random moments, fifty times: nothing is missing, nothing is there twice."""
import os
import time
import unittest

import clips
from harness import Agent, Cameras, Collector, EndToEndTest, Load, enrolled_load
from judge import Store, assert_evidence_arrived, judge, promises_of

KILLS = int(os.environ.get("KILLS", "50"))


class KillTests(EndToEndTest):
    def test_nothing_is_missing_after_fifty_kills(self):
        collector = Collector(self.place).start().wait_ready()
        cameras = Cameras(self.place, [("cam-1", clips.boxes())], arguments=["--fps-scale", "2"]).start()
        agent = Agent(self.place, [("cam-1", cameras.url("cam-1"), clips.site("cam-1"))]).enroll(collector).start()
        load = enrolled_load(self.place, collector)
        load.start(1_000_000, rate=400, pictures_every=50)
        for _ in range(KILLS):
            time.sleep(self.random.uniform(0.02, 1.0))  # a random moment is what this test is about
            victim = self.random.choices([collector, load, agent], [2, 2, 1])[0]
            victim.kill()
            if victim is load:
                load.start(1_000_000, rate=400, pictures_every=50)
            else:
                victim.start()
        load.kill()
        agent.kill()
        collector.wait_ready()
        load.drain(240)  # a picture whose record was cut off by a kill is given up after some minutes at worst
        Load(self.place, agent, "drain").drain()
        promised = promises_of(load.log())
        self.assertGreater(len(promised), 1000, "the load made progress between the kills")
        judge(self, collector, [("load-agent", load.agent.data), ("agent", agent.data)], {"load-agent": promised})
        store = Store(collector.data)
        self.assertGreater(store.query("SELECT count(*) FROM passage JOIN camera ON camera.id = camera WHERE name = 'cam-1'")[0][0], 0,
                           "the camera's agent counted between the kills")
        assert_evidence_arrived(self, store)


if __name__ == "__main__":
    unittest.main()
