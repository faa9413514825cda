#!/usr/bin/python3
"""Known inputs with known answers, for a port of counter.py: golden.py draw | write | check (Debian's python3-opencv).

Golden/map.json needs no network: a map and what is read from it. Golden/square.json is the whole way of Golden/square.png (simple figures,
`draw`) through the shipped network. A port agrees when places differ by less than 0.01 pixels on the map, and the square's people by less
than a quarter of one and 3 %.
"""
import json
import os
import sys

import cv2
import numpy as np

from counter import Counter, crowded_share, in_picture, places

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
GOLDEN = os.path.join(MODEL, "Golden")

# row, column, people: whole 64ths, so that sums are exact and equal peaks are equal everywhere.
CELLS = [[3, 3, 0.5], [3, 4, 0.25], [4, 3, 0.125],            # one person over three cells
         [8, 12, 1.0],                                        # one in one cell: nine equal blocks, the first counts
         [8, 20, 0.75], [8, 23, 0.75],                        # two whose equal blocks touch: one peak
         [12, 30, 1.5], [12, 31, 1.5], [13, 30, 1.5],         # more than can stand there
         [15, 5, 0.0625],                                     # too low for a peak
         [0, 10, 0.5], [1, 39, 0.5], [23, 10, 4.0]]           # above the picture; near the right edge; below it
MAP = {"columns": 40, "rows": 24, "stride": 4, "scale": 0.5, "left": 0, "top": 4, "picture": [320, 164], "limit": 2}


def read_map(known):
    cells = np.zeros((known["rows"], known["columns"]), np.float32)
    for cell in known["cells"]:
        cells[cell["row"], cell["column"]] = cell["people"]
    fit = known["scale"], known["left"], known["top"]
    cells = in_picture(cells, fit, known["stride"], known["picture"][::-1])
    return {"people": float(cells.sum()), "crowdedShare": crowded_share(cells, known["limit"]), "points": places(cells, fit, known["stride"])}


def square(file):
    counter, picture = Counter(os.path.join(MODEL, "model.json")), cv2.imread(os.path.join(GOLDEN, file))
    look = counter.look(picture)
    return {"people": round(look.people, 4), "level": round(look.level, 4), **counter.answer(picture)}


def same(ours, theirs):
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(same(v, theirs[k]) for k, v in ours.items())
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(same(a, b) for a, b in zip(ours, theirs))
    return abs(ours - theirs) <= 0.01 if isinstance(ours, float) else ours == theirs


def load(name):
    with open(os.path.join(GOLDEN, name), encoding="utf-8") as file:
        return json.load(file)


def write():
    known = MAP | {"cells": [{"row": r, "column": c, "people": p} for r, c, p in CELLS]}
    _save("map.json", known | read_map(known))
    _save("square.json", {"file": "square.png"} | square("square.png"))


def check():
    known = load("map.json")
    good = same(read_map(known), {key: known[key] for key in ("people", "crowdedShare", "points")})
    known = load("square.json")
    return good and same({"file": known["file"]} | square(known["file"]), known)


def draw():
    """A square full of simple figures, larger towards the viewer; only for a new Golden/square.png."""
    random, picture = np.random.default_rng(7), np.full((480, 640, 3), (150, 155, 160), np.uint8)
    cv2.rectangle(picture, (0, 0), (640, 70), (190, 170, 150), -1)
    for y in np.sort(random.uniform(85, 440, 110)):
        x, head = random.uniform(10, 630), 2.5 + (y - 80) / 45
        cloth, hair = random.integers(30, 220, 3).tolist(), random.integers(10, 60, 3).tolist()
        at = int(x), int(y)
        cv2.ellipse(picture, (at[0], int(y + 3.2 * head)), (int(1.6 * head), int(2.6 * head)), 0, 0, 360, cloth, -1, cv2.LINE_AA)
        cv2.line(picture, (at[0], int(y + 5 * head)), (at[0], int(y + 9 * head)), (60, 50, 45), max(2, int(1.6 * head)), cv2.LINE_AA)
        cv2.circle(picture, at, int(head), (130, 160, 200), -1, cv2.LINE_AA)
        cv2.ellipse(picture, at, (int(head), int(head)), 0, 180, 360, hair, -1, cv2.LINE_AA)
    cv2.imwrite(os.path.join(GOLDEN, "square.png"), cv2.GaussianBlur(picture, (0, 0), 0.7))


def _save(name, value):
    with open(os.path.join(GOLDEN, name), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    elif sys.argv[1:] == ["draw"]:
        draw()
    elif sys.argv[1:] == ["check"]:
        sys.exit(0 if check() else "golden: the answers differ")
    else:
        sys.exit(__doc__)
