"""Disk and clock faults for one process, through libfault.c (LD_PRELOAD), steered while the process runs."""
import ctypes
import errno
import functools
import mmap
import os
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
OPEN, WRITE, SYNC, TRUNCATE, RENAME, ALLOCATE = 1, 2, 4, 8, 16, 32
EVERY_WRITE = OPEN | WRITE | SYNC | TRUNCATE | RENAME | ALLOCATE
FOR_EVER = 2**63


@functools.cache
def library():
    """Compiles libfault.c once a run; the file lives as long as the run."""
    folder = tempfile.TemporaryDirectory(prefix="ngatu-fault-")
    target = pathlib.Path(folder.name, "libfault.so")
    subprocess.run(["cc", "-O1", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror", "-o", target, HERE / "libfault.c", "-ldl",
                    "-lpthread"], check=True)
    library.folder = folder  # keeps it
    return target


class _Control(ctypes.Structure):
    """struct Control of libfault.c."""
    _fields_ = [("calls", ctypes.c_uint64), ("first", ctypes.c_uint64), ("end", ctypes.c_uint64), ("failed", ctypes.c_uint64),
                ("operations", ctypes.c_uint32), ("error", ctypes.c_int32), ("clock_offset", ctypes.c_int64),
                ("is_torn", ctypes.c_uint32)]


class Faults:
    """The faults of the processes that run with `environment`."""

    def __init__(self, control_file, folder):
        self.path, self.folder = pathlib.Path(control_file), pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.path, "wb") as file:
            file.truncate(4096)
        with open(self.path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 4096)
        self._control = _Control.from_buffer(self._memory)
        self._control.operations = EVERY_WRITE

    @property
    def environment(self):
        return {"LD_PRELOAD": str(library()), "FAULT_CONTROL": str(self.path), "FAULT_FOLDER": str(self.folder)}

    @property
    def calls(self):
        """Watched calls so far."""
        return self._control.calls

    @property
    def failed(self):
        return self._control.failed

    def watch(self, operations):
        """Which kinds of calls count, and fail when their time comes."""
        self._control.operations = operations

    def fail_calls(self, first, count=1, error=errno.ENOSPC, is_torn=False):
        """The calls with these numbers (from 1, see `calls`) fail."""
        self._control.error, self._control.is_torn = error, is_torn
        self._control.first, self._control.end = first, first + count

    def break_disk(self, error=errno.ENOSPC):
        """From now on every watched call fails, until `heal`."""
        self.fail_calls(1, FOR_EVER, error)

    def heal(self):
        self._control.end = 0

    def reset(self):
        """Heals and counts from zero again, for a new process."""
        self.heal()
        self._control.calls = self._control.failed = 0

    def set_clock(self, offset_seconds):
        """The wall clock of the processes is the true one plus this."""
        self._control.clock_offset = round(offset_seconds * 1_000_000)

    def environment_merged(self):
        return {**os.environ, **self.environment}
