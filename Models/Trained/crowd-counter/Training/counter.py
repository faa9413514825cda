"""The reference for whoever runs this network: picture to input, map to people, places and doubt. numpy and OpenCV only."""
import collections
import hashlib
import json
import math
import os

import cv2
import numpy as np

MULTIPLE, GREY = 32, 114
Look = collections.namedtuple("Look", "people level cells fit")
"""people: the mean of the maps' sums over the picture; level: see bright_level; cells and fit: the first map, and scale, left and top of
the picture in its input."""


class Counter:
    """A model.json and the file it names."""

    def __init__(self, description):
        with open(description, encoding="utf-8") as file:
            self.facts = json.load(file)
        path = os.path.join(os.path.dirname(os.path.abspath(description)), self.facts["file"])
        if sha256(path) != self.facts["sha256"]:
            raise ValueError(f"{path} is not the file that {description} describes: its SHA-256 differs")
        cv2.setNumThreads(1)
        self.network = cv2.dnn.readNetFromONNX(path)
        self.stride, self.longest = self.facts["output"]["stride"], max(self.facts["input"]["whole"])

    def look(self, picture):
        maps = [self.map_of(picture, factor) for factor in self.facts["scales"]]
        return Look(float(np.mean([cells.sum(dtype=np.float64) for cells, _ in maps])), bright_level(picture), *maps[0])

    def map_of(self, picture, factor):
        data, fit = letterbox(picture, self.longest, factor)
        self.network.setInput(data)
        return in_picture(self.network.forward(self.facts["output"]["name"])[0, 0].clip(0), fit, self.stride, picture.shape), fit

    def answer(self, picture):
        """What `edge-agent crowd` says of a picture, as far as it can be known here."""
        look = self.look(picture)
        reason = doubt(look, picture.shape, self.facts["limits"])
        return {**interval(look.people, reason, self.facts["interval"]), "reliable": reason is None, "reason": reason,
                "points": places(look.cells, look.fit, self.stride)[:half_up(look.people)]}


def letterbox(picture, longest, factor=1):
    """BGR uint8 H W 3 to the input (1 3 h w, 0…1) in the middle of grey bars, and (scale, left, top). Not enlarged but to fill up."""
    height, width = picture.shape[:2]
    scale = factor * min(1, longest / max(height, width))
    size = [math.ceil(max(1, half_up(side * scale)) / MULTIPLE) * MULTIPLE for side in (width, height)]
    scale = min(size[0] / width, size[1] / height)
    inside = max(1, half_up(width * scale)), max(1, half_up(height * scale))
    left, top = (size[0] - inside[0]) // 2, (size[1] - inside[1]) // 2
    canvas = np.full((size[1], size[0], 3), GREY, np.uint8)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas[top:top + inside[1], left:left + inside[0]] = cv2.resize(picture, inside, interpolation=method)
    return canvas.transpose(2, 0, 1)[None].astype(np.float32) / 255, (scale, left, top)


def half_up(value):
    """As C and Swift round: Python rounds 0.5 to the even neighbour."""
    return math.floor(value + 0.5)


def in_picture(cells, fit, stride, shape):
    """The map without the cells whose centre lies in the bars."""
    scale, left, top = fit
    x = ((np.arange(cells.shape[1]) + 0.5) * stride - left) / scale
    y = ((np.arange(cells.shape[0]) + 0.5) * stride - top) / scale
    return cells * ((x >= 0) & (x < shape[1])) * ((y >= 0) & (y < shape[0]))[:, None]


def interval(people, reason, known):
    scale = (known["floor"] + known["slope"] * people) * (1 if reason is None else known["doubtful"])
    count = half_up(people)
    return {"count": count, "low": min(count, max(0, math.floor(people - known["below"] * scale))),
            "high": max(count, math.ceil(people + known["above"] * scale))}


def doubt(look, shape, limits):
    if look.level < limits["leastLevel"]:
        return "tooDark"
    if max(shape[:2]) < limits["leastSide"]:
        return "tooSmall"
    return "tooFar" if crowded_share(look.cells, limits["mostInBlock"]) > limits["mostCrowded"] else None


def crowded_share(cells, limit):
    """The share of the people that stand in blocks of three by three cells with more than so many."""
    return float(cells[blocks(cells) > limit].sum() / max(float(cells.sum()), 1e-9))


def blocks(cells):
    return cv2.boxFilter(cells.astype(np.float64), -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)


def bright_level(picture):
    """The level 0…1 that 5 % of the picture exceed."""
    return float(np.percentile(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[::3, ::3], 95)) / 255


def places(cells, fit, stride, least=0.1):
    """Peaks of the map in pixels of the picture, the highest first, as many as are counted.

    A peak is a block of 3 by 3 cells that holds more than the eight around it (of equals the first); its place is its centre of gravity.
    """
    heights, (rows, columns) = blocks(cells), np.indices(cells.shape) + 0.5
    peaks = heights >= least
    padded = np.pad(heights, 1, constant_values=-1)
    for down in (0, 1, 2):
        for right in (0, 1, 2):
            other = padded[down:down + heights.shape[0], right:right + heights.shape[1]]
            if (down, right) != (1, 1):
                peaks &= heights > other if (down, right) < (1, 1) else heights >= other
    order = np.argsort(-heights[peaks], kind="stable")[:half_up(float(cells.sum()))]
    scale, left, top = fit
    x, y = ((blocks(cells * at)[peaks] / heights[peaks])[order] * stride for at in (columns, rows))
    return np.stack([(x - left) / scale, (y - top) / scale], 1).tolist()


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
