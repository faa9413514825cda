"""Where boxes are lost: of the objects that count, by size, the share that a said box stands on, and what is wrong with the rest.

    losses.py --scene .build/accuracy/busy-day [--said FILE] [--agent .build/release/edge-agent]

`stands`: a box's ground point is within half a size. Else `merged`: a box covers it and another object; `displaced`: a box covers it
alone and stands elsewhere; `none`: no box covers it. Then, by class, our box against the true one: width and height as shares of the true
ones, and by how much each edge lies outside (medians): a shadow shows as a left or right edge far out.
"""
import argparse
import collections
import sys

import numpy as np

import mot
import scenes
from golden import aligned

SIZES = ((40, "24-40 px"), (80, "40-80 px"), (float("inf"), "80 px …"))
FATES = ("stands", "merged", "displaced", "none")
COVERED = 0.5
RESEMBLES = 0.2  # intersection over union from which two boxes are compared


def fates(rows, said):
    """What became of each counting object of a frame: (row, fate, said box that fits it best or None)."""
    boxes, bodies = [box for _, box in said], [row["box"] for row in rows]
    counting = [index for index, row in enumerate(rows) if scenes.counts(row)]
    if not boxes:
        return [(rows[index], "none", None) for index in counting]
    near, covered, fits = mot.nearness(bodies, boxes), mot.cover(bodies, boxes) >= COVERED, mot.overlaps(bodies, boxes)
    out = []
    for index in counting:
        best = int(fits[index].argmax())
        if near[index].max() >= mot.FIT:
            fate = "stands"
        elif not covered[index].any():
            fate = "none"
        else:
            fate = "merged" if covered[:, covered[index]].sum(axis=0).max() > 1 else "displaced"
        out.append((rows[index], fate, boxes[best] if fits[index, best] >= RESEMBLES else None))
    return out


def edges(true, said):
    """Width and height as shares of the true box, and how far left, right, top and bottom lie outside, in its width or height."""
    x, y, wide, high = true
    a, b, w, h = said
    return w / wide, h / high, (x - a) / wide, (a + w - x - wide) / wide, (y - b) / high, (b + h - y - high) / high


def tables(scene, said):
    """The two tables as rows of cells."""
    counted, shapes = collections.defaultdict(collections.Counter), collections.defaultdict(list)
    for number, rows in enumerate(scene.rows):
        for row, fate, box in fates(rows, said.tracks.get(number, [])):
            size = (row["box"][2] * row["box"][3]) ** 0.5
            counted[next(name for most, name in SIZES if size < most)][fate] += 1
            if box:
                shapes[row["class"]].append(edges(row["box"], box))
    first = [["size", "boxes", *FATES]]
    for _, name in SIZES:
        total = sum(counted[name].values())
        first.append([name, total, *(f"{counted[name][fate] / max(total, 1):.2f}" for fate in FATES)])
    second = [["class", "boxes", "width", "height", "left", "right", "top", "bottom"]]
    for kind, found in sorted(shapes.items()):
        second.append([kind, len(found), *(f"{value:.2f}" for value in np.median(found, axis=0))])
    return first, second


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", required=True)
    parser.add_argument("--said")
    parser.add_argument("--agent", default=".build/release/edge-agent")
    arguments = parser.parse_args()
    scene = scenes.Scene(arguments.scene)
    said = scenes.Said.of_file(arguments.said) if arguments.said else scenes.analyse(arguments.agent, scene)
    for table in tables(scene, said):
        print(aligned(table))
    return 0


if __name__ == "__main__":
    sys.exit(main())
