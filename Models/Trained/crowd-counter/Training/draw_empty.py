#!/usr/bin/python3
"""Streets of our scene generator with vehicles and motorbikes and without one person on foot: draw_empty.py --out DIR [--frames 20]

Debian's Python; packages as for Tests/Scenes. Seeds that neither the training nor any test uses.
"""
import argparse
import os
import sys

import cv2
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../Tests/Scenes"))
from generate import Scene  # noqa: E402
from painter import Painter  # noqa: E402

SIZE, SAVED, EVERY = (1280, 720), (640, 360), 15


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--frames", type=int, default=20, help="of each scene")
    arguments = parser.parse_args()
    os.makedirs(arguments.out, exist_ok=True)
    for seed, name in enumerate((f"{layout}-{light}" for light in ("day", "night", "rain") for layout in ("road", "junction")), start=981):
        draw(name, seed, arguments.frames, arguments.out)


def draw(name, seed, frames, out):
    scene = Scene(name, seed, vehicles=200, rate=2.0, size=SIZE, fps=5, walkers=0)
    painter = Painter(scene.layout, scene.light, seed)
    for number, active, signals, camera in scene.frames():
        if number >= 60 + frames * EVERY:
            return
        if number >= 60 and not number % EVERY:
            pixels = np.frombuffer(painter.paint(active, signals, camera), np.uint8).reshape(SIZE[1], SIZE[0], 4)[:, :, :3]
            cv2.imwrite(os.path.join(out, f"{name}-{number:04}.jpg"), cv2.resize(pixels, SAVED, interpolation=cv2.INTER_AREA),
                        [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    main()
