#!/usr/bin/python3
"""Scenes: a street seen by a pole camera, drawn and encoded, with exact truth.

    generate.py --scene road-day --seed 1 --vehicles 200 --size 1280x720 --fps 25 --out DIR
    generate.py --demo DIR            three short clips that loop (road-day, junction-day, road-night)

A scene is LAYOUT-LIGHT[-buses][-shake]: road or junction, day, night or rain. It writes NAME.mp4, NAME.truth.json (video-truth/1 with
crossings, camera and more), NAME.tracks.jsonl.gz (each frame's tracks) and NAME.site.json (what `edge-agent analyze --geometry` takes).
The same seed gives the same truth, byte for byte, with the same packages.

Runs on Debian's /usr/bin/python3. Packages: python3-numpy (arithmetic), python3-cairo (drawing), fonts-dejavu-core (plates), ffmpeg.
"""
import argparse
import gzip
import json
import math
import os
import random as randoms
import subprocess
import sys
import time

from layouts import LAYOUTS, with_buses
from light import LIGHTS
from painter import Painter
from traffic import Traffic
from truth import TruthRecorder

STEPS_PER_FRAME = 2
RUNNERS = 0.15
DEMO_SECONDS = 25


def main():
    arguments = _arguments()
    try:
        if arguments.demo:
            for scene, vehicles, rate in (("road-day", 24, 1.2), ("junction-day", 34, 1.5), ("road-night", 22, 1.1)):
                render(scene, 3, vehicles, rate, arguments.size, arguments.fps, arguments.demo, seconds=DEMO_SECONDS, runners=0.5)
        else:
            render(arguments.scene, arguments.seed, arguments.vehicles, arguments.rate, arguments.size, arguments.fps, arguments.out,
                   seconds=arguments.seconds, preview=arguments.preview, name=arguments.name,
                   runners=arguments.runners)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"generate: {error}", file=sys.stderr)
        return 1
    return 0


class Shake:
    """A pole in the wind: a few slow and fast swings, a fraction of a degree."""

    def __init__(self, seed):
        random = randoms.Random(f"shake {seed}")
        self.swings = [(random.uniform(0.7, 6.0), random.uniform(0, 6.3), random.uniform(0.02, 0.07), axis) for axis in range(3) for _ in range(3)]

    def camera(self, camera, time):
        turn = [0.0, 0.0, 0.0]
        for hertz, phase, size, axis in self.swings:
            turn[axis] += size * math.sin(2 * math.pi * hertz * time + phase)
        return camera.moved(*turn)


class Scene:
    """Steps the traffic and hands out frames: (number, vehicles, signal states, camera)."""

    def __init__(self, scene, seed, vehicles, rate, size, fps, walkers=4, runners=RUNNERS):
        layout, light, *extra = scene.split("-")
        if layout not in LAYOUTS or light not in LIGHTS or extra not in ([], ["buses"], ["shake"], ["buses", "shake"]):
            raise ValueError(f"no scene '{scene}': LAYOUT-LIGHT[-buses][-shake] of {sorted(LAYOUTS)} and {sorted(LIGHTS)}")
        self.layout, self.light, self.fps = LAYOUTS[layout](*size), LIGHTS[light], fps
        if "buses" in extra:
            self.layout = with_buses(self.layout)
        self.shake = Shake(seed) if "shake" in extra else None
        self.traffic = Traffic(self.layout, seed, vehicles, rate, walkers, runners)

    def frames(self, seconds=None):
        number = 0
        while not self.traffic.is_over if seconds is None else number < seconds * self.fps:
            now = number / self.fps
            camera = self.shake.camera(self.layout.camera, now) if self.shake else None
            yield number, self.traffic.active, self.layout.signal_states(self.traffic.time), camera
            for _ in range(STEPS_PER_FRAME):
                self.traffic.step(1 / self.fps / STEPS_PER_FRAME)
            number += 1


