"""The fault tests again and again with new seeds for SOAK_MINUTES, after one backlog of a gigabyte."""
import os
import time
import unittest

os.environ.setdefault("NGATU_BUILD", "release")  # what `make soak` builds; read by the modules below

import test_backlog
import test_cameras
import test_clock
import test_disk_faults
import test_kill
import test_proxy_faults
import test_shutdown
import test_spools
from harness import SEED, EndToEndTest

SCENARIOS = (test_kill.KillTests, test_proxy_faults.ProxyFaultTests, test_disk_faults.DiskFaultTests, test_clock.ClockTests,
             test_cameras.CameraFaultTests, test_spools.DamagedSpoolTests, test_spools.TwoAgentsTests, test_shutdown.ShutdownTests)
BACKLOG_MEGABYTES = 1_000


class SoakTests(unittest.TestCase):
    def test_1_a_gigabyte_waits_and_is_shipped(self):
        test_backlog.BACKLOG_MEGABYTES = BACKLOG_MEGABYTES
        self.run_scenario(test_backlog.BacklogTests("test_memory_does_not_grow_with_the_backlog"))

    def test_2_faults_until_the_time_is_over(self):
        end = time.monotonic() + 60 * float(os.environ.get("SOAK_MINUTES", "60"))
        rounds = 0
        while time.monotonic() < end:
            EndToEndTest.seed = SEED + rounds
            for case in SCENARIOS:
                for test in unittest.defaultTestLoader.loadTestsFromTestCase(case):
                    if time.monotonic() < end:
                        self.run_scenario(test)
            rounds += 1
        print(f"{rounds} rounds from SEED={SEED}")

    def run_scenario(self, test):
        result = unittest.TestResult()
        test.run(result)
        for _, text in result.failures + result.errors:
            self.fail(f"with SEED={EndToEndTest.seed}:\n{text}")


if __name__ == "__main__":
    unittest.main()
