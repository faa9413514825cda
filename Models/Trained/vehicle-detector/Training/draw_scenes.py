#!/usr/bin/python3
"""Frames of our own scene generator as labelled pictures: by day, at night and in rain, with every class (the only people there are).

    draw_scenes.py --out DIR [--frames 40]         Debian's Python; packages as for Tests/Scenes.
"""
import argparse
import os
import sys

import cv2
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../Tests/Scenes"))
from generate import Scene  # noqa: E402
from painter import Painter  # noqa: E402
from truth import KINDS, TruthRecorder  # noqa: E402

SCENES = [f"{layout}-{light}" for light in ("day", "night", "rain") for layout in ("road", "junction")]
SIZE, SAVED = (1280, 720), (640, 360)
FRAMES_PER_SECOND, EVERY = 5, 7  # one picture each 1.4 s: neighbours differ
HIDDEN = 0.35  # of a vehicle; with less to be seen it is neither object nor background


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--frames", type=int, default=40, help="of each scene")
    arguments = parser.parse_args()
    for folder in ("images", "labels", "ignore"):
        os.makedirs(os.path.join(arguments.out, folder), exist_ok=True)
    for seed, name in enumerate(SCENES, start=901):  # seeds that no test or measurement uses
        draw(name, seed, arguments.frames, arguments.out)


def draw(name, seed, frames, out):
    scene = Scene(name, seed, vehicles=round(1.6 * (8 + frames * EVERY / FRAMES_PER_SECOND)),
                  rate=1.6, size=SIZE, fps=FRAMES_PER_SECOND, walkers=frames)
    painter = Painter(scene.layout, scene.light, seed)
    recorder = TruthRecorder(scene.layout, painter, FRAMES_PER_SECOND)
    for number, active, signals, camera in scene.frames():
        if number < 40 or number % EVERY:  # the street fills first
            continue
        if number >= 40 + frames * EVERY:
            return
        pixels = np.frombuffer(painter.paint(active, signals, camera), np.uint8).reshape(SIZE[1], SIZE[0], 4)[:, :, :3]
        tracks = recorder.record(number, active, signals, camera or scene.layout.camera)["tracks"]
        _save(os.path.join(out, "{}", f"drawn_{name}_{number:05}"), pixels, tracks)


def _save(stem, pixels, tracks):
    cv2.imwrite(stem.format("images") + ".jpg", cv2.resize(pixels, SAVED, interpolation=cv2.INTER_AREA), [cv2.IMWRITE_JPEG_QUALITY, 88])
    with open(stem.format("labels") + ".txt", "w") as labels, open(stem.format("ignore") + ".txt", "w") as ignored:
        for track in tracks:
            x, y, w, h = track["box"]
            box = f"{(x + w / 2) / SIZE[0]:.6f} {(y + h / 2) / SIZE[1]:.6f} {w / SIZE[0]:.6f} {h / SIZE[1]:.6f}"
            if track["visible"] >= HIDDEN:
                print(KINDS.index(track["class"]), box, file=labels)
            else:
                print(box, file=ignored)


if __name__ == "__main__":
    main()
