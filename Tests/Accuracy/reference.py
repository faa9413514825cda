#!/usr/bin/python3
"""What anybody gets from OpenCV's shelf, for comparison: MOG2 blobs followed by their centroids, and the HOG people detector.

    reference.py analyze --input VIDEO --geometry SITE.json [--tracks]

It prints the lines of `edge-agent analyze` that it can: `track`, `passage` (a centroid crosses a line), `securityAlert` (a centroid in
an intrusion zone) and, where there is a crowd zone, `crowdSample` (HOG, once a second).
"""
import argparse
import json
import os
import sys

import cv2
import numpy as np

WIDTH = 640  # of the working picture
LEAST_AREA = 0.0008  # of the picture
FORGET_SECONDS, QUIET_SECONDS = 0.5, 2.0
KERNEL = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))


class Blobs:
    def __init__(self):
        self.model = cv2.createBackgroundSubtractorMOG2(history=500, varThreshold=25, detectShadows=True)

    def find(self, picture):
        mask = cv2.threshold(self.model.apply(picture), 200, 255, cv2.THRESH_BINARY)[1]
        mask = cv2.dilate(cv2.morphologyEx(mask, cv2.MORPH_OPEN, KERNEL), KERNEL, iterations=2)
        outlines = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
        return [cv2.boundingRect(o) for o in outlines if cv2.contourArea(o) > LEAST_AREA * picture.shape[0] * picture.shape[1]]


class Centroids:
    """Each blob goes to the nearest centroid within its own size."""

    def __init__(self):
        self.tracks, self.made = {}, 0  # identity -> (centroid before, centroid, box, time)

    def update(self, boxes, time):
        self.tracks = {name: track for name, track in self.tracks.items() if time - track[3] <= FORGET_SECONDS}
        near = sorted((_distance(track[1], _centre(box)), name, index) for name, track in self.tracks.items() for index, box in enumerate(boxes))
        names, taken = {}, set()
        for distance, name, index in near:
            if name not in taken and index not in names and distance <= max(boxes[index][2:]):
                names[index] = name
                taken.add(name)
        for index, box in enumerate(boxes):
            if index not in names:
                self.made += 1
                names[index] = self.made
            before = self.tracks[names[index]][1] if names[index] in self.tracks else _centre(box)
            self.tracks[names[index]] = (before, _centre(box), box, time)
        return [(name, self.tracks[name]) for name in names.values()]


class Rules:
    def __init__(self, site, scale):
        self.lines = [(line["id"], *([c / scale for c in line[end]] for end in ("from", "to"))) for line in site.get("lines", []) if line["kind"] == "counting"]
        self.zones = {z["id"]: [[c / scale for c in p] for p in z["points"]] for z in site.get("zones", []) if z["kind"] == "intrusion"}
        self.crowds = [z["id"] for z in site.get("zones", []) if z["kind"] == "crowd"]
        self.counted, self.seen = set(), {}

    def passages(self, name, before, now, time):
        for line, a, b in self.lines:
            sides = [(b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) for p in (before, now)]
            along = ((now[0] - a[0]) * (b[0] - a[0]) + (now[1] - a[1]) * (b[1] - a[1])) / max((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2, 1)
            if (sides[0] > 0) != (sides[1] > 0) and 0 <= along <= 1 and (name, line) not in self.counted:
                self.counted.add((name, line))
                yield {"type": "passage", "time": time, "line": line, "class": "moving", "track": name,
                       "direction": "leftToRight" if sides[1] > 0 else "rightToLeft"}

    def alerts(self, points, time):
        for zone, ring in self.zones.items():
            if any(cv2.pointPolygonTest(np.array(ring, np.float32), p, False) >= 0 for p in points):
                if zone not in self.seen:
                    yield {"type": "securityAlert", "kind": "intrusion", "zone": zone, "phase": "opened", "severity": "low", "time": time}
                self.seen[zone] = time
            elif zone in self.seen and time - self.seen[zone] > QUIET_SECONDS:
                del self.seen[zone]
                yield {"type": "securityAlert", "kind": "intrusion", "zone": zone, "phase": "ended", "severity": "low", "time": time}


def analyze(path, site, with_tracks):
    """Yields the lines."""
    video, blobs, centroids, frame, first, second = cv2.VideoCapture(path), Blobs(), Centroids(), 0, None, -1
    people = cv2.HOGDescriptor()
    people.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())
    scale = max(1.0, video.get(cv2.CAP_PROP_FRAME_WIDTH) / WIDTH)
    rules, time = Rules(site, scale), 0.0
    while True:
        is_there, picture = video.read()
        if not is_there:
            break
        first = video.get(cv2.CAP_PROP_POS_MSEC) if first is None else first
        time = round((video.get(cv2.CAP_PROP_POS_MSEC) - first) / 1000, 3)
        small = cv2.resize(picture, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA) if scale > 1 else picture
        found = centroids.update(blobs.find(small), time)
        for name, (before, now, box, _) in found:
            if with_tracks:
                yield {"type": "track", "time": time, "frame": frame, "track": name, "class": "moving", "box": [round(v * scale, 1) for v in box]}
            yield from rules.passages(name, before, now, time)
        yield from rules.alerts([track[1] for _, track in found], time)
        if rules.crowds and int(time) > second:
            second = int(time)
            count = len(people.detectMultiScale(picture, winStride=(8, 8), scale=1.05)[0])
            for zone in rules.crowds:
                yield {"type": "crowdSample", "time": time, "zone": zone, "count": count, "low": count, "high": count}
        frame += 1
    yield {"type": "summary", "time": time, "framesRead": frame, "framesDecoded": frame, "secondsOfVideo": time, "cpuSeconds": sum(os.times()[:2])}


def _centre(box):
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def _distance(a, b):
    return ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["analyze"])
    parser.add_argument("--input", required=True)
    parser.add_argument("--geometry", required=True)
    parser.add_argument("--tracks", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    cv2.setRNGSeed(1)
    with open(arguments.geometry, encoding="utf-8") as file:
        site = json.load(file)
    for line in analyze(arguments.input, site, arguments.tracks):
        print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
