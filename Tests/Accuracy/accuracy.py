#!/usr/bin/python3
"""`make accuracy`: tracks and counts of the release build on generated scenes and real clips, beside a stock OpenCV script.

Prints a JSON line for every row, then a table; fails where a figure is worse than Golden/scenes.txt or Golden/clips.txt.

    ONLY="day-200 clips"   some of the scenes, and the clips
    UPDATE_GOLDENS=1       writes the goldens anew: say in the commit why
    REFERENCE=0            without the OpenCV script (a third of the time)
    AGENT=…                another build's command
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import counts  # noqa: E402
import mot  # noqa: E402
import scenes  # noqa: E402
from golden import FOLDER, Table, aligned, text  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / ".build" / "accuracy"
SHARED = ROOT.parent / "shared"
REFERENCE = f"/usr/bin/python3 {ROOT / 'Tests/Accuracy/reference.py'}"

SCENES = {  # what generate.py is told
    "day-200": ("road-day", 1, 200, 0.7, None),
    "busy-day": ("road-day", 11, 200, 2.0, 60),
    "busy-night": ("road-night", 12, 200, 2.0, 60),
    "rain": ("road-rain", 13, 200, 2.0, 60),
    "shake": ("road-day-shake", 14, 200, 1.2, 60),
    "queue": ("junction-day", 15, 220, 1.6, 110),
    "bus-occlusion": ("road-day-buses", 16, 200, 1.2, 60),
}
SHORT = {  # what `make test` looks at with the debug build
    "short-day": ("road-day", 21, 60, 1.2, 22),
    "short-night": ("road-night", 22, 60, 1.2, 22),
}
FIGURES = {"idf1": 1, "hota": 1, "detA": 0, "assA": 0, "switches": -1, "falseTracks": -1, "missedObjects": -1, "idf1Near": 1, "hotaNear": 1,
           "true": 0, "right": 1, "missed": -1, "extra": -1, "classRight": 1}
FAMILIES = {"good": 1, "of": 0, "share": 1}
BARS = {  # what is asked for in the end: told, and no reason to fail before it is reached
    "day-200": {"missed": 0, "extra": 0}, "busy-day": {"idf1": 0.90}, "busy-night": {"idf1": 0.80}, "rain": {"idf1": 0.80},
    "count": {"share": 0.95}, "events": {"share": 0.90}, "class": {"share": 0.85}, "people": {"share": 0.85}, "inside": {"share": 0.90},
    "quiet": {"share": 1.0},
}
SCENES_HEADING = ["Tracks and counts of generated scenes; `make accuracy` says when one is worse. Columns: Tests/README.md."]
CLIPS_HEADING = ["Families of the real clips' scores (share = good / of); `make accuracy` says when one is worse."]


def main():
    chosen = os.environ.get("ONLY", "").split() or [*SCENES, "clips"]
    agent = os.environ.get("AGENT", str(ROOT / ".build/release/edge-agent"))
    agents = {"agent": agent} if os.environ.get("REFERENCE") == "0" else {"agent": agent, "opencv": REFERENCE}
    unknown = set(chosen) - {*SCENES, *SHORT, "clips"}
    if unknown:
        print(f"accuracy: no scene {', '.join(sorted(unknown))}; there are {', '.join([*SCENES, *SHORT, 'clips'])}", file=sys.stderr)
        return 64
    worse = score_scenes([name for name in chosen if name != "clips"], agents)
    if "clips" in chosen:
        worse += score_clips(agents)
    for line in worse:
        print("WORSE", line)
    return 1 if worse else 0


def score_scenes(names, agents):
    if not names:
        return []
    rows = {}
    for name in names:
        scene = scenes.Scene(str(drawn(name)))
        for who, command in agents.items():
            rows[name, who] = figures(scene, scenes.analyse(command, scene))
            print(json.dumps({"scene": name, "who": who, **rows[name, who]}), flush=True)
    return _judged(Table(FOLDER / "scenes.txt", FIGURES, SCENES_HEADING), rows)


def figures(scene, said):
    """A scene's row."""
    frames = scene.frames(said)
    strict, near = mot.score(frames), mot.score(frames, mot.nearness)
    outcome, _ = counts.of_scene(scene, said)
    row = {**strict, "idf1Near": near["idf1"], "hotaNear": near["hota"], **outcome.figures()}
    return {name: round(row[name], 3) if isinstance(row[name], float) else row[name] for name in FIGURES}


def drawn(name):
    """The scene's files in the work folder; drawn where they are missing or the generator has changed."""
    scene, seed, vehicles, rate, seconds = {**SCENES, **SHORT}[name]
    generator = ROOT / "Tests" / "Scenes"
    sources = b"".join(path.read_bytes() for path in sorted(generator.glob("*.py")) if not path.name.startswith("test_"))
    options = ["--scene", scene, "--seed", str(seed), "--vehicles", str(vehicles), "--rate", str(rate)] + (["--seconds", str(seconds)] if seconds else [])
    stamp, digest = WORK / f"{name}.stamp", hashlib.sha256(sources + repr(options).encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        WORK.mkdir(parents=True, exist_ok=True)
        subprocess.run(["/usr/bin/python3", generator / "generate.py", *options, "--out", WORK, "--name", name], check=True, stdout=sys.stderr)
        stamp.write_text(digest)
    return WORK / name


def score_clips(agents):
    """The families of `score_clips.py`, where the clips are there."""
    scorer = SHARED / "eval" / "score_clips.py"
    if not scorer.exists():
        print(f"clips left out: no {scorer}")
        return []
    rows, report = {}, WORK / "clips.json"
    WORK.mkdir(parents=True, exist_ok=True)
    for who, command in agents.items():
        subprocess.run(["/usr/bin/python3", scorer, "--agent", command, "--data", SHARED / "data/video", "--json", report], check=True,
                       stdout=subprocess.DEVNULL)
        for family, score in json.loads(report.read_text())["families"].items():
            if score["of"]:
                rows[family, who] = {"good": round(float(score["good"]), 3), "of": score["of"], "share": round(score["good"] / score["of"], 3)}
                print(json.dumps({"clips": family, "who": who, **rows[family, who]}), flush=True)
    return _judged(Table(FOLDER / "clips.txt", FAMILIES, CLIPS_HEADING), rows)


def _judged(table, rows):
    """Prints the table; writes the golden where asked, else says what is worse than it."""
    columns = list(table.better)
    cells = [["", "", *columns]]
    for (name, who), row in rows.items():
        if who == "agent" and name in table.rows:
            cells.append([name, "golden", *(text(table.rows[name].get(c, "")) for c in columns)])
        cells.append([name, who, *(text(row[c]) for c in columns)])
        if who == "opencv":
            cells.append(["", "agent : opencv", *(f"{rows[name, 'agent'][c] / row[c]:.2f}" if row[c] and table.better[c] else "" for c in columns)])
    print(aligned(cells), flush=True)
    own = {name: row for (name, who), row in rows.items() if who == "agent"}
    for name, column, bar in ((name, column, bar) for name in own for column, bar in BARS.get(name, {}).items()):
        holds = table.better[column] * (own[name][column] - bar) >= 0
        print(json.dumps({"bar": f"{name} {column}", "value": own[name][column], "bound": bar, "holds": holds}), flush=True)
    if os.environ.get("UPDATE_GOLDENS") == "1":
        table.write(own)
        return []
    return [line for name, row in own.items() for line in table.worse(name, row)]


if __name__ == "__main__":
    sys.exit(main())
