"""Spools that are damaged, copied, or used twice."""
import collections
import os
import shutil
import signal
import unittest

from harness import Agent, Collector, EndToEndTest, Load, enrolled_load
from judge import Spool, Store, judge, promises_of

DAMAGES = 8


class DamagedSpoolTests(EndToEndTest):
    def test_flipped_bytes_are_found_reported_and_survived(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        replaced = 0
        for round in range(DAMAGES):
            delivered = set(promises_of(load.log()))  # each round ends with an empty spool: only this round's can be lost
            load.run_to_end(60, 300, is_offline=True)
            epoch = Spool(load.agent.data).epoch
            file = load.agent.data / "spool" / "spool.sqlite"
            content = bytearray(file.read_bytes())
            place = self.random.randrange(100) if round == 0 else self.random.randrange(len(content))
            content[place] ^= 1 << self.random.randrange(8)
            file.write_bytes(content)
            log_end = len(load.log())
            load.run_to_end(60, 100, until_empty=True)
            load.run_to_end(60, 10, until_empty=True)  # damage that was met while shipping is told with the next records
            now = Spool(load.agent.data).epoch
            with self.subTest(round=round, place=place, size=len(content)):
                promised = promises_of(load.log())
                if now == epoch:
                    continue  # a byte that nothing stands on; the judge looks for the records below
                replaced += 1
                self.assertIn("spool replaced", load.log()[log_end:], "the log says so")
                self.assertTrue(list((load.agent.data / "spool").glob("damaged-*")), "the damaged file is kept for a person")
                store = Store(collector.data)
                told = [detail for reason, _, _, detail in store.gaps(store.epochs("load-agent")[now]) if reason == "spoolDamaged"]
                self.assertTrue(any(str(epoch) in detail for detail in told), f"a Gap names epoch {epoch}: {told}")
                lost = {place for place in promised if place[0] == epoch and place not in delivered}
                self.excused = getattr(self, "excused", set()) | lost
        promised = {place: number for place, number in promises_of(load.log()).items() if place not in getattr(self, "excused", ())}
        self.assertGreaterEqual(len(promised), DAMAGES * 10)
        self.assertGreater(replaced, 0, "some damage hit something")
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promised})

    def test_a_file_of_nonsense_and_a_cut_file_are_replaced(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        for content in (b"", b"not a database at all" * 500, None):
            load.run_to_end(60, 200, is_offline=True)
            file = load.agent.data / "spool" / "spool.sqlite"
            file.write_bytes(file.read_bytes()[:6_000] if content is None else content)
            load.run_to_end(60, 50, until_empty=True)
            self.assertEqual(len(Spool(load.agent.data).waiting), 0)


class TwoAgentsTests(EndToEndTest):
    def test_two_agents_with_one_key_both_deliver(self):
        collector = Collector(self.place).start().wait_ready()
        first = enrolled_load(self.place, collector)
        second = Load(self.place, Agent(self.place, [("load", "rtsp://127.0.0.1:9/none", None)], name="second-agent"), "second")
        shutil.copytree(first.agent.data, second.agent.data)
        first.start(3_000, rate=1_000, until_empty=True)
        second.start(3_000, rate=1_000, until_empty=True, camera="second")
        self.assertEqual((first.wait(60), second.wait(60)), (0, 0))
        promised = {**promises_of(first.log()), **promises_of(second.log())}
        self.assertEqual(len(promised), 6_000)
        self.assertEqual(Store(collector.data).count("record"), 6_000)
        judge(self, collector, [("load-agent", first.agent.data), ("load-agent", second.agent.data)])

    def second_machine(self, first):
        """A copy of the first machine's disk, taken between two instructions of it."""
        second = Load(self.place, Agent(self.place, [("load", "rtsp://127.0.0.1:9/none", None)], name="second-agent"), "second")
        if first.is_running:
            os.kill(first.child.pid, signal.SIGSTOP)
        shutil.copytree(first.agent.data, second.agent.data)
        if first.is_running:
            os.kill(first.child.pid, signal.SIGCONT)
        return second

    def judge_copies(self, collector, first, second, may_be_doubled=()):
        """Every record that either has stored is at the collector, once, and no number of either's epoch is unaccounted for."""
        stored = set(promises_of(first.log()).values()) | set(promises_of(second.log()).values())
        store = Store(collector.data)
        found = collections.Counter(number for chain in store.epochs("load-agent").values() for number in store.numbers(chain).values())
        self.assertEqual(stored - set(found), set(), "records that are nowhere")
        self.assertEqual({number for number, count in found.items() if count > 1} - set(may_be_doubled), set(), "records that are there twice")
        self.assertIn("two machines with one key", first.log() + second.log(), "a person is told what is wrong")
        judge(self, collector, [("load-agent", first.agent.data), ("load-agent", second.agent.data)])

    def test_a_copied_machine_harms_neither_itself_nor_others(self):
        collector = Collector(self.place).start().wait_ready()
        first = enrolled_load(self.place, collector)
        other = enrolled_load(self.place, collector, "other")
        first.run_to_end(60, 500, until_empty=True)
        second = self.second_machine(first)
        other.start(2_000, rate=500, until_empty=True)
        first.start(1_000, rate=500, until_empty=True)
        second.start(1_000, rate=500, until_empty=True, camera="second", first_number=900_000_001)
        self.assertEqual((first.wait(120), second.wait(120), other.wait(120)), (0, 0, 0))
        self.judge_copies(collector, first, second)
        judge(self, collector, [("other-agent", other.agent.data)], {"other-agent": promises_of(other.log())})

    def test_a_card_that_is_cloned_while_the_machine_runs(self):
        collector = Collector(self.place).start().wait_ready()
        first = enrolled_load(self.place, collector)
        first.start(4_000, rate=300, pictures_every=50, until_empty=True)
        for _ in range(3):
            first.wait_for_log("\nstored", 20, len(first.log()))
        second = self.second_machine(first)
        waiting = Spool(second.agent.data).waiting  # in both spools: they may come under both epochs
        shared = {number for (_, sequence), number in promises_of(first.log()).items() if sequence in waiting}
        second.start(2_000, rate=300, until_empty=True, camera="second", first_number=900_000_001)
        self.assertEqual((first.wait(180), second.wait(180)), (0, 0))
        self.judge_copies(collector, first, second, may_be_doubled=shared)


if __name__ == "__main__":
    unittest.main()
