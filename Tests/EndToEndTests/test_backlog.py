"""A large backlog: memory stays flat while it grows and while it is shipped; at the cap the least important goes first, with a Gap."""
import os
import unittest

from harness import Collector, EndToEndTest, enrolled_load
from judge import Spool, Store, judge, promises_of

BACKLOG_MEGABYTES = int(os.environ.get("BACKLOG_MB", "30"))
PADDING = 20_000  # of each tenth record
# Beyond what the process needs with an empty spool. A debug build with all records in memory would need several times the backlog.
ALLOWED_GROWTH = 48 << 20


class BacklogTests(EndToEndTest):
    def run_and_watch(self, processes, load, seconds, **options):
        """Runs the load to its end, sampling memory; answers its peak."""
        load.start(**options)
        load.peak_bytes = 0
        for _ in range(seconds * 20):
            try:
                load.child.wait(0.05)
                break
            except Exception:  # noqa: B902 - a time-out: look again
                for process in (*processes, load):
                    process.resident_bytes()
        self.assertEqual(load.child.poll(), 0, f"ended within {seconds} s")
        return load.peak_bytes

    def test_memory_does_not_grow_with_the_backlog(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        small = self.run_and_watch([collector], load, 60, records=2_000, padding=PADDING, until_empty=True)
        collector_small = collector.peak_bytes
        records = BACKLOG_MEGABYTES * 10_000_000 // PADDING
        growing = self.run_and_watch([], load, 600, records=records, padding=PADDING, is_offline=True)
        waiting = sum(path.stat().st_size for path in (load.agent.data / "spool").glob("spool.sqlite"))
        self.assertGreater(waiting, BACKLOG_MEGABYTES * 0.8e6, "the backlog is on disk")
        shipping = self.run_and_watch([collector], load, 900, until_empty=True)
        print(f"backlog {waiting / 1e6:.0f} MB: agent {small / 1e6:.0f} MB when idle, {growing / 1e6:.0f} growing, {shipping / 1e6:.0f} "
              f"shipping; collector {collector_small / 1e6:.0f} -> {collector.peak_bytes / 1e6:.0f} MB")
        self.assertLess(max(growing, shipping), small + ALLOWED_GROWTH)
        self.assertLess(collector.peak_bytes, collector_small + 2 * ALLOWED_GROWTH)
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promises_of(load.log())})

    def test_at_the_cap_every_drop_is_told(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        load.run_to_end(120, 6_000, pictures_every=100, picture_bytes=1_000, cap=150_000, is_offline=True)
        spool = Spool(load.agent.data)
        self.assertLess(len(spool.waiting), 4_000)
        load.drain(120)
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promises_of(load.log())})
        store = Store(collector.data)
        (chain,) = store.epochs("load-agent").values()
        gaps = store.gaps(chain)
        self.assertEqual({reason for reason, *_ in gaps}, {"diskCap"})
        self.assertEqual(store.count("record") - len(gaps) + sum(count for _, count, *_ in gaps), 6_000)
        self.assertEqual(store.count("alert"), 60, "no alert was dropped while there was anything else to drop")
        samples = store.query("SELECT count(*) FROM report WHERE kind = 13")[0][0]
        self.assertLess(samples, 540 * store.count("passage") / 5_400, "samples went before passages")


if __name__ == "__main__":
    unittest.main()
