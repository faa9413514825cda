"""A line between agent and collector that does everything wrong that a line can do."""
import unittest

from faulty_proxy import FAULTS, FaultyProxy
from harness import Collector, EndToEndTest, enrolled_load, wait_until
from judge import Store, assert_evidence_arrived, judge, promises_of


class ProxyFaultTests(EndToEndTest):
    def test_every_fault_of_the_line_is_survived(self):
        collector = Collector(self.place).start().wait_ready()
        proxy = FaultyProxy(("127.0.0.1", collector.port), seed=self.seed, share=0)
        self.place.closers.append(proxy.close)
        load = enrolled_load(self.place, collector, url=proxy.url)
        proxy.share = 0.5
        load.start(1_000_000, rate=300, pictures_every=40, picture_bytes=5_000)
        wait_until(lambda: all(proxy.counts[kind] >= 1 for kind in FAULTS), 90,
                   lambda: f"every kind of fault has come: {dict(proxy.counts)}", 0.2)
        load.kill()
        proxy.share = 0
        load.drain()
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promises_of(load.log())})
        store = Store(collector.data)
        self.assertFalse(any(store.gaps(chain) for chain in store.epochs("load-agent").values()), "nothing had to be dropped")
        assert_evidence_arrived(self, store)


if __name__ == "__main__":
    unittest.main()
