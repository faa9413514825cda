"""Scores the exported network, run by OpenCV's dnn: Golden/scores.json and the tables of CARD.md.

evaluate.py --model ../model.json --data DIR/train --scorer DIR/eval/score_detect.py [--clips DIR/video] --work WORK
evaluate.py replay PREDICTIONS detect PICTURE…      answers for the scorer what was predicted before

It also chooses the working thresholds (best F1 of each class on the validation pictures) and writes them into model.json.
"""
import argparse
import csv
import importlib.util
import json
import os
import shlex
import statistics
import subprocess
import sys
import time

import cv2
import numpy as np

from data import source
from detector import Detector
from quiet import count_on_quiet_clips

WAYS = {  # how the product may look at a picture: cost and benefit of each
    "whole 416x256": lambda d, p: d.whole(p, 416, 256),
    "whole 640x384": lambda d, p: d.whole(p, 640, 384),
    "whole 416x256 and tiles of 320, enlarged 1.5 times": lambda d, p: d.tiled(p, 320, 1.5, (416, 256)),
}
CONDITIONED = "whole 640x384"
LEAST_WORKING = 0.40  # best F1 lies lower, for labels are incomplete; but there the quiet clips already have false answers
FOR_RARE = 0.5  # where there is next to nothing to choose by
FIRST = 60  # pictures that the test scores again


def main():
    arguments = _arguments()
    detector = Detector(arguments.model)
    names = open(os.path.join(arguments.data, "vehicles", "val.txt"), encoding="utf-8").read().split()
    pictures = [os.path.join(arguments.data, "vehicles", "images", os.path.basename(n)) for n in names]
    result = {"model": detector.facts["sha256"], "opencv": cv2.__version__, "pictures": {}, "conditions": {}}
    for number, (way, look) in enumerate(WAYS.items()):
        answers = os.path.join(arguments.work, f"predictions{number}.jsonl")
        predict(detector, look, pictures, answers)
        result["pictures"][way] = score(arguments, answers, "val.txt")
        if number == 0:
            result["first"] = {"way": way, "number": FIRST} | score(arguments, answers, _list(arguments.work, pictures[:FIRST]))
        if way == CONDITIONED:
            for condition, chosen in conditions(arguments.data, pictures).items():
                result["conditions"][condition] = score(arguments, answers, _list(arguments.work, chosen))
            result["working"] = working_thresholds(arguments, detector.labels, answers)
    thresholds = {label: chosen["threshold"] for label, chosen in result["working"].items()}
    write_thresholds(arguments.model, thresholds)
    result["milliseconds"] = {f"{w}x{h}": milliseconds(detector, w, h) for w, h in ((320, 320), (416, 256), (640, 384))}
    if arguments.clips:
        result["quiet clips"] = count_on_quiet_clips(detector, thresholds, arguments.clips)
    out = os.path.join(os.path.dirname(os.path.abspath(arguments.model)), "Golden", "scores.json")
    os.makedirs(os.path.dirname(out), exist_ok=True)
    with open(out, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


def predict(detector, look, pictures, path):
    with open(path, "w", encoding="utf-8") as out:
        for picture in pictures:
            pixels = cv2.imread(picture)
            began = time.perf_counter()
            boxes = look(detector, pixels)
            spent = (time.perf_counter() - began) * 1000
            rows = [{"class": detector.labels[int(b[0])], "score": round(float(b[1]), 4),
                     "box": [round(float(v), 2) for v in (b[2], b[3], b[4] - b[2], b[5] - b[3])]} for b in boxes]
            print(json.dumps({"file": picture, "width": pixels.shape[1], "height": pixels.shape[0], "ms": round(spent, 2),
                              "detections": rows}), file=out)


def replay(path, pictures):
    wanted = {os.path.basename(p) for p in pictures}
    with open(path, encoding="utf-8") as file:
        sys.stdout.writelines(line for line in file if os.path.basename(json.loads(line)["file"]) in wanted)


def score(arguments, answers, listed):
    agent = shlex.join([sys.executable, os.path.abspath(__file__), "replay", answers])
    out = os.path.join(arguments.work, "score.json")
    subprocess.run([sys.executable, arguments.scorer, "--agent", agent, "--data", os.path.join(arguments.data, "vehicles"),
                    "--list", listed, "--json", out], check=True, stdout=subprocess.DEVNULL)
    with open(out, encoding="utf-8") as file:
        return json.load(file)


def conditions(data, pictures):
    """Groups of pictures by light and by source."""
    with open(os.path.join(data, "manifest.csv"), encoding="utf-8") as file:
        light = {os.path.basename(row["file"]): row["light"] for row in csv.DictReader(file)}
    groups = {}
    for picture in pictures:
        name = os.path.basename(picture)
        groups.setdefault("light " + (light[name] or "not stated"), []).append(name)
        groups.setdefault("source " + source(name), []).append(name)
    return groups


def _list(work, names):
    path = os.path.abspath(os.path.join(work, "list.txt"))
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(os.path.basename(n) for n in names) + "\n")
    return path


