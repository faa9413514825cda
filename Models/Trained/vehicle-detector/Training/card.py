#!/usr/bin/python3
"""Writes the tables of Golden/scores.json into CARD.md, between its markers, so that card and measurement cannot differ."""
import json
import os
import re

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
MARKED = re.compile(r"(<!-- scores -->\n).*(<!-- end of scores -->)", re.DOTALL)


def main():
    with open(os.path.join(MODEL, "Golden", "scores.json"), encoding="utf-8") as file:
        scores = json.load(file)
    path = os.path.join(MODEL, "CARD.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(MARKED.sub(lambda m: m[1] + "\n\n".join(tables(scores)) + "\n" + m[2], text))


def tables(scores):
    yield f"sha256 `{scores['model']}`, OpenCV {scores['opencv']}."
    first = next(iter(scores["pictures"].values()))
    yield table(["way", *first["classes"], "mean of 4"],
                [[way, *(cell(c["AP50"]) for c in r["classes"].values()), cell(r["mean AP50"])] for way, r in scores["pictures"].items()],
                "AP50 on the 400 validation pictures (mean of motorbike, car, bus and truck)")
    yield table(["way", *first["classes"]],
                [[way, *(cell(c["recall under 24 px"]) for c in r["classes"].values())] for way, r in scores["pictures"].items()],
                "Recall of objects under 24 × 24 pixels of the picture, at the candidate threshold")
    yield table(["class", "boxes", "recall at the candidate threshold", "working threshold", "precision there", "recall there"],
                [[n, c["boxes"], cell(c["recall"]), w["threshold"], cell(w["precision"]), cell(w["recall"])]
                 for (n, c), w in zip(list(scores["pictures"].values())[1]["classes"].items(), scores["working"].values())],
                f"Thresholds, {list(scores['pictures'])[1]}")
    yield table(["pictures", "number", *first["classes"]],
                [[name, r["pictures"], *(f"{cell(c['AP50'])} ({c['boxes']})" for c in r["classes"].values())] for name, r in scores["conditions"].items()],
                "AP50 (boxes) by light and source, whole 640x384")
    yield table(["input", "median ms", "least ms"], [[size, m["median"], m["least"]] for size, m in scores["milliseconds"].items()],
                "CPU time of one pass of the network on one thread of an AMD EPYC (Turin), on a machine that others used too")
    if "quiet clips" in scores:
        yield table(["clip", "frames", "false detections", "given"],
                    [[n, r["frames"], r["false"], ", ".join(f"{k} {v}" for k, v in r.get("given", {}).items()) or "–"]
                     for n, r in scores["quiet clips"].items()],
                    f"Quiet intervals at the working thresholds: {scores['quiet clips']['all']['per 1000 frames']} false detections in 1,000 frames (" +
                    ", ".join(f"scores from {f}: {n}" for f, n in scores["quiet clips"]["all"]["per 1000 frames above"].items()) + ")")


def table(head, rows, title):
    lines = [head, ["---"] * len(head), *rows]
    return f"**{title}**\n\n" + "\n".join("| " + " | ".join(str(v) for v in line) + " |" for line in lines)


def cell(value):
    return "–" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
