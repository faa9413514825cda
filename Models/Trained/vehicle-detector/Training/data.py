"""The labelled pictures: decoded once into one flat file of bytes, and drawn by source and by how rare their classes are."""
import collections
import csv
import json
import os

import cv2
import numpy as np

from classes import LABELS

SPELLED = {"three-wheeler": "threeWheeler"}
LONGEST = 640  # pixels; larger pictures are made smaller once
EVERY_CLASS = (1 << len(LABELS)) - 1
# The share of the draws of each source. The five real ones are named by the first word of the file name (ATTRIBUTION.md of the data).
SHARES = {"dhaka": 0.54, "atl": 0.08, "ferry": 0.08, "oi": 0.10, "vnbridge": 0.09, "drawn": 0.11}
DOUBTFUL = ("tidar",)  # stated CC BY 4.0, but collected from social media: not used

Picture = collections.namedtuple("Picture", "name pixels boxes ignored exhaustive")
"""pixels H W 3 BGR; boxes n 5 float32 (class, x0, y0, x1, y1) and ignored m 4 in pixels; exhaustive: a bit for each class whose every object has a box."""


class Pictures:
    """Pictures of a cache folder; draw() is where the balance between sources and classes is kept."""

    def __init__(self, folder, split):
        with open(os.path.join(folder, split + ".json"), encoding="utf-8") as file:
            self.index = json.load(file)
        self.bytes = np.memmap(os.path.join(folder, split + ".bytes"), np.uint8, "r")
        self.odds = self._odds()

    def __len__(self):
        return len(self.index)

    def __getitem__(self, number):
        row = self.index[number]
        height, width = row["height"], row["width"]
        pixels = self.bytes[row["offset"]:row["offset"] + height * width * 3].reshape(height, width, 3)
        return Picture(row["name"], pixels, np.array(row["boxes"], np.float32).reshape(-1, 5),
                       np.array(row["ignored"], np.float32).reshape(-1, 4), row["exhaustive"])

    def draw(self, random):
        return self[int(np.searchsorted(self.odds, random.random()))]

    def _odds(self):
        """Running sum of the draw's probabilities: the source's share, within a source more for pictures with rare classes."""
        boxes = collections.Counter(int(b[0]) for row in self.index for b in row["boxes"])
        rarity = {c: min(4.0, (max(boxes.values()) / n) ** 0.4) for c, n in boxes.items()}
        weights = np.array([max((rarity[int(b[0])] for b in row["boxes"]), default=0.7) for row in self.index])
        sources = np.array([source(row["name"]) for row in self.index])
        for name in set(sources):
            weights[sources == name] *= SHARES.get(name, 0.05) / weights[sources == name].sum()
        return np.cumsum(weights / weights.sum())


def source(name):
    return name.split("_")[0].rstrip("0123456789")


def build_cache(data, drawn, folder):
    """Decodes DATA/vehicles (and the DRAWN scenes into train) into FOLDER, once."""
    os.makedirs(folder, exist_ok=True)
    manifest = _manifest(os.path.join(data, "manifest.csv"))
    for split in ("train", "val"):
        if os.path.exists(os.path.join(folder, split + ".json")):
            continue
        with open(os.path.join(data, "vehicles", split + ".txt"), encoding="utf-8") as file:
            names = [os.path.basename(line) for line in file.read().split()]
        rows = [(os.path.join(data, "vehicles"), n, manifest[n]) for n in names if split == "val" or not n.startswith(DOUBTFUL)]
        if split == "train" and drawn:
            rows += [(drawn, n, EVERY_CLASS) for n in sorted(os.listdir(os.path.join(drawn, "images")))]
        _write(os.path.join(folder, split), rows)


def _manifest(path):
    with open(path, encoding="utf-8") as file:
        return {os.path.basename(row["file"]): sum(1 << LABELS.index(SPELLED.get(c, c)) for c in row["classes_exhaustive"].split())
                for row in csv.DictReader(file) if row["file"].startswith("vehicles/")}


def _write(path, rows):
    index, offset = [], 0
    with open(path + ".bytes", "wb") as out:
        for folder, name, exhaustive in rows:
            pixels = cv2.imread(os.path.join(folder, "images", name))
            scale = min(1.0, LONGEST / max(pixels.shape[:2]))
            if scale < 1:
                pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            height, width = pixels.shape[:2]
            out.write(pixels.tobytes())
            stem = os.path.splitext(name)[0] + ".txt"
            index.append({"name": name, "offset": offset, "height": height, "width": width, "exhaustive": exhaustive,
                          "boxes": _boxes(os.path.join(folder, "labels", stem), width, height, labelled=True),
                          "ignored": _boxes(os.path.join(folder, "ignore", stem), width, height, labelled=False)})
            offset += pixels.size
    with open(path + ".json.part", "w", encoding="utf-8") as file:
        json.dump(index, file)
    os.replace(path + ".json.part", path + ".json")


def _boxes(path, width, height, labelled):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        rows = [[float(v) for v in line.split()] for line in file if line.strip()]
    corners = [[(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height] for x, y, w, h in (r[-4:] for r in rows)]
    return [[r[0]] + c for r, c in zip(rows, corners)] if labelled else corners
