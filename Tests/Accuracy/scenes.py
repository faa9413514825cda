"""Generated scenes and what the agent said about them; which of the truth counts.

An object counts in a frame where at least half of it can be seen (in the picture, and not behind a nearer one) and its box is at least
24 pixels large (the root of the area; at 1280x720 a motorbike 45 m away, a car 70 m). Where it does not count, nothing said about it is
right or wrong; who it is when it comes back is. People on the pavements count like vehicles: they move.
"""
import collections
import gzip
import json
import os
import shlex
import subprocess

import mot

LEAST_VISIBLE = 0.5
LEAST_SIZE = 24.0


class Scene:
    """A scene's files: `path` is their common name without endings."""

    def __init__(self, path):
        self.path, self.name = path, os.path.basename(path)
        with open(path + ".truth.json", encoding="utf-8") as file:
            self.truth = json.load(file)
        with gzip.open(path + ".tracks.jsonl.gz", "rt", encoding="utf-8") as file:
            self.rows = [json.loads(line)["tracks"] for line in file]
        self.fps = self.truth["video"]["mean_fps"]
        self.size = self.truth["video"]["width"], self.truth["video"]["height"]

    def frames(self, said):
        """The sequence for `mot.score`."""
        return [_judged(rows, said.tracks.get(number, [])) for number, rows in enumerate(self.rows)]


def _judged(rows, said):
    true = [(row["track"], row["box"]) for row in rows if counts(row)]
    return true, mot.without_uncounted(true, [row["box"] for row in rows if not counts(row)], said, LEAST_SIZE)


def counts(row):
    return row["visible"] >= LEAST_VISIBLE and row["box"][2] * row["box"][3] >= LEAST_SIZE ** 2


class Said:
    """The lines of `analyze --tracks`."""

    def __init__(self, lines):
        self.lines = [line for line in lines if line["type"] != "track"]
        self.tracks = collections.defaultdict(list)
        for line in lines:
            if line["type"] == "track":
                self.tracks[line["frame"]].append((line["track"], tuple(line["box"])))

    @classmethod
    def of_text(cls, text):
        return cls([json.loads(line) for line in text.splitlines()])

    @classmethod
    def of_file(cls, path):
        with open(path, encoding="utf-8") as file:
            return cls.of_text(file.read())


def analyse(agent, scene):
    """Runs an agent (a command line that knows `analyze`) on a scene."""
    command = shlex.split(agent) + ["analyze", "--input", scene.path + ".mp4", "--geometry", scene.path + ".site.json", "--tracks"]
    return Said.of_text(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def line_of(count):
    """The site's line of a count: its name is LINE-DIRECTION."""
    return count["id"].removesuffix("-" + count["direction"])
