"""The collector is away for four days (of record times), with agents that go on; then everything comes, once."""
import time
import unittest

from harness import Collector, EndToEndTest, enrolled_load, wait_until
from judge import Store, assert_evidence_arrived, judge, promises_of

RECORDS = 20_000
DAYS = 4


class AwayTests(EndToEndTest):
    def test_four_days_without_a_collector_cost_nothing(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        collector.kill()
        start = time.time() - DAYS * 86_400
        load.start(RECORDS, start_time=start, spacing=DAYS * 86_400 / RECORDS, pictures_every=500, until_empty=True)
        wait_until(lambda: len(promises_of(load.log())) == RECORDS, 90, "all records are stored while the collector is away", 0.2)
        wait_until(lambda: int(load.newest_status().get("waiting", 0)) >= RECORDS - 500, 30, "nearly all of them wait")
        collector.start().wait_ready()
        self.assertEqual(load.wait(120), 0)
        promised = promises_of(load.log())
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promised})
        store = Store(collector.data)
        self.assertEqual(store.count("record"), RECORDS, "every record and nothing else: no gap")
        days = store.query("SELECT count(DISTINCT bucket) FROM rollup WHERE level = 2")[0][0]
        self.assertIn(days, (DAYS, DAYS + 1), "each record is counted on the day that it tells of")
        assert_evidence_arrived(self, store)

    def test_alerts_overtake_what_has_piled_up(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        load.run_to_end(60, 10_000, is_offline=True)
        load.drain(60)
        load.run_to_end(60, 5_000, is_offline=True)
        load.run_to_end(60, 1, is_offline=True, pictures_every=1)
        load.drain(60)
        store = Store(collector.data)
        place, newest = store.query("SELECT (SELECT count(*) FROM record WHERE cursor < alert.cursor), sequence FROM alert")[0]
        self.assertEqual(newest, 15_001, "the alert was stored last")
        self.assertLess(place, 10_000 + 500, "and was among the first that arrived")


if __name__ == "__main__":
    unittest.main()
