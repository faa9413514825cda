"""Counts against the truth: which crossings were missed, doubled or false, by vehicle, and what the truth says about why.

    counts.py --scene .build/accuracy/day-200 [--said FILE] [--sheet PNG] [--agent .build/release/edge-agent]

`--scene` is the name of a generated scene without its endings. Without `--said` (the lines of `edge-agent analyze --tracks`) the agent
is run. `--sheet` draws three pictures of every failure, half a second before, at, and half a second after: the truth green, what the
agent said red. Only for drawn scenes: real people and plates belong in no sheet.
"""
import argparse
import collections
import dataclasses
import json
import sys

import mot
import scenes

TOLERANCE_SECONDS = 0.5
NEAR_SECONDS = 3.0  # the same vehicle said again, or at quite another time, within this
ON = 0.5  # a said box is on a vehicle when it covers this much of it …
PIECE = 0.7  # … or this much of it lies in the vehicle, and in no other one better


@dataclasses.dataclass(frozen=True)
class Crossing:
    time: float
    line: str
    direction: str
    kind: str
    track: object

    @property
    def way(self):
        return self.line, self.direction


@dataclasses.dataclass
class Outcome:
    pairs: list = dataclasses.field(default_factory=list)  # (true, said)
    missed: list = dataclasses.field(default_factory=list)  # true
    doubled: list = dataclasses.field(default_factory=list)  # (said, the true one it repeats)
    shifted: list = dataclasses.field(default_factory=list)  # (true, said): the right vehicle at the wrong time
    false: list = dataclasses.field(default_factory=list)  # said

    def before(self, end):
        """Without what happens after: who crosses as the video ends is not over the line for good yet."""
        return Outcome([p for p in self.pairs if p[0].time <= end], [t for t in self.missed if t.time <= end],
                       [p for p in self.doubled if p[1].time <= end], [p for p in self.shifted if p[0].time <= end],
                       [s for s in self.false if s.time <= end])

    def figures(self):
        true, said = len(self.pairs) + len(self.missed), len(self.pairs) + len(self.doubled) + len(self.false)
        true, said = true + len(self.shifted), said + len(self.shifted)
        return {"true": true, "said": said, "right": len(self.pairs), "missed": len(self.missed) + len(self.shifted),
                "extra": len(self.doubled) + len(self.false) + len(self.shifted),
                "classRight": sum(a.kind == b.kind for a, b in self.pairs)}


def compare(true, said, is_on=lambda true, said: False, tolerance=TOLERANCE_SECONDS):
    """Pairs true with said crossings of each line and direction one to one: as many as possible within the tolerance, among these
    rather the ones on the same vehicle and nearer in time; then says what the rest is.

    `is_on(true, said)` tells whether the said track was on the true vehicle about then.
    """
    outcome = Outcome()
    for way in sorted({c.way for c in true} | {c.way for c in said}):
        _compare_way([c for c in true if c.way == way], [c for c in said if c.way == way], is_on, tolerance, outcome)
    return outcome


def _compare_way(true, said, is_on, tolerance, outcome):
    many = 100.0  # one pair more outweighs any nearness
    pairs = mot.assign([[many * (abs(t.time - s.time) <= tolerance) * (1 + (is_on(t, s) + 1 - abs(t.time - s.time) / tolerance) / (4 * many))
                         for s in said] for t in true])
    outcome.pairs += [(true[row], said[column]) for row, column in pairs]
    left = [t for row, t in enumerate(true) if row not in {r for r, _ in pairs}]
    extra = [s for column, s in enumerate(said) if column not in {c for _, c in pairs}]
    shifted = mot.assign([[(abs(t.time - s.time) <= NEAR_SECONDS and is_on(t, s)) / (1 + abs(t.time - s.time)) for s in extra] for t in left])
    outcome.shifted += [(left[row], extra[column]) for row, column in shifted]
    outcome.missed += [t for row, t in enumerate(left) if row not in {r for r, _ in shifted}]
    for s in (s for column, s in enumerate(extra) if column not in {c for _, c in shifted}):
        again = [t for t in true if abs(t.time - s.time) <= NEAR_SECONDS and is_on(t, s)]
        if again:
            outcome.doubled.append((s, min(again, key=lambda t: abs(t.time - s.time))))
        else:
            outcome.false.append(s)


