"""A full and a failing disk at each write of spool and store: nothing that was promised is missing afterwards.

Two shapes: one call fails while the process runs (it must live on), and one call fails from the start of the process on (it must live
on, or end with a message and start cleanly the next time).
"""
import errno
import os
import shutil
import unittest

from faults import Faults
from harness import Collector, EndToEndTest, enrolled_load, http_get, wait_until
from judge import Spool, Store, judge, promises_of

# How many of a process's first writes fail in turn. A spool is made by 66 calls; commits and evidence files follow. Of those of a new
# spool the seed takes some; all of them with FIRST_WRITES=106.
FIRST_SPOOL_WRITES = int(os.environ.get("FIRST_WRITES", "106"))
SPOOL_WRITES_TAKEN = FIRST_SPOOL_WRITES if "FIRST_WRITES" in os.environ else 50
FIRST_STORE_WRITES = int(os.environ.get("FIRST_WRITES", "24"))
FIRST_WRITES_OF_A_USED_SPOOL = int(os.environ.get("FIRST_WRITES", "30"))
RUNNING_WRITES = int(os.environ.get("RUNNING_WRITES", "40"))
ERRORS = (errno.ENOSPC, errno.EIO)


class DiskFaultTests(EndToEndTest):
    def watch(self, folder):
        return Faults(self.place.folder / "control", folder)

    def fail_while_running(self, faults, count, is_alive, progress):
        """Lets calls fail one by one, at every distance from the last failure; `progress` waits until something is stored again."""
        for number in range(count):
            failed = faults.failed  # before: the call may come at once
            faults.fail_calls(faults.calls + 1 + number % 20, error=ERRORS[number % 2], is_torn=number % 3 == 0)
            wait_until(lambda: faults.failed > failed, 20, "the call that is to fail")
            progress()
            self.assertTrue(is_alive(), f"alive after failure {number}")
        faults.heal()

    def test_spool_writes_fail_while_the_agent_runs(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        faults = self.watch(load.agent.data / "spool")
        load.environment = faults.environment
        load.start(1_000_000, rate=400, pictures_every=30, picture_bytes=3_000)
        load.wait_for_log("stored")

        def progress():
            end = len(load.log())
            load.wait_for_log("\nstored", 20, end)
        self.fail_while_running(faults, RUNNING_WRITES, lambda: load.is_running, progress)
        load.kill()
        load.drain()
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promises_of(load.log())})

    def test_store_writes_fail_while_the_collector_runs(self):
        collector = Collector(self.place)
        faults = self.watch(collector.data)
        collector.environment = faults.environment
        collector.start().wait_ready()
        load = enrolled_load(self.place, collector)
        # No pictures: those of a load that was killed before its commit are given up only after minutes.
        work = {"records": 1_000_000, "rate": 400}
        load.start(**work)
        load.wait_for_log("stored")

        def progress():
            load.kill()  # the collector asks for 30 s; a new process does not know of it
            load.start(**work)
        self.fail_while_running(faults, RUNNING_WRITES // 2, lambda: collector.is_running, progress)
        self.assertEqual(http_get(collector.url + "/healthz")[0], 200)
        load.kill()
        load.drain(120)
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promises_of(load.log())})

    def test_each_of_the_first_spool_writes_fails(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        spool = load.agent.data / "spool"
        spool.mkdir(mode=0o700)
        faults = self.watch(spool)
        load.environment = faults.environment
        work = {"records": 40, "pictures_every": 20, "picture_bytes": 2_000, "is_offline": True}
        for number in sorted(self.random.sample(range(1, FIRST_SPOOL_WRITES + 1), SPOOL_WRITES_TAKEN)):
            error = ERRORS[number % 2]
            with self.subTest(write=number, error=errno.errorcode[error]):
                shutil.rmtree(spool)
                spool.mkdir(mode=0o700)
                faults.reset()
                faults.fail_calls(number, error=error)
                load.start(**work)
                if load.wait(30) != 0:
                    self.assertIn("storage", load.log().splitlines()[-1], "it says what stopped it")
                    faults.reset()
                    load.start(**work)
                    self.assertEqual(load.wait(30), 0, "the next start is clean")
                self.assertNotIn("spool replaced", load.log(), "a first start that was cut off has lost nothing")
                stored = {sequence for epoch, sequence in promises_of(load.log()) if epoch == Spool(load.agent.data).epoch}
                self.assertEqual(stored - Spool(load.agent.data).waiting, set(), "everything that was promised waits in the spool")
                self.assertEqual(len(stored), 40)
        faults.reset()
        load.drain()
        judge(self, collector, [("load-agent", load.agent.data)])

    def test_each_of_the_first_writes_of_a_used_spool_fails(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        load.run_to_end(30, 100, is_offline=True)
        faults = self.watch(load.agent.data / "spool")
        load.environment = faults.environment
        for number in range(1, FIRST_WRITES_OF_A_USED_SPOOL + 1):
            error = ERRORS[number % 2]
            with self.subTest(write=number, error=errno.errorcode[error]):
                faults.reset()
                faults.fail_calls(number, error=error)
                load.start(10, is_offline=True)
                if load.wait(30) != 0:
                    self.assertIn("storage", load.log().splitlines()[-1], "it says what stopped it")
        faults.reset()
        load.drain()
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promises_of(load.log())})
        store = Store(collector.data)
        self.assertFalse(any(store.gaps(chain) for chain in store.epochs("load-agent").values()), "nothing was given up")

    def test_each_of_the_first_store_writes_fails(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        faults = self.watch(collector.data)
        collector.environment = faults.environment
        for number in range(1, FIRST_STORE_WRITES + 1):
            error = ERRORS[number % 2]
            with self.subTest(write=number, error=errno.errorcode[error]):
                collector.kill()
                faults.reset()
                faults.fail_calls(number, error=error)
                collector.start()
                wait_until(lambda: collector.is_ready() or not collector.is_running, 30, "the collector is ready, or has ended")
                if not collector.is_running:
                    self.assertGreater(len(collector.log().splitlines()[-1]), 20, "it says what stopped it")
                    faults.reset()
                    collector.start().wait_ready()
                log_end = len(load.log())
                load.start(20, pictures_every=20, picture_bytes=2_000, until_empty=True)
                wait_until(lambda: not load.is_running or "the collector asked for" in load.log()[log_end:], 60, "shipped, or put off")
                if load.is_running:
                    load.kill()  # it was asked to wait for 30 s; a new process does not know of it
                    load.drain()
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promises_of(load.log())})

    def test_a_full_disk_for_a_while(self):
        collector = Collector(self.place)
        store_faults = Faults(self.place.folder / "store-control", collector.data)
        collector.environment = store_faults.environment
        collector.start().wait_ready()
        load = enrolled_load(self.place, collector)
        faults = self.watch(load.agent.data / "spool")
        load.environment = faults.environment
        load.start(1_000_000, rate=400, pictures_every=100)
        load.wait_for_log("stored")
        for error in ERRORS:
            with self.subTest(disk="spool", error=errno.errorcode[error]):
                faults.break_disk(error)
                failed = faults.failed
                wait_until(lambda: faults.failed >= failed + 5, 30, "five failures")
                faults.heal()
                load.wait_for_log("\nstored", 30, len(load.log()))
        for error in ERRORS:
            with self.subTest(disk="store", error=errno.errorcode[error]):
                store_faults.break_disk(error)
                wait_until(lambda: http_get(collector.url + "/readyz")[0] == 503, 20, "the collector says that it cannot store")
                self.assertEqual(http_get(collector.url + "/healthz")[0], 200, "and lives")
                store_faults.heal()
                collector.wait_ready()
        self.assertTrue(load.is_running and collector.is_running)
        load.kill()
        load.drain(120)
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promises_of(load.log())})


if __name__ == "__main__":
    unittest.main()
