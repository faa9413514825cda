#!/usr/bin/python3
"""`make demo`: test cameras, an agent and a collector on this machine, until Ctrl-C.

Cameras are, in this order: CAMERA=rtsp://… (your own; several separated by blanks), the real clips of ../shared/data/video (not with
SCENES=1), or scenes that our generator draws. Everything the demo writes is below .demo/, which may be deleted at any time.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEMO = ROOT / ".demo"
BUILD = ROOT / ".build" / "release"
CLIPS = ROOT.parent / "shared" / "data" / "video"
SITES = ROOT / "Calibration" / "Sites" / "demo"
WEB_PORT = int(os.environ.get("PORT", "8080"))
RTSP_PORT = int(os.environ.get("RTSP_PORT", "8554"))


class DemoError(Exception):
    """Something the person at the keyboard can mend."""


def say(text):
    print(f"demo: {text}", flush=True)


def check_port(port, variable):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise DemoError(f"port {port} is in use; stop what uses it, or choose another: make demo {variable}={port + 1000}")


def build():
    say("building the agent and the collector (a few minutes the first time) …")
    started = time.monotonic()
    for product in ("edge-agent", "collector"):
        subprocess.run(["swift", "build", "-c", "release", "--product", product], cwd=ROOT, check=True)
    say(f"built in {time.monotonic() - started:.0f} s")


def own_cameras(addresses):
    """The person's own cameras, each with one counting line across the picture until somebody draws better ones."""
    cameras = []
    for number, address in enumerate(addresses, 1):
        name = f"camera-{number:02d}"
        say(f"asking {name} what it sends …")
        answer = subprocess.run([BUILD / "edge-agent", "probe", address], capture_output=True, text=True)
        if answer.returncode != 0:
            raise DemoError(f"{name} gives no picture: {answer.stderr.strip()}")
        size = json.loads(answer.stdout)
        y = round(size["height"] * 0.6)
        site = {"schema": 1, "camera": name, "frame": {"width": size["width"], "height": size["height"]},
                "lines": [{"id": "giua-hinh", "kind": "counting", "from": [0, y], "to": [size["width"], y]}]}
        cameras.append({"id": name, "url": address, "site": site})
    return cameras


def served_cameras(children):
    """Clips or scenes, served as RTSP cameras by a process of ours."""
    files = ([] if os.environ.get("SCENES") else clip_files()) or scene_files()
    check_port(RTSP_PORT, "RTSP_PORT")
    command = ["/usr/bin/python3", ROOT / "Tests/TestCameras/rtsp_server.py", "--port", str(RTSP_PORT)]
    children.start("cameras", command + [f"{site['camera']}={video}" for video, site in files], wait_for="ready ", times=len(files))
    return [{"id": site["camera"], "url": f"rtsp://127.0.0.1:{RTSP_PORT}/{site['camera']}", "site": site} for _, site in files]


def clip_files():
    """Real clips, where they are at hand, with the site files that belong to them."""
    pairs = []
    for path in sorted(SITES.glob("*.json")):
        site = json.loads(path.read_text())
        clip = CLIPS / DEMO_CLIPS.get(site["camera"], "")
        if clip.is_file():
            pairs.append((clip, site))
    return pairs


DEMO_CLIPS = {"cao-toc": "d11_detrac_expressway.mp4", "giang-vo": "d03_hanoi_giangvo_stopline.mp4",
              "hai-phong": "d04_vn_haiphong_signal_plates.mp4", "san-toi": "d14_dark_yard_1080p.mp4"}


def scene_files():
    folder = DEMO / "scenes"
    if not list(folder.glob("*.site.json")):
        say("drawing scenes (under a minute) …")
        subprocess.run(["/usr/bin/python3", ROOT / "Tests/Scenes/generate.py", "--demo", folder], check=True)
    return [(path.with_name(path.name.replace(".site.json", ".mp4")), json.loads(path.read_text()))
            for path in sorted(folder.glob("*.site.json"))]


