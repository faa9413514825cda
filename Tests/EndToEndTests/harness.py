"""Runs the real programs for whole-process tests: collector, agents, cameras, load; waits on conditions, shows logs on failure.

Binaries come from .build/debug; NGATU_BUILD=release, or a folder, chooses others. SEED=N repeats a run.
"""
import ctypes
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
_build = os.environ.get("NGATU_BUILD", "debug")
BUILD = pathlib.Path(_build) if "/" in _build else ROOT / ".build" / _build
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
TAIL_LINES = 25
_libc = ctypes.CDLL(None)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds, what, every=0.05):
    """Waits until `condition()` answers something true, and answers that; fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(every)


def http_get(url, seconds=5):
    """(status, body); (0, b"") when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return 0, b""


def _die_with_parent():
    _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no orphan survives an interrupted run


class Process:
    """One program that a test may kill and start again; its output of all runs goes to one log."""

    def __init__(self, place, name, command, environment=None):
        self.place, self.name, self.argv = place, name, [str(word) for word in command]
        self.environment = dict(environment or {})
        self.log_path = place.folder / f"{name}.log"
        self.log_path.touch()
        self.child = None
        self.peak_bytes = 0
        place.processes.append(self)

    def start(self):
        with open(self.log_path, "ab") as log:
            self.child = subprocess.Popen(self.argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                                          env={**os.environ, **self.environment}, preexec_fn=_die_with_parent)
        return self

    @property
    def is_running(self):
        return self.child is not None and self.child.poll() is None

    def kill(self):
        """kill -9."""
        if self.is_running:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()

    def stop(self, seconds=20):
        """Asks it to end, as a service manager does; answers the exit status."""
        if self.is_running:
            self.child.terminate()
        return self.wait(seconds)

    def wait(self, seconds):
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {seconds} s") from None

    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait_for_log(self, text, seconds=20, after=0):
        """Waits for a text in the log behind position `after`; answers the position behind it."""
        def found():
            if not self.is_running and text not in self.log()[after:]:
                raise AssertionError(f"{self.name} ended (exit {self.child and self.child.returncode}) without '{text}'")
            at = self.log().find(text, after)
            return at + len(text) if at >= 0 else None
        return wait_until(found, seconds, f"'{text}' in the log of {self.name}")

    def resident_bytes(self):
        """Memory in use now; 0 when it does not run. The greatest answer is kept in `peak_bytes`."""
        try:
            with open(f"/proc/{self.child.pid}/status") as status:
                fields = dict(line.split(":", 1) for line in status)
            resident = int(fields["VmRSS"].split()[0]) * 1024
        except (OSError, KeyError, AttributeError):
            return 0
        self.peak_bytes = max(self.peak_bytes, resident)
        return resident


class Place:
    """The folder and the processes of one test."""

    def __init__(self, seed=SEED):
        self.seed = seed
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ngatu-e2e-"))
        self.processes = []
        self.closers = []

    def close(self):
        for process in reversed(self.processes):
            process.kill()
        for close in reversed(self.closers):
            close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def show_logs(self):
        for process in self.processes:
            state = "running" if process.is_running else f"exit {process.child.returncode}" if process.child else "never started"
            print(f"\n---- {process.name} ({state}), end of its log:", file=sys.stderr)
            print("\n".join(process.log().splitlines()[-TAIL_LINES:]), file=sys.stderr)
        if os.environ.get("KEEP"):
            kept = shutil.copytree(self.folder, tempfile.mkdtemp(prefix="ngatu-kept-"), dirs_exist_ok=True)
            print(f"---- everything is kept in {kept}", file=sys.stderr)


class EndToEndTest(unittest.TestCase):
    """A test with a place of its own; on failure the ends of all logs are shown. KEEP=1 keeps the folder too."""

    seed = SEED

    def run(self, result=None):
        self.place = Place(self.seed)
        self.random = random.Random(f"{self.seed} {type(self).__name__}.{self._testMethodName}")
        before = len(result.failures) + len(result.errors)
        try:
            super().run(result)
            if len(result.failures) + len(result.errors) > before:
                print(f"\n==== {self.id()} failed with SEED={self.seed}", file=sys.stderr)
                self.place.show_logs()
        finally:
            self.place.close()

    def setUp(self):
        if not (BUILD / "collector").exists():
            self.fail(f"there is no {BUILD}/collector: build first")
        print(f"SEED={self.seed} ", end="", flush=True, file=sys.stderr)


class Collector(Process):
    """`collector serve` on a port that stays the same over restarts."""

    def __init__(self, place, name="collector", environment=None, arguments=()):
        self.data = place.folder / name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(place, name, [BUILD / "collector", "serve", "--data", self.data, "--host", "127.0.0.1", "--port", self.port,
                                       *arguments], environment)

    def start(self):
        super().start()
        return self

    def is_ready(self):
        return http_get(self.url + "/readyz", 2)[0] == 200

    def wait_ready(self, seconds=30):
        def ready():
            if not self.is_running:
                raise AssertionError(f"the collector ended by itself (exit {self.child.returncode})")
            return self.is_ready()
        wait_until(ready, seconds, "the collector is ready")
        return self

    def command(self, *words, status=0):
        """Runs another `collector` command on the data; answers its standard output."""
        done = subprocess.run([BUILD / "collector", *map(str, words), "--data", self.data], capture_output=True, text=True, timeout=120)
        if status is not None and done.returncode != status:
            raise AssertionError(f"collector {words[0]}: exit {done.returncode}: {done.stdout} {done.stderr}")
        return done.stdout

    def enrolment_code(self, site="test"):
        return self.command("enroll-code", "--site", site).strip().splitlines()[0]

    def fsck(self, status=0):
        return json.loads(self.command("fsck", "--json", status=status))


