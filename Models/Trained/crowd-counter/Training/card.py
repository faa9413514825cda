#!/usr/bin/python3
"""Writes the tables of Golden/scores.json and Golden/limits.json into CARD.md, between its markers, so that card and measurement agree."""
import json
import os
import re

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
MARKED = re.compile(r"(<!-- scores -->\n).*(<!-- end of scores -->)", re.DOTALL)
BANDS = ("pictures", "mean true", "MAE", "relative", "bias", "inside")


def main():
    scores, limits = load("scores.json"), load("limits.json")
    path = os.path.join(MODEL, "CARD.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(MARKED.sub(lambda m: m[1] + "\n\n".join(tables(scores, limits)) + "\n" + m[2], text))


def load(name):
    with open(os.path.join(MODEL, "Golden", name), encoding="utf-8") as file:
        return json.load(file)


def tables(scores, limits):
    yield f"sha256 `{scores['model']}`, OpenCV {scores['opencv']}."
    bands = {f"{band} people" if band != "all" else "all": row for band, row in scores["validation"].items()} | scores["conditions"]
    yield table(["validation pictures", *BANDS], [[name, *(row[key] for key in BANDS)] for name, row in bands.items()],
                "The 48 validation pictures (relative: absolute errors by true numbers; inside: share of truths in low…high)")
    yield table(["OpenCV's HOG", *BANDS], [[name, *(row[key] for key in BANDS)] for name, row in scores["HOG"].items()],
                "The same by OpenCV's HOG people detector")
    held = {"whole and mirrored": limits["held back"], "quarters": limits["quarters"]}
    keys = ("number", *BANDS[1:])
    yield table(["held back", *keys], [[name, *(row[key] for key in keys)] for name, row in held.items()],
                "The 38 training pictures that were held back, and on which the interval was calibrated (so inside flatters)")
    yield table(["darkened: gamma, gain", "level", "relative"], [[f"{r['gamma']}, {r['gain']}", r["level"], r["relative"]] for r in limits["dark"]],
                f"Light, on the held-back pictures; counting is called off (`tooDark`) under level {limits['limits']['leastLevel']}")
    yield table(["longer side, pixels", "relative"], [[r["longer side"], r["relative"]] for r in limits["small"]],
                f"Size, the same pictures shrunk; called off (`tooSmall`) under {limits['limits']['leastSide']} pixels")
    most = str(float(limits["limits"]["mostInBlock"]))
    yield table(["heads smaller by", "relative", "of the pictures called off"],
                [[r["heads smaller by"], r["relative"], share(c > limits["limits"]["mostCrowded"] for c in r["crowded"][most])] for r in limits["far"]],
                "Distance, pictures made of 1, 4 and 9 others; called off (`tooFar`) where more than a share of "
                f"{limits['limits']['mostCrowded']} of the people stand in blocks of 12 × 12 pixels with more than {most}")
    none = scores["nobody"]
    yield (f"**Nobody there**: {none['pictures']} drawn streets full of cars and motorbikes (day, night, rain) without one person on foot: on average "
           f"{none['mean']} people are seen, {none['most']} at most; low is 0 in {100 * none['low is 0']:.0f} %.")
    if "clips" in scores:
        rows = [[r["clip"], r["t"], r["true"], r["said"], f"{r['low']}…{r['high']}", r["share"]] for r in scores["clips"]]
        right, inside = (sum(r[key] for r in scores["clips"]) / len(scores["clips"]) for key in ("share", "inside"))
        yield table(["clip", "second", "true", "said", "low…high", "share right"], rows,
                    f"People in the frames of the measuring clips: share right {right:.3f}, inside {inside:.3f}")
    took = scores["milliseconds"]
    yield f"**CPU time of one look at 640 × 480** on one thread of an AMD EPYC (Turin) that others used too: median {took['median']} ms, least {took['least']} ms."


def share(values):
    values = list(values)
    return f"{100 * sum(values) / len(values):.0f} %"


def table(head, rows, title):
    lines = [head, ["---"] * len(head), *rows]
    return f"**{title}**\n\n" + "\n".join("| " + " | ".join(str(v) for v in line) + " |" for line in lines)


if __name__ == "__main__":
    main()
