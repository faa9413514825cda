"""Runs the exported network with OpenCV's dnn, as the product does: over the whole picture, and over square tiles."""
import hashlib
import json
import os

import cv2
import numpy as np

from decode import decode, letterbox, suppress, to_picture

EDGE = 3  # pixels of the input: a box that touches a tile's inner edge belongs to the neighbour


class Detector:
    """A model.json and the file it names. `thresholds`: "candidate" (for scoring) or "working" (what an event needs)."""

    def __init__(self, description, thresholds="candidate"):
        with open(description, encoding="utf-8") as file:
            self.facts = json.load(file)
        path = os.path.join(os.path.dirname(os.path.abspath(description)), self.facts["file"])
        if sha256(path) != self.facts["sha256"]:
            raise ValueError(f"{path} is not the file that {description} describes: its SHA-256 differs")
        cv2.setNumThreads(1)
        self.network = cv2.dnn.readNetFromONNX(path)
        self.labels, self.strides = self.facts["labels"], self.facts["output"]["strides"]
        self.outputs = self.facts["output"]["names"]
        least = self.facts["thresholds"][thresholds]
        self.thresholds = np.array([least[label] for label in self.labels] if isinstance(least, dict) else [least] * len(self.labels))

    def run(self, data):
        self.network.setInput(data)
        return self.network.forward(self.outputs)

    def whole(self, picture, width, height):
        """Boxes n 6 (class, score, corners in pixels of the picture)."""
        return suppress(self._candidates(picture, width, height))

    def tiled(self, picture, side, zoom, whole):
        """The whole pass, and overlapping squares of `side` input pixels over the picture enlarged by `zoom`."""
        height, width = picture.shape[:2]
        step = side / zoom
        found = [self._candidates(picture, *whole)]
        for y0, y1 in spans(height, step):
            for x0, x1 in spans(width, step):
                boxes = self._candidates(picture[y0:y1, x0:x1], side, side)
                boxes[:, 2:] += np.array([x0, y0, x0, y0])
                near = EDGE / zoom
                cut = ((boxes[:, 2] < x0 + near) & (x0 > 0)) | ((boxes[:, 4] > x1 - near) & (x1 < width))
                cut |= ((boxes[:, 3] < y0 + near) & (y0 > 0)) | ((boxes[:, 5] > y1 - near) & (y1 < height))
                found.append(boxes[~cut])
        return suppress(np.concatenate(found))

    def _candidates(self, picture, width, height):
        data, fit = letterbox(picture, width, height)
        candidates = suppress(decode(self.run(data), self.strides, self.thresholds))
        return to_picture(candidates, fit, picture.shape[1], picture.shape[0])


def spans(length, step):
    """Windows of `step` pixels that cover 0…length and overlap by at least a quarter."""
    if length <= step:
        return [(0, length)]
    count = int(np.ceil((length - step / 4) / (step * 3 / 4)))
    starts = np.linspace(0, length - step, count).round().astype(int)
    return [(int(s), int(s + step)) for s in starts]


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
