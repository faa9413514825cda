"""Pictures to learn from: crowds with head points, our drawn scenes, and vehicles of which only "nobody is inside" is known."""
import collections
import json
import os

import cv2
import numpy as np

LONGEST = 640  # pixels: the longer side of what the network is given
HELD_BACK = 8  # every eighth crowd picture, in order of its count, is not learned from: it calibrates the interval
SHARES = {"crowd": 0.86, "drawn": 0.07, "vehicles": 0.07}  # of the crops
SOURCES = ("dhaka", "atl", "ferry", "oi", "vnbridge")  # of vehicles; tidar's licence is doubtful
PERSON = 5  # class number of the drawn scenes' labels
HEAD = 0.1  # of a drawn figure's height, from its top: where the head's centre is
VEHICLES = 420

Picture = collections.namedtuple("Picture", "name pixels points boxes kind")
"""pixels H W 3 BGR; points n 2: heads; boxes m 4 (corners): of drawn pictures not to be judged, of vehicle pictures the only places known."""


def split(data):
    """Names to learn from and names held back, both from train.txt."""
    names = listed(data, "train.txt")
    names.sort(key=lambda name: (len(heads(data, name)), name))
    return [n for i, n in enumerate(names) if i % HELD_BACK != HELD_BACK // 2], names[HELD_BACK // 2::HELD_BACK]


def listed(data, name):
    with open(os.path.join(data, "crowd", name), encoding="utf-8") as file:
        return [os.path.basename(line) for line in file.read().split()]


def heads(data, name):
    with open(os.path.join(data, "crowd", "points", os.path.splitext(name)[0] + ".json"), encoding="utf-8") as file:
        return np.array(json.load(file)["points"], np.float32).reshape(-1, 2)


def crowd(data, names):
    for name in names:
        pixels, scale = _read(os.path.join(data, "crowd", "images", name))
        yield Picture(name, pixels, heads(data, name) * scale, np.zeros((0, 4), np.float32), "crowd")


def drawn(folder):
    for name in sorted(os.listdir(os.path.join(folder, "images"))):
        pixels, _ = _read(os.path.join(folder, "images", name))
        stem = os.path.splitext(name)[0] + ".txt"
        people = [box for kind, box in _boxes(os.path.join(folder, "labels", stem), pixels) if kind == PERSON]
        points = [((x0 + x1) / 2, y0 + HEAD * (y1 - y0)) for x0, y0, x1, y1 in people]
        hidden = [box for _, box in _boxes(os.path.join(folder, "ignore", stem), pixels)]
        yield Picture(name, pixels, np.array(points, np.float32).reshape(-1, 2), np.array(hidden, np.float32).reshape(-1, 4), "drawn")


def vehicles(data, random):
    folder = os.path.join(data, "vehicles")
    with open(os.path.join(folder, "train.txt"), encoding="utf-8") as file:
        names = [n for n in sorted(os.path.basename(line) for line in file.read().split()) if n.startswith(SOURCES)]
    for number in sorted(random.permutation(len(names))[:VEHICLES]):
        pixels, _ = _read(os.path.join(folder, "images", names[number]))
        boxes = [b for k, b in _boxes(os.path.join(folder, "labels", os.path.splitext(names[number])[0] + ".txt"), pixels) if k != PERSON]
        if boxes:
            yield Picture(names[number], pixels, np.zeros((0, 2), np.float32), np.array(boxes, np.float32), "vehicles")


class Pool:
    """Everything to learn from, in memory (about 0.8 GB); draw() keeps the shares of the kinds."""

    def __init__(self, data, scenes, random):
        names, self.held_back = split(data)
        self.kinds = {"crowd": list(crowd(data, names)), "drawn": list(drawn(scenes)), "vehicles": list(vehicles(data, random))}

    def draw(self, random):
        kind = random.choice(list(SHARES), p=list(SHARES.values()))
        return self.kinds[kind][random.integers(len(self.kinds[kind]))]


def _read(path):
    pixels = cv2.imread(path)
    scale = min(1.0, LONGEST / max(pixels.shape[:2]))
    return (cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels), scale


def _boxes(path, pixels):
    """Class numbers (0 where there is none) and corners in pixels of a YOLO text file."""
    if not os.path.exists(path):
        return
    height, width = pixels.shape[:2]
    with open(path, encoding="utf-8") as file:
        for row in ([float(v) for v in line.split()] for line in file if line.strip()):
            x, y, w, h = row[-4:]
            yield int(row[0]) if len(row) == 5 else 0, ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