class Witness:
    """What truth and agent had in the frames around a crossing."""

    def __init__(self, scene, tracks):
        self.scene, self.tracks = scene, tracks

    def is_on(self, true, said):
        """Whether the said track was on the true vehicle in any frame of the half second around either crossing."""
        return any(said.track in self.on(frame, true.track) for time in (true.time, said.time) for frame in self.around(time, 0.25))

    def around(self, time, seconds=0.5):
        middle, reach = round(time * self.scene.fps), round(seconds * self.scene.fps)
        return range(max(0, middle - reach), min(len(self.scene.rows), middle + reach + 1))

    def vehicle(self, frame, track):
        return next((row for row in self.scene.rows[frame] if row["track"] == track), None)

    def on(self, frame, track):
        """The said tracks that cover a vehicle or are pieces of it, with the vehicles that each of them covers."""
        row, said = self.vehicle(frame, track), self.tracks.get(frame, [])
        if row is None or not said:
            return {}
        rows, boxes = self.scene.rows[frame], [box for _, box in said]
        bodies, own = [r["box"] for r in rows], rows.index(row)
        covered, inside, fits = mot.cover(bodies, boxes), mot.cover(boxes, bodies).T, mot.overlaps(bodies, boxes)
        is_piece = (inside[own] >= PIECE) & (fits.argmax(0) == own)
        return {name: [r["track"] for r, share in zip(rows, covered[:, index]) if share >= ON]
                for index, (name, _) in enumerate(said) if covered[own, index] >= ON or is_piece[index]}

    def reasons(self, time, track):
        """Likely reasons, in words, strongest first."""
        kinds = {r["track"]: r["class"] for f in self.around(time) for r in self.scene.rows[f]}
        return [*self._merged(time, track, kinds), *self._hidden(time, track, kinds), *self._border(time, track), *self._tracked(time, track),
                *self._beside(time, track, kinds)]

    def _merged(self, time, track, kinds):
        frames = [self.on(frame, track) for frame in self.around(time)]
        others = collections.Counter(o for on in frames for o in {o for group in on.values() for o in group} - {track})
        return [f"in one box with {kinds[o]} {o} ({n} of {len(frames)} frames)" for o, n in others.most_common(3) if n > len(frames) / 4]

    def _hidden(self, time, track, kinds):
        seen = [(self.vehicle(frame, track), frame) for frame in self.around(time)]
        row, frame = min(((r, f) for r, f in seen if r), key=lambda item: item[0]["visible"], default=(None, 0))
        if row is None or row["visible"] > 0.75:
            return []
        in_front = [r for r in self.scene.rows[frame] if r["ground"][1] > row["ground"][1] and mot.cover([row["box"]], [r["box"]])[0, 0] > 0.1]
        behind = " behind " + ", ".join(f"{r['class']} {r['track']}" for r in in_front) if in_front else ""
        return [f"{row['visible']:.0%} visible{behind}"]

    def _border(self, time, track):
        width, height = self.scene.size
        for frame in self.around(time, 0.25):
            row = self.vehicle(frame, track)
            if row and (row["box"][0] <= 1 or row["box"][0] + row["box"][2] >= width - 1 or row["box"][1] + row["box"][3] >= height - 1):
                return ["cut by the picture's edge"]
        return []

    def _tracked(self, time, track):
        names = collections.Counter(name for frame in self.around(time) for name in self.on(frame, track))
        if not names:
            return ["no track on it"]
        return ["tracks " + ", ".join(f"{name} ({n})" for name, n in names.most_common(4))] if len(names) > 1 else []

    def _beside(self, time, track, kinds):
        """Who is so near that a shadow, or the wind of the encoder, may join the two."""
        frame = min(round(time * self.scene.fps), len(self.scene.rows) - 1)
        row = self.vehicle(frame, track)
        if row is None:
            return []
        x, y, wide, high = row["box"]
        room = 0.3 * (wide * high) ** 0.5
        near = mot.cover([r["box"] for r in self.scene.rows[frame]], [(x - room, y - room, wide + 2 * room, high + 2 * room)])[:, 0]
        names = [f"{r['class']} {r['track']}" for r, share in zip(self.scene.rows[frame], near) if share > 0.05 and r["track"] != track]
        return ["beside " + ", ".join(names)] if names else []

    def covered_by(self, said):
        """Whom the track of a passage lies on, in the frame nearest to it that has the track."""
        frames = sorted(self.around(said.time, 1.0), key=lambda frame: abs(frame - said.time * self.scene.fps))
        frame = next((f for f in frames if any(name == said.track for name, _ in self.tracks.get(f, []))), None)
        if frame is None:
            return ["its track has no box then"]
        box, rows = dict(self.tracks[frame])[said.track], self.scene.rows[frame]
        boxes = [r["box"] for r in rows]
        shares = zip(rows, mot.cover(boxes, [box])[:, 0], mot.cover([box], boxes)[0]) if rows else []
        names = [f"covers {a:.0%} of {r['class']} {r['track']}, lies {b:.0%} in it" for r, a, b in shares if max(a, b) > 0.1]
        return names or ["nobody is there"]


