#!/usr/bin/python3
"""Scores the exported network, run by OpenCV's dnn, on what it never saw: Golden/scores.json, from which card.py makes the tables.

evaluate.py score --model ../model.json --data DIR/train --scorer DIR/eval/score_crowd.py --scenes DIR [--clips DIR/video]
evaluate.py --answers FILE crowd PICTURE…              for the scorer: what was answered before, in the form of `edge-agent crowd`
"""
import argparse
import glob
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np

from counter import Counter, bright_level
from data import listed

HERE = os.path.dirname(os.path.abspath(__file__))
BRIGHT = (0.6, 0.75)  # borders of the lights: the level that 5 % of a picture exceed


def main():
    arguments = _arguments()
    if arguments.what == ["score"]:
        return score(arguments)
    with open(arguments.answers, encoding="utf-8") as file:
        answers = json.load(file)
    for name in arguments.what[1:]:
        print(json.dumps({"file": name, **answers[os.path.basename(name)]}))


def score(arguments):
    counter, names = Counter(arguments.model), listed(arguments.data, "val.txt")
    pictures = {name: cv2.imread(os.path.join(arguments.data, "crowd", "images", name)) for name in names}
    ours = {name: counter.answer(picture) for name, picture in pictures.items()}
    result = {"model": counter.facts["sha256"], "opencv": cv2.__version__, "validation": scored(arguments, ours, names), "conditions": {}}
    for condition, chosen in conditions(pictures).items():
        result["conditions"][condition] = scored(arguments, ours, chosen)["all"]
    result["HOG"] = scored(arguments, {name: hog(picture) for name, picture in pictures.items()}, names)
    result["nobody"] = empty(counter, arguments.scenes)
    if arguments.clips:
        result["clips"] = clips(counter, arguments.clips)
    result["milliseconds"] = milliseconds(counter)
    with open(os.path.join(HERE, "..", "Golden", "scores.json"), "w", encoding="utf-8") as out:
        json.dump(result, out, ensure_ascii=False, indent=1)
        out.write("\n")


def scored(arguments, answers, names):
    """What score_crowd.py says of answers to the pictures of these names."""
    with tempfile.TemporaryDirectory() as folder:
        kept, chosen, out = (os.path.join(folder, name) for name in ("answers.json", "list.txt", "out.json"))
        with open(kept, "w", encoding="utf-8") as file:
            json.dump(answers, file)
        with open(chosen, "w", encoding="utf-8") as file:
            file.write("\n".join(names))
        agent = shlex.join([sys.executable, os.path.abspath(__file__), "--answers", kept])
        # The scorer joins folder and list: an absolute path stands for itself.
        subprocess.run([sys.executable, arguments.scorer, "--agent", agent, "--data", os.path.join(arguments.data, "crowd"), "--list", chosen,
                        "--json", out], check=True, stdout=subprocess.DEVNULL)
        with open(out, encoding="utf-8") as file:
            return json.load(file)


def conditions(pictures):
    groups = {}
    for name, picture in pictures.items():
        level = bright_level(picture)
        light = "dim" if level < BRIGHT[0] else "even" if level < BRIGHT[1] else "bright"
        groups.setdefault(f"light {light}", []).append(name)
        groups.setdefault("street (part B)" if name.startswith("shb") else "anywhere (part A)", []).append(name)
    return groups


def empty(counter, scenes):
    """Drawn streets full of vehicles and motorbikes without one person: how many people are seen all the same."""
    said = [counter.answer(cv2.imread(path)) for path in sorted(glob.glob(os.path.join(scenes, "*.jpg")))]
    counts = [row["count"] for row in said]
    return {"pictures": len(said), "mean": round(statistics.mean(counts), 2), "most": max(counts),
            "low is 0": round(statistics.mean(row["low"] == 0 for row in said), 3)}


def clips(counter, folder):
    """People in frames of the clips, as score_clips.py asks for them: the frame at each stated time."""
    rows = []
    for path in sorted(glob.glob(os.path.join(folder, "*.truth.json"))):
        with open(path, encoding="utf-8") as file:
            truth = json.load(file)
        stem = path.removesuffix(".truth.json")
        video = next(v for v in glob.glob(stem + ".*") if not v.endswith(".json"))
        for person in truth.get("people_at", []):
            picture = frame_at(video, person["t"])
            if picture is None:
                continue
            answer, tolerance = counter.answer(picture), person.get("tol", 0)
            off = max(0, abs(answer["count"] - person["n"]) - tolerance)
            rows.append({"clip": os.path.basename(stem), "t": person["t"], "true": person["n"], "said": answer["count"], "low": answer["low"],
                         "high": answer["high"], "share": round(max(0, 1 - off / max(person["n"], 1)), 3),
                         "inside": answer["low"] <= person["n"] + tolerance and answer["high"] >= person["n"] - tolerance})
    return rows


def frame_at(video, seconds):
    run = subprocess.run(["ffmpeg", "-v", "error", "-ss", str(max(0, seconds - 0.05)), "-i", video, "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"],
                         stdout=subprocess.PIPE)
    return cv2.imdecode(np.frombuffer(run.stdout, np.uint8), cv2.IMREAD_COLOR) if run.stdout else None


def hog(picture):
    detector = cv2.HOGDescriptor()
    detector.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())
    count = len(detector.detectMultiScale(picture, winStride=(8, 8), scale=1.05)[0])
    return {"count": count, "low": count, "high": count}


def milliseconds(counter):
    picture, times = np.random.default_rng(1).integers(0, 256, (480, 640, 3), np.uint8), []
    for _ in range(15):
        before = time.process_time()
        counter.look(picture)
        times.append((time.process_time() - before) * 1000)
    return {"median": round(statistics.median(times), 1), "least": round(min(times), 1)}


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=os.path.join(HERE, "..", "model.json"))
    parser.add_argument("--data", default="../shared/data/train")
    parser.add_argument("--scorer", default="../shared/eval/score_crowd.py")
    parser.add_argument("--scenes", help="pictures of streets without people: draw_empty.py")
    parser.add_argument("--clips")
    parser.add_argument("--answers", help=argparse.SUPPRESS)
    parser.add_argument("what", nargs="+")
    return parser.parse_args()


if __name__ == "__main__":
    main()
