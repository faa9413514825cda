"""What really happened, in pixels and metres: boxes, crossings, signals, violations, presence."""
import collections

import cairo
import numpy as np

from painter import hull

COARSE = 4  # visible shares are counted on a picture this much smaller
READABLE_PIXELS = 6  # across one character of a plate
LEAST_PIXELS = 6  # a box flatter than this is not a track yet
EVENT_TOLERANCE_FRAMES = 4
KINDS = ("motorbike", "car", "bus", "truck", "bicycle", "person", "threeWheeler")


class TruthRecorder:
    def __init__(self, layout, painter, fps):
        self.layout, self.painter, self.fps = layout, painter, fps
        self.camera = layout.camera
        self.lines = {name: [self.camera.ground(*end) for end in ends] for name, ends in layout.counting_lines.items()}
        if layout.stop_line:
            self.lines["stop"] = [self.camera.ground(*end) for end in layout.stop_line]
        for name, ends in zip(("speed-a", "speed-b"), layout.speed_lines):
            self.lines[name] = [self.camera.ground(*end) for end in ends]
        self.zone = [self.camera.ground(*corner) for corner in layout.intrusion_zone]
        self.passed = set()  # (track, line): nobody drives backwards, so a second crossing is a shaking pole's
        self.before = {}  # track -> its ground point in the frame before
        self.crossings, self.states, self.inside = [], collections.defaultdict(list), []
        self.plates = {}  # text -> when it was drawn largest
        self.front_states = {}  # track -> (time, signal state) when its front passed the stop line
        self.mask = cairo.ImageSurface(cairo.FORMAT_ARGB32, -(-self.camera.width // COARSE), -(-self.camera.height // COARSE))

    def record(self, frame, vehicles, signals, camera):
        """Takes one frame in and returns its row of the track file."""
        time = frame / self.fps
        for name, state in signals.items():
            if not self.states[name] or self.states[name][-1][1] != state:
                self.states[name].append((time, state))
        rows, silhouettes, present = [], [], False
        for vehicle in vehicles:
            row = self._row(vehicle, camera, silhouettes)
            if row is None:
                self.before.pop(vehicle.id, None)
                continue
            rows.append(row)
            self._plate_seen(vehicle, camera, frame)
            point = row["ground"]
            self._crossed(vehicle, point, frame, signals)
            present |= vehicle.kind == "person" and bool(self.zone) and _inside(point, self.zone)
        self._fronts(vehicles, signals, time)
        self._visible(rows, silhouettes)
        self.inside.append(present)
        return {"frame": frame, "t": round(time, 3), "tracks": rows}

    def _row(self, vehicle, camera, silhouettes):
        sprite = self.painter.sprite(vehicle)
        x, y = vehicle.place()
        pixels, depth = camera.project(sprite.silhouette + (x, y, 0.0))
        if depth.min() < 1.0:
            return None
        (left, top), (right, bottom) = pixels.min(axis=0), pixels.max(axis=0)
        clipped = [max(left, 0), max(top, 0), min(right, camera.width), min(bottom, camera.height)]
        if clipped[2] - clipped[0] < LEAST_PIXELS or clipped[3] - clipped[1] < LEAST_PIXELS:
            return None
        outline, _ = camera.project(sprite.cuboid + (x, y, 0.0))
        distance = float(np.hypot(x - camera.place[0], y - camera.place[1]))
        silhouettes.append((distance, hull(outline), len(silhouettes)))
        row = {"track": vehicle.id, "class": vehicle.kind, "lane": vehicle.lane.id,
               "box": [round(float(v), 1) for v in (clipped[0], clipped[1], clipped[2] - clipped[0], clipped[3] - clipped[1])],
               "ground": [round(float((left + right) / 2), 2), round(float(bottom), 2)], "metres": [round(x, 3), round(y, 3)],
               "kmh": round(vehicle.speed * 3.6, 2), "visible": 1.0}
        if vehicle.plate:
            row["plate"] = vehicle.plate.text
        return row

    def _crossed(self, vehicle, point, frame, signals):
        last = self.before.get(vehicle.id)
        self.before[vehicle.id] = point
        if last is None or vehicle.lane.is_path:
            return
        for name, (a, b) in self.lines.items():
            side_before, side = _side(a, b, last), _side(a, b, point)
            if (side_before > 0) == (side > 0):
                continue
            share = side_before / (side_before - side)
            at = [p + (q - p) * share for p, q in zip(last, point)]
            if not 0 <= _along(a, b, at) <= 1:
                continue
            if (vehicle.id, name) in self.passed:
                continue
            self.passed.add((vehicle.id, name))
            self.crossings.append({"frame": frame, "t": round((frame - 1 + share) / self.fps, 3), "line": name,
                                   "direction": "leftToRight" if side > 0 else "rightToLeft", "class": vehicle.kind,
                                   "track": vehicle.id, "lane": vehicle.lane.id, "kmh": round(vehicle.speed * 3.6, 2),
                                   "signals": dict(signals)})

    def _plate_seen(self, vehicle, camera, frame):
        """Keeps the frame where the plate that faces the camera is drawn largest, in whole inside the picture."""
        if vehicle.plate is None:
            return
        sprite = self.painter.sprite(vehicle)
        place = np.array([*vehicle.place(), 0.0])
        for index, face in enumerate(vehicle.body.faces):
            if face.role != "plate" or (camera.place - sprite.middles[index] - place) @ sprite.normals[index] <= 0:
                continue
            pixels, depth = camera.project(sprite.points[sprite.starts[index]:sprite.starts[index + 1]] + place)
            (left, top), (right, bottom) = pixels.min(axis=0), pixels.max(axis=0)
            if depth.min() < 1 or left < 0 or top < 0 or right > camera.width or bottom > camera.height:
                continue
            wide = float(np.linalg.norm(pixels[1] - pixels[0]))
            if wide > self.plates.get(vehicle.plate.text, {"width_px": 0})["width_px"]:
                self.plates[vehicle.plate.text] = {
                    "text": vehicle.plate.text, "track": vehicle.id, "class": vehicle.kind, "frame": frame, "t": round(frame / self.fps, 3),
                    "box": [round(float(v), 1) for v in (left, top, right - left, bottom - top)], "width_px": round(wide, 1),
                    "lines": len(vehicle.plate.rows)}

    def _fronts(self, vehicles, signals, time):
        for vehicle in vehicles:
            lane = vehicle.lane
            if lane.signal and vehicle.front > lane.stop_at and vehicle.id not in self.front_states:
                self.front_states[vehicle.id] = (round(time, 3), signals[lane.signal], vehicle.speed)

    def _visible(self, rows, silhouettes):
        """Shares of each hull that lie in the picture and are not hidden by a nearer one."""
        context = cairo.Context(self.mask)
        context.set_operator(cairo.OPERATOR_SOURCE)
        context.set_antialias(cairo.ANTIALIAS_NONE)
        context.set_source_rgba(0, 0, 0, 0)
        context.paint()
        for _, outline, index in sorted(silhouettes, reverse=True):
            context.move_to(outline[0][0] / COARSE, outline[0][1] / COARSE)
            for u, v in outline[1:]:
                context.line_to(u / COARSE, v / COARSE)
            context.close_path()
            context.set_source_rgba(0, 0, (index + 1) / 255, 1)
            context.fill()
        self.mask.flush()
        view = np.ndarray((self.mask.get_height(), self.mask.get_width(), 4), np.uint8, self.mask.get_data(),
                          strides=(self.mask.get_stride(), 4, 1))
        counts = np.bincount(view[:, :, 0].ravel(), minlength=256)
        for _, outline, index in silhouettes:
            area = abs(sum(a[0] * b[1] - a[1] * b[0] for a, b in zip(outline, outline[1:] + outline[:1]))) / 2 / COARSE ** 2
            rows[index]["visible"] = round(min(1.0, float(counts[index + 1]) / max(area, 1.0)), 2)

    def truth(self, name, frames, facts):
        camera = self.camera
        seconds = frames / self.fps
        result = {"schema": "video-truth/1", "file": name + ".mp4",
                  "video": {"width": camera.width, "height": camera.height, "mean_fps": self.fps, "frames": frames,
                            "duration_s": round(seconds, 3)},
                  "generated": facts, "counts": self._counts(), "signals": self._signals(seconds), "violations": self._violations(),
                  "presence": [], "quiet": [], "crossings": [c for c in self.crossings],
                  "camera": {"focal_pixels": camera.focal_pixels, "position_metres": list(camera.position),
                             "pitch_degrees": camera.pitch_degrees, "yaw_degrees": camera.yaw_degrees,
                             "ground_to_pixels": camera.ground_homography().tolist()},
                  "not_counted": "people on the pavements; a crossing is that of the bottom centre of the amodal box"}
        if self.layout.stop_line:
            result["stop_line"] = [_rounded(p) for p in self.lines["stop"]]
        if self.zone:
            result["presence"], result["quiet"] = self._presence(seconds)
        if self.layout.speed_lines:
            result["speed"] = self._speed()
        result["plates"] = self._plates()
        return result

    def _counts(self):
        counts = []
        for line in self.layout.counting_lines:
            a, b = self.lines[line]
            for way, sign in (("rightToLeft", -1), ("leftToRight", 1)):
                events = [c for c in self.crossings if c["line"] == line and c["direction"] == way]
                by_class = collections.Counter(c["class"] for c in events)
                normal = (-(b[1] - a[1]) * sign, (b[0] - a[0]) * sign)
                size = max((normal[0] ** 2 + normal[1] ** 2) ** 0.5, 1e-9)
                counts.append({"id": f"{line}-{way}", "line": [_rounded(a), _rounded(b)], "direction": way,
                               "dir_vec": [round(n / size, 3) for n in normal], "total": {"n": len(events), "tol": 0},
                               "by_class": {kind: {"n": by_class[kind], "tol": 0} for kind in KINDS if by_class[kind]},
                               "events": [{"frame": c["frame"], "t": c["t"], "class": c["class"], "track": c["track"]} for c in events],
                               "event_tol_frames": EVENT_TOLERANCE_FRAMES})
        return counts

    def _signals(self, seconds):
        result = []
        for signal in self.layout.signals:
            if not signal.place:
                continue
            x, y, z = signal.place
            pixels, _ = self.camera.project([(x - 0.42, y, z + 1.15), (x + 0.42, y, z - 1.15)])
            (u0, v0), (u1, v1) = np.round(pixels).astype(int).tolist()
            changes = self.states[signal.id]
            ends = [t for t, _ in changes[1:]] + [seconds]
            result.append({"id": signal.id, "roi": [u0, v0, u1 - u0, v1 - v0],
                           "states": [{"state": state, "from_t": round(t, 3), "to_t": round(end, 3)} for (t, state), end in zip(changes, ends)]})
        return result

    def _violations(self):
        result = []
        for c in self.crossings:
            if c["line"] != "stop" or c["direction"] != "rightToLeft":
                continue
            front_t, front_state, speed = self.front_states.get(c["track"], (c["t"], "green", 0))
            if front_state == "red":
                result.append({"type": "red_light", "frame": c["frame"], "t": c["t"], "tol_frames": EVENT_TOLERANCE_FRAMES, "certainty": "high",
                               "track": c["track"], "class": c["class"], "front_t": front_t})
            elif c["signals"].get("s1") == "red":
                result.append({"type": "red_light", "frame": c["frame"], "t": c["t"], "tol_frames": EVENT_TOLERANCE_FRAMES,
                               "certainty": "low: its front passed before red", "track": c["track"], "class": c["class"], "front_t": front_t})
        return result

    def _presence(self, seconds):
        zone = [_rounded(p) for p in self.zone]
        spans, start = [], None
        for frame, here in enumerate(self.inside + [False]):
            if here and start is None:
                start = frame
            elif not here and start is not None:
                spans.append((start / self.fps, frame / self.fps))
                start = None
        presence = [{"from_t": round(a, 3), "to_t": round(b, 3), "zone": zone, "what": "person in the zone"} for a, b in spans if b - a > 1]
        quiet, last = [], 0.0
        for a, b in spans + [(seconds, seconds)]:
            if a - last > 6:
                quiet.append({"from_t": round(last + 1, 3), "to_t": round(a - 1, 3), "zone": zone})
            last = b
        return presence, quiet

    def _speed(self):
        transits = []
        first = {c["track"]: c for c in self.crossings if c["line"] == "speed-a"}
        second = {c["track"]: c for c in self.crossings if c["line"] == "speed-b"}
        metres = abs(self.layout.speed_lines[0][0][1] - self.layout.speed_lines[1][0][1])
        for track in sorted(first.keys() & second.keys()):
            a, b = first[track], second[track]
            seconds = abs(b["t"] - a["t"])
            transits.append({"frame_a": a["frame"], "frame_b": b["frame"], "transit_s": round(seconds, 3), "track": track,
                             "class": a["class"], "kmh": a["kmh"], "mean_kmh": round(metres / seconds * 3.6, 2) if seconds else None})
        return {"line_a": [_rounded(p) for p in self.lines["speed-a"]], "line_b": [_rounded(p) for p in self.lines["speed-b"]],
                "fps": self.fps, "metres": metres, "transits": transits}

    def _plates(self):
        """Plates that were drawn with their text; `certainty` is low where a reader cannot be blamed for failing."""
        legible = [dict(p, certainty="high" if p["width_px"] / (10 if p["lines"] == 1 else 6) >= READABLE_PIXELS else "low: small")
                   for p in self.plates.values() if p["width_px"] >= 12]
        return sorted(legible, key=lambda p: (p["t"], p["track"]))


def _rounded(point):
    return [round(point[0], 1), round(point[1], 1)]


def _side(a, b, p):
    """Above 0 on the right hand of somebody at `a` who looks to `b` (y down)."""
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _along(a, b, p):
    dx, dy = b[0] - a[0], b[1] - a[1]
    return ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)


def _inside(point, ring):
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1]):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            inside = not inside
    return inside
