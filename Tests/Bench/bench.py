#!/usr/bin/python3
"""`make bench`: speed and memory of the release build, as JSON lines and, at the end, a table against the bars.

CPU is user + system time of whole processes, as the kernel counts it; the decode figure is a ratio to `ffmpeg` on the same clip in
the same run, taken in turns. Choose some with ONLY="decode memory"; the names are those of the functions `bench_*`.
"""
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / ".build" / "release"
WORK = ROOT / ".bench"
CLIPS = ROOT.parent / "shared" / "data" / "video"
os.environ["NGATU_BUILD"] = "release"
sys.path.insert(0, str(ROOT / "Tests" / "EndToEndTests"))
from harness import Agent, Cameras, Collector, Place  # noqa: E402

RESULTS = []


def report(name, value, unit, bar, holds, **details):
    RESULTS.append({"name": name, "value": round(value, 4), "unit": unit, "bar": bar, "holds": holds, **details})
    print(json.dumps(RESULTS[-1]), flush=True)


def cpu_of(command, **options):
    """Runs a command; its CPU seconds (with its children's) and its standard output."""
    before = os.times()
    done = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, **options)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system, done.stdout


def source_clip():
    """A busy road: a real clip where it is at hand, else a scene of ours."""
    clip = CLIPS / "d11_detrac_expressway.mp4"
    if clip.is_file():
        return clip
    scene = WORK / "scenes" / "busy.mp4"
    if not scene.is_file():
        scene.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["/usr/bin/python3", ROOT / "Tests/Scenes/generate.py", "--scene", "road-day", "--seconds", "40", "--size",
                        "1280x720", "--out", scene.parent, "--name", "busy"], check=True, stdout=subprocess.DEVNULL)
    return scene


def load_clip():
    """1080p25 H.264, 4 Mbit/s, GOP 50, no B-frames, 40 s: what a usual camera sends."""
    path = WORK / "load.mp4"
    if not path.is_file():
        picture = "fps=25,scale=1920:1080:force_original_aspect_ratio=increase:flags=bicubic,crop=1920:1080,format=yuv420p"
        coding = "keyint=50:min-keyint=50:scenecut=0:bframes=0:ref=2:nal-hrd=vbr:repeat-headers=1"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", source_clip(), "-t", "40", "-an", "-vf", picture,
                        "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-level", "4.1", "-b:v", "4M", "-maxrate",
                        "4M", "-bufsize", "8M", "-x264-params", coding, path], check=True)
    return path


def bench_decode():
    """Decode + motion + tracking, every frame, against ffmpeg that only decodes."""
    clip = load_clip()
    ratios, ours, floor = [], [], []
    for _ in range(5):
        mine, _ = cpu_of([BUILD / "edge-agent", "analyze", "--input", clip])
        theirs, _ = cpu_of(["ffmpeg", "-v", "error", "-threads", "1", "-i", clip, "-f", "null", "-"])
        ratios.append(mine / theirs)
        ours.append(mine)
        floor.append(theirs)
    ratio = statistics.median(ratios)
    report("decode+motion+tracking, CPU against ffmpeg", ratio, "×", "≤ 1.15", ratio <= 1.15, ours=statistics.median(ours),
           ffmpeg=statistics.median(floor), ratios=[round(value, 3) for value in ratios])


def bench_motion():
    raw = WORK / "load.gray"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", load_clip(), "-t", "16", "-pix_fmt", "gray", "-f", "rawvideo", raw], check=True)
    runs = [json.loads(cpu_of([BUILD / "Bench", "motion", raw])[1]) for _ in range(3)]
    raw.unlink()
    best = statistics.median(run["meanMilliseconds"] for run in runs)
    report("motion step at 1080p", best, "ms CPU a frame", "≤ 0.15", best <= 0.15, runs=[run["meanMilliseconds"] for run in runs],
           detectionsPerFrame=runs[0]["detectionsPerFrame"])


def bench_wire():
    size = json.loads(cpu_of([BUILD / "Bench", "wire"])[1])["bytesPerPassage"]
    report("batch of 500 passages on the wire", size, "bytes a passage", "≤ 60", size <= 60)


def process_cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def a_place():
    place = Place()
    try:
        yield place
    finally:
        place.close()