class Agent(Process):
    """`edge-agent run` with a configuration file; `cameras` are (id, url, site as a dictionary or None) triples."""

    def __init__(self, place, cameras, name="agent", environment=None, settings=None, camera_settings=None, recording=None,
                 settings_by_camera=None, sections=None):
        self.folder = place.folder / name
        self.folder.mkdir(parents=True)
        self.config = self.folder / "agent.yaml"
        self.data = self.folder / "data"
        sections = {**({"recording": recording} if recording else {}), **(sections or {})}
        self.write_config(name, cameras, settings or {}, camera_settings or {}, sections, settings_by_camera or {})
        super().__init__(place, name, [BUILD / "edge-agent", "run", "--config", self.config], environment)

    def write_config(self, name, cameras, settings, camera_settings, sections, settings_by_camera):
        lines = ["agent:", f"  name: {name}", "  data: data"] + [f"  {key}: {value}" for key, value in settings.items()]
        for section, values in sections.items():
            lines += [f"{section}:"] + [f"  {key}: {value}" for key, value in values.items()]
        lines.append("cameras:")
        for camera, url, site in cameras:
            own = {"url": f"'{url}'", **camera_settings, **settings_by_camera.get(camera, {})}
            lines += [f"  - id: {camera}"] + [f"    {key}: {value}" for key, value in own.items()]
            if site is not None:
                (self.folder / f"{camera}.json").write_text(json.dumps(site))
                lines.append(f"    site-file: {camera}.json")
        self.config.touch(mode=0o600)
        self.config.write_text("\n".join(lines) + "\n")

    def enroll(self, collector, url=None, site="test"):
        """Makes the agent known; `url` is where it will ship to, if not to the collector itself (a proxy)."""
        done = subprocess.run([BUILD / "edge-agent", "enroll", "--config", self.config, url or collector.url,
                               collector.enrolment_code(site)], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"enrolment failed (exit {done.returncode}): {done.stdout} {done.stderr}")
        return self


class Cameras(Process):
    """The RTSP test server; `mounts` are (name, file) pairs."""

    def __init__(self, place, mounts, name="cameras", arguments=()):
        self.mounts = [mount for mount, _ in mounts]
        self.port, self.control_port = free_port(), free_port()
        super().__init__(place, name, ["/usr/bin/python3", ROOT / "Tests/TestCameras/rtsp_server.py", "--port", self.port,
                                       "--control-port", self.control_port, "--seed", place.seed, *arguments,
                                       *(f"{mount}={file}" for mount, file in mounts)])

    def start(self):
        after = len(self.log())
        super().start()
        for mount in self.mounts:
            self.wait_for_log(f"/{mount}\n", 60, after)
        return self

    def url(self, mount, login=""):
        return f"rtsp://{login}127.0.0.1:{self.port}/{mount}"

    def command(self, line):
        request = urllib.request.Request(f"http://127.0.0.1:{self.control_port}/", line.encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


class Load(Process):
    """`OutboxLoad`: numbered records in the outbox of an enrolled agent; what it stored durably is in its log."""

    def __init__(self, place, agent, name="load", environment=None):
        self.agent = agent
        self.runs = 0
        super().__init__(place, name, [], environment)

    def start(self, records=0, **options):
        """Options are those of the tool: rate=…, pictures_every=…, is_offline=True. Numbers never come again in another run."""
        self.runs += 1
        words = []
        for option, value in {"records": records, "first_number": self.runs * 100_000_000 + 1, **options}.items():
            words += [f"--{option.replace('_', '-')}"] + ([] if value is True else [str(value)])
        self.argv = [str(BUILD / "OutboxLoad"), "--data", str(self.agent.data), *words]
        return super().start()

    def run_to_end(self, seconds, records=0, **options):
        """Starts it and waits until it ends by itself."""
        self.start(records, **options)
        status = self.wait(seconds)
        if status != 0:
            raise AssertionError(f"{self.name} ended with exit {status}")

    def drain(self, seconds=60):
        """Ships what waits in the spool, to the last byte."""
        self.run_to_end(seconds, until_empty=True)

    def newest_status(self):
        """The newest status line as a dictionary of texts."""
        lines = [line for line in self.log().splitlines() if line.startswith("status ")]
        return dict(re.findall(r"(\w+)=(\d+)", lines[-1])) if lines else {}


def enrolled_load(place, collector, name="load", url=None, environment=None):
    """An agent without cameras, known to the collector, whose outbox a `Load` fills."""
    nowhere = [("load", "rtsp://127.0.0.1:9/never-opened", None)]  # a configuration names a camera; the load does not run it
    agent = Agent(place, nowhere, name=name + "-agent").enroll(collector, url)
    return Load(place, agent, name, environment)
