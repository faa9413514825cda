#!/usr/bin/python3
"""`make bench-cameras`: what a running agent costs for each camera, beside ffmpeg that only decodes the same streams.

Each mix is served by the test RTSP server as 1080p25 streams of 4 Mbit/s. First `ffmpeg -threads 1 -i rtsp://… -f null -` decodes all of
them, then the agent receives, decodes, looks for motion, tracks and records them; the CPU of each is taken over SECONDS (180 by default)
after a warm-up, from /proc. In the mix "sub" each camera has a small stream beside (640x360, 10 a second), which the agent analyses; Debian's
`motion`, where it is installed, does the same beside it. One JSON line a mix, then a table. CAMERAS=10, MIXES="busy mixed quiet h265 sub"
choose others.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / ".bench"
CLIPS = ROOT.parent / "shared" / "data" / "video"
os.environ.setdefault("NGATU_BUILD", "release")
sys.path.insert(0, str(ROOT / "Tests" / "EndToEndTests"))
from harness import Agent, Cameras, Collector, Place, Process  # noqa: E402
from judge import Store, fields  # noqa: E402

CAMERAS = int(os.environ.get("CAMERAS", "10"))
SECONDS = float(os.environ.get("SECONDS", "180"))
WARM_UP = 20
TICKS = os.sysconf("SC_CLK_TCK")
# Name: (busy cameras, quiet cameras, coding, most that the agent may cost of what ffmpeg costs; None: no such bar).
MIXES = {
    "busy": (CAMERAS, 0, "h264", 1.0),
    "mixed": (max(1, CAMERAS // 5), CAMERAS - max(1, CAMERAS // 5), "h264", 0.30),
    "quiet": (0, 1, "h264", None),
    "h265": (CAMERAS, 0, "h265", 0.9),
    "sub": (CAMERAS, 0, "h264", 0.20),
}
CODINGS = {
    "h264": ("1920:1080", 25, ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-level", "4.1", "-b:v", "4M", "-maxrate", "4M",
                               "-bufsize", "8M", "-x264-params", "keyint=50:min-keyint=50:scenecut=0:bframes=0:ref=2:nal-hrd=vbr:repeat-headers=1"]),
    "h265": ("1920:1080", 25, ["-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-b:v", "4M", "-maxrate", "4M", "-bufsize", "8M",
                               "-x265-params", "log-level=error:keyint=50:min-keyint=50:scenecut=0:bframes=0:open-gop=0:repeat-headers=1:pools=1:frame-threads=1"]),
    "sub": ("640:360", 10, ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-b:v", "512k", "-maxrate", "512k", "-bufsize", "1M",
                            "-x264-params", "keyint=20:min-keyint=20:scenecut=0:bframes=0:repeat-headers=1"]),
}


def source(kind):
    """A busy road: a real clip where it is at hand, else a scene of ours. A quiet camera: a street of ours on which nothing passes
    (its first pedestrian comes after 16 s)."""
    clip = CLIPS / "d11_detrac_expressway.mp4"
    if kind == "busy" and clip.is_file():
        return clip
    scene = WORK / "scenes" / f"{kind}.mp4"
    if not scene.is_file():
        scene.parent.mkdir(parents=True, exist_ok=True)
        scope = ["--seconds", "16", "--vehicles", "0"] if kind == "quiet" else ["--seconds", "40"]
        subprocess.run(["/usr/bin/python3", ROOT / "Tests/Scenes/generate.py", "--scene", "road-day", *scope, "--size", "1280x720",
                        "--out", scene.parent, "--name", kind], check=True, stdout=subprocess.DEVNULL)
    return scene


def stream(kind, coding):
    """60 s as a usual camera sends it."""
    path = WORK / f"{kind}.{coding}.mp4"
    if not path.is_file():
        WORK.mkdir(exist_ok=True)
        size, rate, encoder = CODINGS[coding]
        picture = f"fps={rate},scale={size}:force_original_aspect_ratio=increase:flags=bicubic,crop={size},format=yuv420p"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", source(kind), "-t", "60", "-an", "-vf", picture,
                        "-threads", "1", *encoder, path], check=True)
    return path


def cpu_seconds(process):
    """User and system time of all threads of a process, so far."""
    fields = pathlib.Path(f"/proc/{process.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cost(processes):
    """CPU seconds a second of all processes over the window."""
    time.sleep(WARM_UP)
    begin, before = time.monotonic(), sum(map(cpu_seconds, processes))
    time.sleep(SECONDS)
    return (sum(map(cpu_seconds, processes)) - before) / (time.monotonic() - begin)


def decode_with_ffmpeg(place, urls):
    players = [Process(place, f"ffmpeg{number}", ["ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-threads", "1", "-i", url,
                                                  "-f", "null", "-"]).start() for number, url in enumerate(urls)]
    spent = cost(players)
    alive = sum(player.is_running for player in players)
    for player in players:
        player.kill()
    if alive != len(players):
        raise RuntimeError(f"{len(players) - alive} of {len(players)} ffmpeg processes ended")
    return spent


def run_agent(place, cameras, names, has_substreams):
    collector = Collector(place).start().wait_ready()
    watched = [(name, cameras.url(name), None) for name in names]
    settings = {name: {"analysis-url": cameras.url(name + "sub")} for name in names} if has_substreams else {}
    agent = Agent(place, watched, settings_by_camera=settings,
                  recording={"folder": "recordings", "reserve": "1 GB"}).enroll(collector).start()
    spent = cost([agent])
    memory = agent.resident_bytes()
    recorded = sum(path.stat().st_size for path in agent.folder.rglob("*.mp4"))
    frames = health(collector)
    agent.kill()
    return spent, memory, recorded, frames


def run_motion(place, cameras, names):
    """What Debian's `motion` takes for the same: it watches the small streams and records the large ones as they come."""
    if not shutil.which("motion"):
        return None
    folder = place.folder / "motion"
    folder.mkdir()
    lines = ["daemon off", "webcontrol_port 0", "stream_port 0", f"log_file {folder}/motion.log", "log_level 5"]
    for number, name in enumerate(names, 1):
        camera = folder / f"camera{number}.conf"
        settings = {"camera_id": number, "netcam_url": cameras.url(name + "sub"), "netcam_high_url": cameras.url(name), "width": 640, "height": 360,
                    "framerate": 10, "movie_output": "on", "movie_passthrough": "on", "emulate_motion": "on", "movie_max_time": 120,
                    "picture_output": "off", "target_dir": folder}
        camera.write_text("\n".join(f"{key} {value}" for key, value in settings.items()) + "\n")
        lines.append(f"camera {camera}")
    (folder / "motion.conf").write_text("\n".join(lines) + "\n")
    motion = Process(place, "motion", ["motion", "-n", "-c", folder / "motion.conf"]).start()
    spent = cost([motion])
    recorded = sum(path.stat().st_size for path in folder.glob("*.m*"))
    if not motion.is_running or recorded < 1_000_000 * len(names):
        print(f"motion recorded {recorded} bytes: its figure is left out", file=sys.stderr)
        spent = None
    motion.kill()
    return spent