class Children:
    """The processes of the demo: started in order, begun again when somebody ends one, stopped in reverse."""

    def __init__(self):
        self.running = {}
        self.commands = {}
        self.restarts = []

    def start(self, name, command, wait_for=None, times=1, seconds=60):
        self.commands[name] = [str(word) for word in command]
        (DEMO / f"{name}.log").write_text("")
        self.launch(name)
        deadline = time.monotonic() + seconds
        while wait_for and self.log(name).count(wait_for) < times:
            if self.running[name].poll() is not None:
                raise DemoError(f"{name} ended by itself; the end of .demo/{name}.log:\n{self.tail(name)}")
            if time.monotonic() > deadline:
                raise DemoError(f"{name} did not come up within {seconds} s; see .demo/{name}.log")
            time.sleep(0.2)

    def launch(self, name):
        with open(DEMO / f"{name}.log", "a") as log:
            self.running[name] = subprocess.Popen(self.commands[name], stdout=log, stderr=subprocess.STDOUT,
                                                  stdin=subprocess.DEVNULL, start_new_session=True)

    def mend(self):
        """Begins a process again that ended; gives up on one that ends time after time."""
        for name, process in self.running.items():
            if process.poll() is None:
                continue
            now = time.monotonic()
            self.restarts = [moment for moment in self.restarts if now - moment < 60] + [now]
            if len(self.restarts) > 5:
                raise DemoError(f"{name} ends again and again (exit {process.returncode}); .demo/{name}.log:\n{self.tail(name)}")
            say(f"{name} ended (exit {process.returncode}); starting it again")
            self.launch(name)

    def log(self, name):
        return (DEMO / f"{name}.log").read_text(errors="replace")

    def tail(self, name):
        return "\n".join(self.log(name).splitlines()[-8:])

    def stop(self):
        for process in reversed(self.running.values()):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def start_collector(children):
    """Starts the collector; answers "LOGIN PASSWORD" as long as nobody has chosen a password, else None."""
    check_port(WEB_PORT, "PORT")
    children.start("collector", [BUILD / "collector", "serve", "--data", DEMO / "collector", "--host", "127.0.0.1", "--port",
                                 str(WEB_PORT), "--print-login"], wait_for="listening", seconds=30)
    lines = (DEMO / "collector.log").read_text().splitlines()
    return next((line.removeprefix("first-login ") for line in lines if line.startswith("first-login ")), None)


def start_agent(children, cameras):
    folder = DEMO / "agent"
    folder.mkdir(exist_ok=True)
    lines = ["agent:", "  name: demo", "  data: data", "recording:", "  folder: recordings", "  limit: 2 GB", "  reserve: 2 GB", "cameras:"]
    for camera in cameras:
        (folder / f"{camera['id']}.json").write_text(json.dumps(camera["site"], indent=1))
        lines += [f"  - id: {camera['id']}", f"    url: {json.dumps(camera['url'])}", f"    site-file: {camera['id']}.json"]
    config = folder / "agent.yaml"
    config.touch(mode=0o600)
    config.write_text("\n".join(lines) + "\n")
    if not (folder / "data" / "agent.key.collector.json").exists():
        code = subprocess.run([BUILD / "collector", "enroll-code", "--data", DEMO / "collector", "--site", "demo"], check=True,
                              capture_output=True, text=True).stdout.strip().splitlines()[0]
        subprocess.run([BUILD / "edge-agent", "enroll", "--config", config, f"http://127.0.0.1:{WEB_PORT}", code], check=True)
    children.start("agent", [BUILD / "edge-agent", "run", "--config", config])


def main():
    DEMO.mkdir(exist_ok=True)
    children = Children()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(0))
    try:
        build()
        if os.environ.get("FRESH"):
            for name in ("collector", "agent"):
                shutil.rmtree(DEMO / name, ignore_errors=True)
        addresses = os.environ.get("CAMERA", "").split()
        cameras = own_cameras(addresses) if addresses else served_cameras(children)
        login = start_collector(children)
        start_agent(children, cameras)
        say(f"open  http://127.0.0.1:{WEB_PORT}/")
        if login:
            name, password = login.split()
            say(f"log in as  {name}  with the one-time password  {password}")
        else:
            say("log in with the password you chose (make demo FRESH=1 begins anew)")
        say("Ctrl-C stops everything.")
        while True:
            children.mend()
            time.sleep(1)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave half of them running
        say("stopping …")
    except (DemoError, subprocess.CalledProcessError) as problem:
        say(str(problem))
        sys.exit(69)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        children.stop()


if __name__ == "__main__":
    main()