def report(outcome, witness):
    """One dictionary a failure, in time order."""
    out = []

    def say(what, crossing, reasons, vehicle=None, track=None, **more):
        about = {"vehicle": vehicle and vehicle.track, "class": vehicle and vehicle.kind, "track": track}
        out.append({"failure": what, "time": round(crossing.time, 2), "line": crossing.line, "direction": crossing.direction, **about, **more,
                    "reasons": reasons})

    for true in outcome.missed:
        say("missed", true, witness.reasons(true.time, true.track), true)
    for true, said in outcome.shifted:
        say("shifted", true, witness.reasons(true.time, true.track), true, said.track, by=round(said.time - true.time, 2))
    for said, true in outcome.doubled:
        say("doubled", said, witness.reasons(said.time, true.track), true, said.track, by=round(said.time - true.time, 2))
    for said in outcome.false:
        say("false", said, witness.covered_by(said), None, said.track)
    return sorted(out, key=lambda failure: failure["time"])


def true_crossings(truth):
    return [Crossing(e["t"], scenes.line_of(count), count["direction"], e["class"], e["track"]) for count in truth["counts"] for e in count["events"]]


def said_crossings(lines, wanted):
    return [Crossing(p["time"], p["line"], p["direction"], p["class"], p["track"]) for p in lines if p["type"] == "passage" and p["line"] in wanted]


def of_scene(scene, said):
    """The outcome of a scene and its witness."""
    true = true_crossings(scene.truth)
    witness = Witness(scene, said.tracks)
    outcome = compare(true, said_crossings(said.lines, {scenes.line_of(c) for c in scene.truth["counts"]}), witness.is_on)
    return outcome.before(scene.truth["video"]["duration_s"] - TOLERANCE_SECONDS), witness


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scene", required=True)
    parser.add_argument("--said")
    parser.add_argument("--sheet")
    parser.add_argument("--agent", default=".build/release/edge-agent")
    arguments = parser.parse_args()
    scene = scenes.Scene(arguments.scene)
    said = scenes.Said.of_file(arguments.said) if arguments.said else scenes.analyse(arguments.agent, scene)
    outcome, witness = of_scene(scene, said)
    failures = report(outcome, witness)
    for failure in failures:
        print(json.dumps(failure, ensure_ascii=False))
    print(json.dumps({"scene": scene.name, **outcome.figures()}))
    if arguments.sheet:
        from sheet import draw
        draw(scene, said, failures, arguments.sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
