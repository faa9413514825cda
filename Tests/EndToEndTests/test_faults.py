"""The fault library itself: SQLite's own calls go through it, and the clock it shows is the one that was set."""
import errno
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from faults import Faults

INSERT = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None)
base.execute("PRAGMA journal_mode=WAL"); base.execute("PRAGMA synchronous=FULL")
base.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, body BLOB)")
done = 0
for n in range(200):
    try:
        base.execute("INSERT INTO t (body) VALUES (zeroblob(3000))")
        done += 1
    except sqlite3.OperationalError as error:
        print("refused", error)
print("done", done)
"""
CLOCK = "import time, threading; print(time.time()); start = time.monotonic(); threading.Event().wait(0.2); print(time.monotonic() - start)"


class FaultLibraryTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.faults = Faults(self.folder / "control", self.folder / "data")

    def run_python(self, program, *arguments):
        return subprocess.run([sys.executable, "-c", program, *map(str, arguments)], env=self.faults.environment_merged(), text=True,
                              capture_output=True, timeout=30, check=True).stdout.split("\n")

    def insert(self):
        return self.run_python(INSERT, self.folder / "data" / "base.sqlite")

    def test_sqlite_writes_and_syncs_through_it(self):
        lines = self.insert()
        self.assertEqual(lines[-2], "done 200")
        self.assertGreater(self.faults.calls, 400, "each commit writes and syncs the log")

    def test_a_chosen_call_fails_once_and_sqlite_says_so(self):
        for error, text in ((errno.ENOSPC, "database or disk is full"), (errno.EIO, "disk I/O error")):
            with self.subTest(error=errno.errorcode[error]):
                self.faults.reset()
                self.faults.fail_calls(101, error=error)
                lines = self.insert()
                self.assertEqual(self.faults.failed, 1)
                self.assertEqual(lines[0], f"refused {text}")
                self.assertEqual(lines[-2], "done 199")

    def test_other_folders_are_left_alone(self):
        self.faults.break_disk()
        self.assertEqual(self.run_python(INSERT, self.folder / "elsewhere.sqlite")[-2], "done 200")
        self.assertEqual(self.faults.failed, 0)

    def test_the_clock_jumps_and_waits_keep_their_length(self):
        for days in (-1, 1):
            with self.subTest(days=days):
                self.faults.set_clock(days * 86400)
                shown, waited = self.run_python(CLOCK)[:2]
                self.assertAlmostEqual(float(shown), time.time() + days * 86400, delta=20)
                self.assertAlmostEqual(float(waited), 0.2, delta=0.15)


if __name__ == "__main__":
    unittest.main()
