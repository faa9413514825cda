"""False detections where nothing moves: the quiet intervals of clips with truth."""
import collections
import json
import os

import cv2
import numpy as np

CLIPS = ("d02", "d10", "d17")
FLOORS = (0.4, 0.5, 0.6)
PARKED_INSIDE = 0.5  # of the detection: one truth box may hold a row of cars


def count_on_quiet_clips(detector, working, folder):
    """Per clip: frames looked at (whole picture, 416x256) and false detections by class, at the working thresholds and at higher floors.

    A detection of a parked vehicle that the truth names is right. Anything else is false, feet at the picture's edge included.
    """
    result, frames, scores = {}, 0, []
    for name in sorted(os.listdir(folder)):
        if name.startswith(CLIPS) and name.endswith(".truth.json"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                truth = json.load(file)
            clip = next(n for n in os.listdir(folder) if n.startswith(name[:-len(".truth.json")] + ".") and not n.endswith(".json"))
            seen, false = _false_detections(detector, working, os.path.join(folder, clip), truth)
            kinds = collections.Counter(label for label, _ in false)
            result[name[:3]] = {"frames": seen, "false": len(false), "given": dict(kinds)}
            frames, scores = frames + seen, scores + [score for _, score in false]
    result["all"] = {"frames": frames, "false": len(scores), "per 1000 frames": round(1000 * len(scores) / max(frames, 1), 1),
                     "per 1000 frames above": {floor: round(1000 * sum(s >= floor for s in scores) / max(frames, 1), 1) for floor in FLOORS}}
    return result


def _false_detections(detector, working, path, truth):
    parked = np.array([[x, y, x + w, y + h] for x, y, w, h in (s["bbox"] for s in truth.get("stopped", []))], float).reshape(-1, 4)
    frames, false = 0, []
    for number, picture in _frames(path):
        if not any(q["from"] <= number <= q["to"] for q in truth["quiet"]):
            continue
        frames += 1
        for box in detector.whole(picture, 416, 256):
            label = detector.labels[int(box[0])]
            if box[1] >= working[label] and _inside(box[2:], parked).max(initial=0) <= PARKED_INSIDE:
                false.append((label, float(box[1])))
    return frames, false


def _inside(box, regions):
    shared = np.clip(np.minimum(box[2:], regions[:, 2:]) - np.maximum(box[:2], regions[:, :2]), 0, None).prod(1)
    return shared / (box[2:] - box[:2]).prod()


def _frames(path):
    clip, number = cv2.VideoCapture(path), 0
    while True:
        more, picture = clip.read()
        if not more:
            return
        yield number, picture
        number += 1
