#!/usr/bin/python3
"""Chooses interval and limits of model.json on the pictures that were held back from training: calibrate.py --model … --data …

Interval: wherever the network says n, the truth may lie `below` and `above` scales of floor + slope · n away. Both are conformal quantiles
(Vovk et al.): 95 % of the held-back residuals on each side, of whole pictures, mirrored pictures and quarters of pictures (zones!),
whichever is larger; floor and slope are those that make the intervals shortest.

Limits: the held-back pictures are darkened, shrunk, and put four by four (nine by nine) into one picture, so that heads are half (a third)
as large; what is measured there goes into Golden/limits.json, and the limits into model.json. Needs Debian's python3-opencv and numpy.
"""
import argparse
import itertools
import json
import os

import cv2
import numpy as np

from augment import darker
from counter import Counter, crowded_share
from data import crowd, split

SIDE_SHARE = 0.95  # of the residuals on each side: nine of ten in between
FLOORS, SLOPES = (3.0, 4.0, 5.0), np.arange(0.02, 0.31, 0.02)  # a floor under 3 would promise too much of a few people in a strange place
BAD = 0.35  # relative error from which on counting is called off
NIGHTS = [(1.8, 0.5), (2.2, 0.35), (2.2, 0.22), (2.4, 0.14)]  # gamma, gain
SHRUNK = [1, 0.5, 0.375, 0.25]
IN_BLOCK = (1.0, 1.25, 1.5, 2.0)


def main():
    arguments = _arguments()
    counter = Counter(arguments.model)
    pictures = list(crowd(arguments.data, split(arguments.data)[1]))
    whole, quarters = residuals(counter, pictures)
    if arguments.gain:
        return print(least_error_gain(whole))
    facts = counter.facts
    gain = least_error_gain(whole)
    facts["interval"] = fitted(whole, quarters)
    spoilt = pictures[::2]  # the tables of limits need fewer
    measured = {"dark": dark(counter, spoilt), "small": small(counter, spoilt), "far": far(counter, spoilt)}
    facts["limits"] = limits(measured)
    facts["interval"]["doubtful"] = doubtful(measured, facts["interval"])
    measured |= {"interval": facts["interval"], "limits": facts["limits"], "held back": summary(whole, facts["interval"]),
                 "quarters": summary(quarters, facts["interval"]), "gain": gain, "model": facts["sha256"]}
    folder = os.path.dirname(os.path.abspath(arguments.model))
    for path, value in ((arguments.model, facts), (os.path.join(folder, "Golden", "limits.json"), measured)):
        with open(path, "w", encoding="utf-8") as out:
            json.dump(value, out, ensure_ascii=False, indent=1)
            out.write("\n")
    print(json.dumps(measured, indent=1))


def residuals(counter, pictures):
    """Rows (said, true): of whole and mirrored pictures, and of their quarters."""
    whole, quarters = [], []
    for picture in pictures:
        look = counter.look(picture.pixels)
        mirrored = counter.look(np.ascontiguousarray(picture.pixels[:, ::-1]))
        whole += [(look.people, len(picture.points)), (mirrored.people, len(picture.points))]
        maps = [counter.map_of(picture.pixels, factor) for factor in counter.facts["scales"]]
        height, width = picture.pixels.shape[:2]
        for down, right in itertools.product((0, 1), repeat=2):
            inside = ((picture.points[:, 0] >= width / 2) == right) & ((picture.points[:, 1] >= height / 2) == down)
            quarters.append((float(np.mean([quarter(*m, counter.stride, width, height, down, right) for m in maps])), int(inside.sum())))
    return np.array(whole), np.array(quarters)


def least_error_gain(rows):
    """What all counts should be multiplied with: the gain nearest 1 whose absolute error is within 1 % of the least. export.py folds it into
    the last layer (--gain), after which it is about 1 here.
    """
    gains = np.arange(0.8, 1.301, 0.01)
    errors = np.array([np.abs(g * rows[:, 0] - rows[:, 1]).sum() for g in gains])
    return round(float(min(gains[errors <= 1.01 * errors.min()], key=lambda g: abs(g - 1))), 2)


def quarter(cells, fit, stride, width, height, down, right):
    """People in the upper or lower, left or right part of the picture."""
    scale, left, top = fit
    x, y = (round((side / 2 * scale + bar) / stride) for side, bar in ((width, left), (height, top)))
    rows, columns = (slice(y, None) if down else slice(0, y)), (slice(x, None) if right else slice(0, x))
    return cells[rows, columns].sum()


def fitted(*groups):
    def candidate(floor, slope):
        z = [(g[:, 1] - g[:, 0]) / (floor + slope * g[:, 0]) for g in groups]
        below, above = (max(max(0.0, conformal(sign * v)) for v in z) for sign in (-1, 1))
        width = sum(((below + above) * (floor + slope * g[:, 0])).mean() for g in groups)
        return width, {"floor": floor, "slope": round(float(slope), 3), "below": round(below, 3), "above": round(above, 3)}
    return min((candidate(f, s) for f in FLOORS for s in SLOPES), key=lambda c: c[0])[1]