def working_thresholds(arguments, labels, answers):
    """Of each class the score with the best F1, with precision and recall at it; never under LEAST_WORKING."""
    spec = importlib.util.spec_from_file_location("scorer", arguments.scorer)
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    with open(os.path.join(arguments.data, "manifest.csv"), encoding="utf-8") as file:
        full = {os.path.basename(r["file"]): {scorer.ALIAS.get(c, c) for c in r["classes_exhaustive"].split()} for r in csv.DictReader(file)}
    said = [json.loads(line) for line in open(answers, encoding="utf-8")]
    return {label: _working(*_matches(scorer, said, full, arguments.data, kind, label)) for kind, label in enumerate(labels)}


def _matches(scorer, said, full, data, kind, label):
    hits, total = [], 0
    for row in said:
        name = os.path.basename(row["file"])
        if label not in full[name]:
            continue
        stem = os.path.splitext(name)[0] + ".txt"
        read = lambda folder, labelled: scorer.boxes(os.path.join(data, "vehicles", folder, stem), row["width"], row["height"], labelled)
        truth, skipped, used = [b for k, b in read("labels", True) if k == kind], [b for _, b in read("ignore", False)], set()
        total += len(truth)
        for found in sorted((d for d in row["detections"] if d["class"] == label), key=lambda d: -d["score"]):
            x, y, w, h = found["box"]
            box = (x, y, x + w, y + h)
            best = max(((scorer.iou(box, b), i) for i, b in enumerate(truth) if i not in used), default=(0, -1))
            if best[0] >= 0.5:
                used.add(best[1])
                hits.append((found["score"], True))
            elif not any(scorer.inside(box, s) for s in skipped):
                hits.append((found["score"], False))
    return hits, total


def _working(hits, total):
    hits = sorted(hits, reverse=True)
    right = np.cumsum([good for _, good in hits])
    if total < 20 or not hits or right[-1] < 10:
        threshold = FOR_RARE
    else:
        threshold = max(LEAST_WORKING, round(hits[int((right / (np.arange(1, len(hits) + 1) + total)).argmax())][0], 2))
    given = [good for score, good in hits if score >= threshold]
    return {"threshold": threshold, "precision": round(sum(given) / len(given), 3) if given else None,
            "recall": round(sum(given) / total, 3) if total else None}


def write_thresholds(path, thresholds):
    with open(path, encoding="utf-8") as file:
        facts = json.load(file)
    facts["thresholds"]["working"] = thresholds
    with open(path, "w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False, indent=1)
        file.write("\n")


def milliseconds(detector, width, height, rounds=100):
    data, spent = np.random.default_rng(1).random((1, 3, height, width), np.float32), []
    for _ in range(rounds):
        began = time.thread_time()
        detector.run(data)
        spent.append((time.thread_time() - began) * 1000)
    return {"median": round(statistics.median(spent), 2), "least": round(min(spent), 2)}


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "data", "scorer", "work"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--clips", help="folder of the clips with quiet intervals")
    return parser.parse_args()


if __name__ == "__main__":
    if sys.argv[1:2] == ["replay"]:
        replay(sys.argv[2], sys.argv[4:])
    else:
        main()