def health(collector):
    """Frames received, decoded, analysed and dropped by all cameras, by their newest health records."""
    names = {3: "received", 4: "decoded", 5: "analysed", 6: "dropped", 7: "errors"}
    totals = dict.fromkeys(names.values(), 0)
    for body, in Store(collector.data).query("SELECT healthBody FROM camera WHERE healthBody IS NOT NULL"):
        values = fields(body)
        for number, name in names.items():
            totals[name] += sum(values[number])
    return totals


def bench(mix):
    busy, quiet, coding, bar = MIXES[mix]
    names = [f"busy{number}" for number in range(busy)] + [f"quiet{number}" for number in range(quiet)]
    place = Place()
    try:
        kinds = {name: re.sub(r"\d", "", name) for name in names}
        mounts = [(name, stream(kinds[name], coding)) for name in names]
        has_substreams = mix == "sub"
        mounts += [(name + "sub", stream(kinds[name], "sub")) for name in names] if has_substreams else []
        cameras = Cameras(place, mounts).start()
        floor = decode_with_ffmpeg(place, [cameras.url(name) for name in names])
        spent, memory, recorded, frames = run_agent(place, cameras, names, has_substreams)
        motion = run_motion(place, cameras, names) if has_substreams else None
    except Exception:
        place.show_logs()
        raise
    finally:
        place.close()
    line = {"mix": mix, "cameras": len(names), "ratio": round(spent / floor, 3), "bar": bar, "agentCoresEach": round(spent / len(names), 4),
            "ffmpegCoresEach": round(floor / len(names), 4), "memoryMBEach": round(memory / 1e6 / len(names), 1),
            "motionCoresEach": motion and round(motion / len(names), 4), "recordedMbitsEach": round(recorded * 8 / 1e6 / (SECONDS + WARM_UP) / len(names), 2), "frames": frames}
    print(json.dumps(line), flush=True)
    return line


def main():
    lines = [bench(mix) for mix in os.environ.get("MIXES", " ".join(MIXES)).split()]
    print(f"\n{'mix':8}{'cameras':>8}{'ratio':>8}{'bar':>7}{'core each':>11}{'ffmpeg':>9}{'MB each':>9}{'dropped':>9}")
    for line in lines:
        print(f"{line['mix']:8}{line['cameras']:8}{line['ratio']:8.3f}{line['bar'] or '–':>7}{line['agentCoresEach']:11.4f}"
              f"{line['ffmpegCoresEach']:9.4f}{line['memoryMBEach']:9.1f}{line['frames']['dropped']:9}")


if __name__ == "__main__":
    main()
