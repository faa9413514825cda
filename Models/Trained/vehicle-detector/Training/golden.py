#!/usr/bin/python3
"""Known inputs with known answers, for a port of decode.py: golden.py write | check (Debian's python3-opencv).

Golden/decode.json needs no network: sparse maps, thresholds and the boxes that come out.
Golden/street.json is the whole way of Golden/street.png (drawn by our scene generator) through the shipped network.
A port agrees when it finds the same boxes in the same order: scores to 0.005, corners to 0.5 pixels, input samples to 2/255.
"""
import json
import os
import sys

import cv2
import numpy as np

from decode import decode, letterbox, suppress, to_picture
from detector import Detector

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
GOLDEN = os.path.join(MODEL, "Golden")
SCORE, CORNER, SAMPLE = 0.005, 0.5, 2 / 255
STREET_THRESHOLDS = 0.15, 0.4  # the threshold is put where no answer's score is near, so that rounding decides nothing
SAMPLED = [(0, 0), (207, 5), (3, 128), (100, 60), (208, 128), (300, 200), (413, 40), (207, 245), (50, 250)]  # x, y of the input

# Cells that hold anything, as [stride, row, column, left, top, right, bottom, {label number: score}]; the others score 0 everywhere.
CELLS = [
    [4, 10, 20, 8, 6, 10, 7, {"0": 0.9}],
    [4, 10, 21, 12, 6, 6, 7, {"0": 0.8}],         # the same motorbike, seen from the next cell: suppressed
    [4, 10, 22, 16, 6, 2, 7, {"5": 0.7}],         # the same place, another class: stays
    [8, 3, 9, 20, 18, 24, 22, {"1": 0.6, "2": 0.55}],  # two classes: two answers
    [16, 6, 2, 60, 30, 50, 28, {"2": 0.41}],      # partly outside the picture: cut
    [32, 2, 3, 40, 40, 40, 40, {"3": 0.399}],     # just under its threshold
    [32, 0, 0, 10, 10, 200, 14, {"6": 0.5}],
]


def decoded(golden):
    maps = [np.zeros((1, 4 + len(golden["thresholds"]), golden["height"] // s, golden["width"] // s), np.float32) for s in golden["strides"]]
    for stride, row, column, *sides, scores in golden["cells"]:
        target = maps[golden["strides"].index(stride)][0]
        target[:4, row, column] = sides
        for label, score in scores.items():
            target[4 + int(label), row, column] = score
    found = suppress(decode(maps, golden["strides"], np.array(golden["thresholds"])), golden["overlap"])
    width, height = golden["picture"]
    fit = letterbox(np.zeros((height, width, 3), np.uint8), golden["width"], golden["height"])[1]
    return to_picture(found, fit, width, height)


def street(golden):
    detector = Detector(os.path.join(MODEL, "model.json"))
    detector.thresholds = np.full(len(detector.labels), golden["threshold"])
    picture = cv2.imread(os.path.join(GOLDEN, golden["file"]))
    data, fit = letterbox(picture, golden["width"], golden["height"])
    samples = [[round(float(v), 4) for v in data[0, :, y, x]] for x, y in golden["sampled"]]
    return fit, samples, detector.whole(picture, golden["width"], golden["height"])


def rows(boxes):
    return [[int(b[0]), round(float(b[1]), 4), *(round(float(v), 2) for v in b[2:])] for b in boxes]


def same(ours, theirs):
    ours, theirs = np.array(ours, float).reshape(-1, 6), np.array(theirs, float).reshape(-1, 6)
    return ours.shape == theirs.shape and bool((np.abs(ours - theirs) <= [0, SCORE] + [CORNER] * 4).all())


def write():
    known = {"width": 416, "height": 256, "picture": [832, 468], "strides": [4, 8, 16, 32], "thresholds": [0.3] * 2 + [0.4] * 5,
             "overlap": 0.5, "cells": CELLS}
    _save("decode.json", known | {"boxes": rows(decoded(known))})
    known = {"file": "street.png", "width": 416, "height": 256, "threshold": STREET_THRESHOLDS[0], "sampled": SAMPLED}
    fit, samples, boxes = street(known)
    scores = sorted([*STREET_THRESHOLDS, *(float(b[1]) for b in boxes if b[1] < STREET_THRESHOLDS[1])])
    gap = max(range(1, len(scores)), key=lambda i: scores[i] - scores[i - 1])
    known["threshold"] = round((scores[gap] + scores[gap - 1]) / 2, 4)
    fit, samples, boxes = street(known)
    _save("street.json", known | {"scale": fit.scale, "left": fit.left, "top": fit.top, "samples": samples, "boxes": rows(boxes)})


def load(name):
    with open(os.path.join(GOLDEN, name), encoding="utf-8") as file:
        return json.load(file)


def _save(name, value):
    with open(os.path.join(GOLDEN, name), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    elif sys.argv[1:] == ["check"]:
        _, samples, boxes = street(load("street.json"))
        good = same(boxes, load("street.json")["boxes"]) and same(decoded(load("decode.json")), load("decode.json")["boxes"])
        good &= bool(np.abs(np.array(samples) - load("street.json")["samples"]).max() <= SAMPLE)
        sys.exit(0 if good else "golden: the answers differ")
    else:
        sys.exit(__doc__)