def conformal(values):
    """The least value that holds SIDE_SHARE of a new one from the same source, by rank."""
    rank = min(len(values) - 1, int(np.ceil((len(values) + 1) * SIDE_SHARE)) - 1)
    return float(np.sort(values)[rank])


def relative(rows):
    rows = np.array(rows, float)
    return round(float(np.abs(rows[:, 0] - rows[:, 1]).sum() / rows[:, 1].sum()), 3)


def dark(counter, pictures):
    """For each darkening: median level, and relative error."""
    random, table = np.random.default_rng(1), []
    for gamma, gain in [(1.0, 1.0), *NIGHTS]:
        looks = [counter.look(darker(p.pixels, gamma, gain, 4, random) if gain < 1 else p.pixels) for p in pictures]
        rows = [(look.people, len(p.points)) for look, p in zip(looks, pictures)]
        table.append({"gamma": gamma, "gain": gain, "level": round(float(np.median([l.level for l in looks])), 3), "relative": relative(rows),
                      "rows": rounded(rows)})
    return table


def small(counter, pictures):
    table = []
    for factor in SHRUNK:
        rows = [(counter.look(shrunk(p.pixels, factor)).people, len(p.points)) for p in pictures]
        table.append({"longer side": round(640 * factor), "relative": relative(rows), "rows": rounded(rows)})
    return table


def far(counter, pictures):
    """Pictures made of n by n others: true number, said, and the share of people in full blocks at each limit."""
    table = []
    for across in (1, 2, 3):
        random, rows, shares = np.random.default_rng(across), [], []
        for _ in range(len(pictures) if across == 1 else 16):
            chosen = [pictures[_]] if across == 1 else [pictures[i] for i in random.choice(len(pictures), across ** 2)]
            tiles = [cv2.resize(p.pixels, (640 // across, 480 // across), interpolation=cv2.INTER_AREA) for p in chosen]
            look = counter.look(np.vstack([np.hstack(tiles[i:i + across]) for i in range(0, len(tiles), across)]))
            rows.append((look.people, sum(len(p.points) for p in chosen)))
            shares.append([crowded_share(look.cells, limit) for limit in IN_BLOCK])
        table.append({"heads smaller by": across, "relative": relative(rows), "rows": rounded(rows),
                      "crowded": {str(limit): np.round(column, 3).tolist() for limit, column in zip(IN_BLOCK, np.array(shares).T)}})
    return table


def limits(measured):
    """Halfway between the last step that can be counted and the first that cannot; tooFar: what a quarter of the pictures with heads half as
    large, which can be counted, exceed.
    """
    half, third = measured["far"][1]["crowded"], measured["far"][2]["crowded"]
    most = max(IN_BLOCK, key=lambda limit: np.median(third[str(limit)]) - np.quantile(half[str(limit)], 0.75))
    return {"leastLevel": round(between(measured["dark"], "level"), 3), "leastSide": round(between(measured["small"], "longer side")),
            "mostInBlock": most, "mostCrowded": round(float(np.quantile(half[str(most)], 0.75)), 3)}


def between(steps, key):
    for good, bad in zip(steps, steps[1:]):
        if bad["relative"] > BAD:
            return (good[key] + bad[key]) / 2
    return steps[-1][key] / 2


def doubtful(measured, interval):
    """How many times wider the interval must be on the first darkening and shrinking that is called off."""
    rows = [np.array(row["rows"], float) for key in ("dark", "small") for row in measured[key] if row["relative"] > BAD][:4]
    if not rows:
        return 2.0
    rows = np.concatenate(rows)
    scale = interval["floor"] + interval["slope"] * rows[:, 0]
    needed = np.maximum((rows[:, 1] - rows[:, 0]) / interval["above"], (rows[:, 0] - rows[:, 1]) / interval["below"]) / scale
    return round(float(np.clip(np.quantile(needed, 0.9), 2, 20)), 2)


def summary(rows, interval):
    scale = interval["floor"] + interval["slope"] * rows[:, 0]
    inside = (rows[:, 1] >= np.floor(rows[:, 0] - interval["below"] * scale)) & (rows[:, 1] <= np.ceil(rows[:, 0] + interval["above"] * scale))
    return {"number": len(rows), "mean true": round(float(rows[:, 1].mean()), 1), "MAE": round(float(np.abs(rows[:, 0] - rows[:, 1]).mean()), 2),
            "relative": relative(rows), "bias": round(float((rows[:, 0] - rows[:, 1]).mean()), 2), "inside": round(float(inside.mean()), 3)}


def shrunk(pixels, factor):
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else pixels


def rounded(rows):
    return [[round(float(a), 1), int(b)] for a, b in rows]


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", default="../shared/data/train")
    parser.add_argument("--gain", action="store_true", help="only prints what export.py --gain wants")
    return parser.parse_args()


if __name__ == "__main__":
    main()