def bench_intake():
    """The whole way in: HTTP, signature, dedup, index, roll-ups, fsync. CPU of the collector's process alone."""
    with a_place() as place:
        collector = Collector(place).start().wait_ready()
        before = process_cpu(collector.child.pid)
        fast = intake(collector, place, "fast", "--batches", "400")
        rate = fast["records"] / (process_cpu(collector.child.pid) - before)
        report("collector intake", rate, "records a CPU-second", "≥ 30,000", rate >= 30_000,
               recordsPerSecond=fast["records"] / fast["seconds"])
        paced = intake(collector, place, "paced", "--batches", "120", "--rate", "2000")
        report("acknowledgement p99 at 2,000 records/s", paced["p99Milliseconds"], "ms", "< 250", paced["p99Milliseconds"] < 250,
               p50=paced["p50Milliseconds"])


def intake(collector, place, name, *options):
    key = place.folder / f"{name}.key"
    return json.loads(cpu_of([BUILD / "Bench", "intake", collector.url, collector.enrolment_code(), "--key", key, *options])[1])


def bench_memory():
    """Resident memory of an agent with five cameras less that with one, for each camera more."""
    sizes = {count: agent_memory(count) for count in (1, 5)}
    each = (sizes[5] - sizes[1]) / 4 / 1e6
    report("memory for each 1080p camera", each, "MB", "≤ 40", each <= 40, oneCamera=sizes[1] / 1e6, fiveCameras=sizes[5] / 1e6)


def agent_memory(count, seconds=45):
    with a_place() as place:
        names = [f"cam{number}" for number in range(count)]
        cameras = Cameras(place, [(name, load_clip()) for name in names]).start()
        collector = Collector(place).start().wait_ready()
        agent = Agent(place, [(name, cameras.url(name), None) for name in names]).enroll(collector).start()
        time.sleep(seconds)
        return agent.resident_bytes()


def bench_latency():
    from latency import measure
    with a_place() as place:
        for way, figures in measure(place).items():
            report(f"crossing seen → live stream, {way}", figures["p95"], "ms p95", "< 1000", figures["p95"] < 1000,
                   p50=figures["p50"], passages=figures["count"])


def bench_counts():
    """200 vehicles of a generated road by day: every passage, each once."""
    folder = WORK / "scenes"
    site, truth = folder / "road.site.json", folder / "road.truth.json"
    if not truth.is_file():
        subprocess.run(["/usr/bin/python3", ROOT / "Tests/Scenes/generate.py", "--scene", "road-day", "--seed", "1", "--vehicles", "200",
                        "--out", folder, "--name", "road"], check=True, stdout=subprocess.DEVNULL)
    output = cpu_of([BUILD / "edge-agent", "analyze", "--input", folder / "road.mp4", "--geometry", site])[1]
    said = {}
    for line in output.splitlines():
        event = json.loads(line)
        if event["type"] == "passage":
            said[event["line"], event["direction"]] = said.get((event["line"], event["direction"]), 0) + 1
    wanted = truth_counts(json.loads(truth.read_text()), json.loads(site.read_text()))
    wrong = sum(abs(said.get(key, 0) - wanted.get(key, 0)) for key in said.keys() | wanted.keys())
    report("counts on a generated road, 200 vehicles, day", wrong, "passages wrong", "0", wrong == 0,
           said={"/".join(key): value for key, value in sorted(said.items())},
           true={"/".join(key): value for key, value in sorted(wanted.items())})


def truth_counts(truth, site):
    names = {json.dumps([line["from"], line["to"]]): line["id"] for line in site["lines"]}
    counts = {}
    for count in truth["counts"]:
        (x0, y0), (x1, y1) = count["line"]
        right = -(y1 - y0) * count["dir_vec"][0] + (x1 - x0) * count["dir_vec"][1] > 0
        counts[names[json.dumps(count["line"])], "leftToRight" if right else "rightToLeft"] = count["total"]["n"]
    return counts


def table():
    print(f"\n{'':2}{'what':58}{'measured':>14} {'':22}{'bar':>10}")
    for row in RESULTS:
        print(f"{'✓' if row['holds'] else '✗'} {row['name']:58}{row['value']:>14,.3f} {row['unit']:22}{row['bar']:>10}")


def main():
    WORK.mkdir(exist_ok=True)
    if not shutil.which("ffmpeg"):
        sys.exit("bench: ffmpeg is missing; make setup installs it")
    benches = {name.removeprefix("bench_"): function for name, function in globals().items() if name.startswith("bench_")}
    for name in os.environ.get("ONLY", " ".join(benches)).split():
        benches[name]()
    table()
    sys.exit(0 if all(row["holds"] for row in RESULTS) else 1)


if __name__ == "__main__":
    main()