def render(scene, seed, vehicles, rate, size, fps, folder, seconds=None, preview=None, name=None, runners=RUNNERS):
    os.makedirs(folder, exist_ok=True)
    name, began = name or scene, time.monotonic()
    made = Scene(scene, seed, vehicles, rate, size, fps, runners=runners)
    painter = Painter(made.layout, made.light, seed)
    recorder = TruthRecorder(made.layout, painter, fps)
    encoder = _encoder(os.path.join(folder, name + ".mp4"), size, fps, made.light.noise, seed)
    frames, stills = 0, []
    with gzip.GzipFile(os.path.join(folder, name + ".tracks.jsonl.gz"), "wb", compresslevel=3, mtime=0) as tracks:
        for number, active, signals, camera in made.frames(seconds):
            pixels = painter.paint(active, signals, camera)
            encoder.stdin.write(pixels)
            row = recorder.record(number, active, signals, camera or made.layout.camera)
            tracks.write(json.dumps(row, separators=(",", ":")).encode() + b"\n")
            frames = number + 1
    encoder.stdin.close()
    if encoder.wait() != 0:
        raise ValueError(f"ffmpeg ended with {encoder.returncode}")
    facts = {"scene": scene, "seed": seed, "vehicles": vehicles, "vehicles_per_second": rate,
             "share_who_would_run_red": runners}
    _write_json(os.path.join(folder, name + ".truth.json"), recorder.truth(name, frames, facts))
    _write_json(os.path.join(folder, name + ".site.json"), site_file(made.layout, recorder, name))
    if preview:
        contact_sheet(os.path.join(folder, name + ".mp4"), preview)
    spent = time.monotonic() - began
    print(f"{name}: {frames} frames ({frames / fps:.1f} s) in {spent:.1f} s, {frames / spent:.0f} frames/s", flush=True)


def site_file(layout, recorder, name):
    """The camera's site file as the contract has it, with everything that this street offers."""
    whole = {line: [[round(c, 1) for c in end] for end in ends] for line, ends in recorder.lines.items()}
    lines = [{"id": line, "kind": "counting", "from": ends[0], "to": ends[1]} for line, ends in whole.items() if line in layout.counting_lines]
    signals = [{"id": s["id"], "box": s["roi"], "source": "video"} for s in recorder._signals(0.0)]
    if "stop" in whole:
        lines.append({"id": "stop", "kind": "stop", "from": whole["stop"][0], "to": whole["stop"][1], "signal": signals[0]["id"]})
    zones = []
    if recorder.zone:
        zones.append({"id": "yard", "kind": "intrusion", "points": [_inside_picture(p, layout.camera) for p in recorder.zone], "classes": ["person"]})
    points = [{"image": [round(c, 2) for c in layout.camera.ground(x, y)], "metres": [x, y]}
              for x, y in ((-8.0, 16.0), (8.0, 16.0), (-8.0, 26.0), (8.0, 26.0), (-8.0, 45.0), (8.0, 45.0))]
    return {"schema": 1, "camera": name, "frame": {"width": layout.camera.width, "height": layout.camera.height},
            "lines": lines, "zones": zones, "signals": signals, "ground": {"points": points}}


def _inside_picture(point, camera):
    return [round(min(max(point[0], 0), camera.width), 1), round(min(max(point[1], 0), camera.height), 1)]


def _encoder(path, size, fps, noise, seed):
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr0", "-s", f"{size[0]}x{size[1]}", "-r", str(fps),
               "-i", "pipe:0", "-vf", f"format=yuv420p,noise=all_seed={seed}:c0s={noise}:c0f=t", "-c:v", "libx264", "-preset", "veryfast",
               "-profile:v", "main", "-threads", "2", "-crf", "25", "-maxrate", "4M", "-bufsize", "8M", "-bf", "0", "-g", str(2 * fps),
               "-keyint_min", str(2 * fps), "-sc_threshold", "0", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart", path]
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def contact_sheet(video, path):
    """A PNG of nine frames spread over the video."""
    seconds = float(subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", video],
                                   capture_output=True, text=True, check=True).stdout)
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", video, "-vf", f"fps={9 / seconds:.6f},scale=640:-2,tile=3x3", "-frames:v", "1", path], check=True)


def _write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.write("\n")


def _size(text):
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not WIDTHxHEIGHT") from None
    if width < 64 or height < 64 or width % 2 or height % 2:
        raise argparse.ArgumentTypeError("width and height must be even and at least 64")
    return width, height


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", default="road-day")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vehicles", type=int, default=200)
    parser.add_argument("--rate", type=float, default=0.7, help="vehicles a second, all lanes together")
    parser.add_argument("--runners", type=float, default=RUNNERS, help="share of drivers who pass a red signal where they safely can")
    parser.add_argument("--seconds", type=float, help="stop here; otherwise when the last vehicle has left")
    parser.add_argument("--size", type=_size, default=(1280, 720))
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--out", default=".")
    parser.add_argument("--name", help="of the files; the scene's name otherwise")
    parser.add_argument("--preview", metavar="PNG", help="also write a contact sheet")
    parser.add_argument("--demo", metavar="DIR", help="write the three demo clips there and end")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
