"""False detections where nothing moves: the quiet intervals of clips with truth."""
import json
import os

import cv2
import numpy as np

CLIPS = ("d02", "d10", "d17")
PARKED_INSIDE = 0.5  # of the detection: one truth box may hold a row of cars


def count_on_quiet_clips(detector, folder):
    """Per clip: frames looked at (whole picture, 416x256), false detections and the classes they were given.

    A detection of a parked vehicle that the truth names is right. Anything else is false, feet at the picture's edge included.
    """
    result = {}
    for name in sorted(os.listdir(folder)):
        if name.startswith(CLIPS) and name.endswith(".truth.json"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                truth = json.load(file)
            clip = next(n for n in os.listdir(folder) if n.startswith(name[:-len(".truth.json")] + ".") and not n.endswith(".json"))
            result[name[:3]] = _count(detector, os.path.join(folder, clip), truth)
    frames, false = sum(r["frames"] for r in result.values()), sum(r["false"] for r in result.values())
    result["all"] = {"frames": frames, "false": false, "per 1000 frames": round(1000 * false / max(frames, 1), 1)}
    return result


def _count(detector, path, truth):
    parked = np.array([[x, y, x + w, y + h] for x, y, w, h in (s["bbox"] for s in truth.get("stopped", []))], float).reshape(-1, 4)
    frames, false, kinds = 0, 0, {}
    for number, picture in _frames(path):
        if not any(q["from"] <= number <= q["to"] for q in truth["quiet"]):
            continue
        frames += 1
        for box in detector.whole(picture, 416, 256):
            if _inside(box[2:], parked).max(initial=0) > PARKED_INSIDE:
                continue
            false += 1
            label = detector.labels[int(box[0])]
            kinds[label] = kinds.get(label, 0) + 1
    return {"frames": frames, "false": false, "given": kinds}


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
