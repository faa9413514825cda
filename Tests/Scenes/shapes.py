"""Bodies of the seven classes, made of convex frusta and small patches on their faces. Metres, y forward, z up, ground at z = 0."""
import dataclasses

import numpy as np

GLASS, TYRE, DARK, HUB = (0.13, 0.17, 0.21), (0.07, 0.07, 0.08), (0.12, 0.12, 0.13), (0.45, 0.46, 0.48)
HEAD, TAIL, SKIN, AMBER = (0.95, 0.95, 0.88), (0.60, 0.06, 0.06), (0.72, 0.52, 0.40), (0.85, 0.45, 0.08)
PAINTS = [(0.92, 0.92, 0.92), (0.75, 0.77, 0.79), (0.35, 0.36, 0.38), (0.10, 0.10, 0.12), (0.55, 0.07, 0.08), (0.12, 0.20, 0.45),
          (0.60, 0.56, 0.48), (0.13, 0.32, 0.22), (0.80, 0.35, 0.08)]
CARGO = [(0.85, 0.86, 0.84), (0.18, 0.32, 0.55), (0.20, 0.42, 0.28), (0.66, 0.20, 0.14), (0.72, 0.62, 0.32)]
BUSES = [(0.78, 0.20, 0.12), (0.15, 0.45, 0.35), (0.90, 0.72, 0.15), (0.20, 0.40, 0.70), (0.90, 0.90, 0.90)]
CLOTHES = [(0.75, 0.15, 0.18), (0.16, 0.25, 0.50), (0.20, 0.20, 0.22), (0.85, 0.85, 0.82), (0.25, 0.42, 0.28), (0.86, 0.62, 0.20),
           (0.55, 0.30, 0.50), (0.45, 0.60, 0.75)]
HELMETS = [(0.85, 0.85, 0.85), (0.10, 0.10, 0.12), (0.70, 0.12, 0.12), (0.15, 0.30, 0.60), (0.85, 0.75, 0.20)]

REAR, FRONT, RIGHT, LEFT, TOP = (0, 1, 5, 4), (2, 3, 7, 6), (1, 2, 6, 5), (3, 0, 4, 7), (4, 5, 6, 7)


@dataclasses.dataclass
class Face:
    corners: np.ndarray  # [n, 3] in the body's own metres
    colour: tuple
    normal: np.ndarray
    part: int
    role: str = "paint"  # paint, glass, head, tail, plate


@dataclasses.dataclass
class Part:
    centre: np.ndarray
    level: int  # parts of a higher level stand on the lower ones and are drawn later


class Body:
    """Faces in parts. `length`, `width` and `height` are the outer measures."""

    def __init__(self, kind, length, width, height):
        self.kind, self.length, self.width, self.height = kind, length, width, height
        self.faces, self.parts, self.spheres, self.lamps = [], [], [], []

    def frustum(self, bottom, top, z, colour, level=1, top_colour=None, x=0.0):
        """`bottom` and `top` are (rear y, front y, width). Returns the part's eight corners for patches."""
        (rear, front, wide), (rear_t, front_t, wide_t) = bottom, top
        corners = np.array([(x + sx * w / 2, y, h) for r, f, w, h in ((rear, front, wide, z[0]), (rear_t, front_t, wide_t, z[1]))
                            for sx, y in ((-1, r), (1, r), (1, f), (-1, f))])
        part = self._part(corners.mean(axis=0), level)
        for face in (REAR, FRONT, RIGHT, LEFT, TOP):
            self._face(corners[list(face)], top_colour if face == TOP and top_colour else colour, part)
        return corners, part

    def box(self, y, width, z, colour, level=1, x=0.0, top_colour=None):
        return self.frustum((y[0], y[1], width), (y[0], y[1], width), z, colour, level, top_colour, x)

    def patch(self, solid, face, u, v, colour, role="paint"):
        """A piece of a face: u from its left to its right edge as seen from outside, v upwards, both 0...1."""
        corners, part = solid
        bl, br, tr, tl = corners[list(face)]

        def at(a, b):
            return (bl * (1 - a) + br * a) * (1 - b) + (tl * (1 - a) + tr * a) * b

        quad = np.array([at(u[0], v[0]), at(u[1], v[0]), at(u[1], v[1]), at(u[0], v[1])])
        self._face(quad, colour, part, role)
        if role in ("head", "tail"):
            self.lamps.append((role, quad.mean(axis=0)))

    def wheel(self, solid, y, radius, x):
        angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        for r, colour in ((radius, TYRE), (radius * 0.55, HUB)):
            ring = np.array([(x, y + r * np.cos(a), radius + r * np.sin(a)) for a in (angles if x > 0 else -angles)])
            self._face(ring, colour, solid[1])

    def wheels(self, solid, ys, radius):
        for y in ys:
            for x in (-self.width / 2, self.width / 2):
                self.wheel(solid, y, radius, x)

    def sphere(self, centre, radius, colour, level=4):
        self.spheres.append((np.array(centre), radius, colour, self._part(np.array(centre), level)))

    def _part(self, centre, level):
        self.parts.append(Part(centre, level))
        return len(self.parts) - 1

    def _face(self, corners, colour, part, role="paint"):
        normal = np.cross(corners[1] - corners[0], corners[2] - corners[1])
        self.faces.append(Face(corners, colour, normal / max(np.linalg.norm(normal), 1e-9), part, role))


def make_body(kind, random):
    return MAKERS[kind](random)


def _plate_patches(body, solid, face, width, height, above):
    """A plate in the middle of a face, `above` metres over its lower edge."""
    corners = solid[0][list(face)]
    wide, tall = np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])
    u, v = width / wide / 2, height / tall
    body.patch(solid, face, (0.5 - u, 0.5 + u), (above / tall, above / tall + v), (0.9, 0.9, 0.9), "plate")


def _car(random):
    length, width, height = random.uniform(3.8, 4.7), random.uniform(1.68, 1.84), random.uniform(1.43, 1.72)
    paint, half = random.choice(PAINTS), length / 2
    body = Body("car", length, width, height)
    body.box((-half + 0.35, half - 0.35), width - 0.2, (0.05, 0.35), DARK, 0)
    lower = body.frustum((-half, half, width), (-half + 0.12, half - 0.18, width - 0.10), (0.24, 0.86), paint)
    body.patch(lower, REAR, (0.03, 0.22), (0.55, 0.82), TAIL, "tail")
    body.patch(lower, REAR, (0.78, 0.97), (0.55, 0.82), TAIL, "tail")
    body.patch(lower, FRONT, (0.04, 0.25), (0.48, 0.74), HEAD, "head")
    body.patch(lower, FRONT, (0.75, 0.96), (0.48, 0.74), HEAD, "head")
    body.patch(lower, FRONT, (0.30, 0.70), (0.42, 0.66), DARK)
    body.patch(lower, FRONT, (0.02, 0.98), (0.0, 0.16), DARK)
    body.patch(lower, REAR, (0.02, 0.98), (0.0, 0.14), DARK)
    _plate_patches(body, lower, REAR, 0.47, 0.12, 0.22)
    _plate_patches(body, lower, FRONT, 0.47, 0.12, 0.12)
    body.wheels(lower, (-half + 0.78, half - 0.80), 0.31)
    for side in (RIGHT, LEFT):
        body.patch(lower, side, (0.03, 0.97), (0.52, 0.55), tuple(c * 0.7 for c in paint))
    hatch = random.random() < 0.5
    back = -half + (0.15 if hatch else 0.75)
    cabin = body.frustum((back, half - 1.05, width - 0.14), (back + (0.25 if hatch else 0.50), half - 1.85, width - 0.42),
                         (0.85, height), paint, 2)
    body.patch(cabin, REAR, (0.07, 0.93), (0.10, 0.86), GLASS, "glass")
    body.patch(cabin, FRONT, (0.05, 0.95), (0.06, 0.92), GLASS, "glass")
    for side in (RIGHT, LEFT):
        body.patch(cabin, side, (0.07, 0.48), (0.10, 0.86), GLASS, "glass")
        body.patch(cabin, side, (0.53, 0.92), (0.10, 0.86), GLASS, "glass")
    return body


def _bus(random):
    length, width, height = random.uniform(8.8, 11.5), 2.46, random.uniform(2.9, 3.2)
    paint, half = random.choice(BUSES), length / 2
    body = Body("bus", length, width, height)
    body.box((-half + 0.4, half - 0.4), width - 0.3, (0.05, 0.45), DARK, 0)
    solid = body.frustum((-half, half, width), (-half + 0.08, half - 0.14, width - 0.12), (0.32, height), paint, 1, (0.88, 0.88, 0.88))
    body.patch(solid, REAR, (0.10, 0.90), (0.55, 0.88), GLASS, "glass")
    body.patch(solid, FRONT, (0.05, 0.95), (0.36, 0.82), GLASS, "glass")
    body.patch(solid, FRONT, (0.22, 0.78), (0.85, 0.95), (0.85, 0.55, 0.10))
    for side in (RIGHT, LEFT):
        for i in range(6):
            body.patch(solid, side, (0.05 + i * 0.152, 0.19 + i * 0.152), (0.48, 0.84), GLASS, "glass")
        body.patch(solid, side, (0.0, 1.0), (0.28, 0.36), (0.92, 0.92, 0.90))
    for u in ((0.05, 0.14), (0.86, 0.95)):
        body.patch(solid, REAR, u, (0.18, 0.34), TAIL, "tail")
        body.patch(solid, FRONT, u, (0.12, 0.22), HEAD, "head")
    _plate_patches(body, solid, REAR, 0.47, 0.12, 0.30)
    _plate_patches(body, solid, FRONT, 0.47, 0.12, 0.18)
    body.wheels(solid, (-half + 2.2, half - 2.4), 0.48)
    return body


def _truck(random):
    length, width, height = random.uniform(5.6, 8.6), random.uniform(2.0, 2.35), random.uniform(2.5, 3.3)
    paint, cargo, half = random.choice(PAINTS), random.choice(CARGO), length / 2
    body = Body("truck", length, width, height)
    chassis = body.box((-half, half - 0.3), width - 0.4, (0.35, 0.75), DARK, 0)
    for u in ((0.04, 0.18), (0.82, 0.96)):
        body.patch(chassis, REAR, u, (0.3, 0.8), TAIL, "tail")
    _plate_patches(body, chassis, REAR, 0.47, 0.12, 0.12)
    cab = body.frustum((half - 1.75, half, width - 0.1), (half - 1.70, half - 0.35, width - 0.3), (0.40, 2.25), paint)
    body.patch(cab, FRONT, (0.06, 0.94), (0.52, 0.92), GLASS, "glass")
    for side in (RIGHT, LEFT):
        body.patch(cab, side, (0.25, 0.85) if side == RIGHT else (0.15, 0.75), (0.52, 0.90), GLASS, "glass")
    for u in ((0.04, 0.20), (0.80, 0.96)):
        body.patch(cab, FRONT, u, (0.16, 0.28), HEAD, "head")
    _plate_patches(body, cab, FRONT, 0.47, 0.12, 0.08)
    body.wheel(cab, half - 0.95, 0.42, width / 2)
    body.wheel(cab, half - 0.95, 0.42, -width / 2)
    open_bed = random.random() < 0.3
    hold = body.box((-half, half - 1.85), width, (0.75, 1.55 if open_bed else height), cargo, 1,
                    top_colour=(0.34, 0.30, 0.26) if open_bed else tuple(min(1, c * 1.05) for c in cargo))
    body.patch(hold, REAR, (0.49, 0.51), (0.02, 0.98), tuple(c * 0.6 for c in cargo))
    for side in (RIGHT, LEFT):
        for i in range(1, 6):
            body.patch(hold, side, (i / 6, i / 6 + 0.012), (0.02, 0.98), tuple(c * 0.75 for c in cargo))
    body.wheels(hold, (-half + 1.3,), 0.42)
    return body


def _rider(body, y, seat, random, level=3, arms_to=None):
    """A sitting person on a two-wheeler; `arms_to` is the handlebar's y."""
    shirt, trousers = random.choice(CLOTHES), random.choice([(0.15, 0.16, 0.20), (0.25, 0.27, 0.35), (0.40, 0.36, 0.30)])
    for x in (-0.19, 0.19):
        body.box((y - 0.05, y + 0.36), 0.14, (seat - 0.38, seat + 0.06), trousers, level, x)
    body.frustum((y - 0.16, y + 0.12, 0.36), (y - 0.10, y + 0.14, 0.44), (seat, seat + 0.56), shirt, level + 1)
    if arms_to is not None:
        for x in (-0.27, 0.27):
            body.box((y + 0.05, arms_to), 0.10, (seat + 0.26, seat + 0.40), shirt, level + 1, x)
    body.sphere((0, y + 0.04, seat + 0.74), 0.15, random.choice(HELMETS), level + 2)
    return seat + 0.89


def _motorbike(random):
    length = random.uniform(1.82, 2.0)
    paint, half = random.choice(PAINTS), length / 2
    body = Body("motorbike", length, 0.74, 1.6)
    for y in (-half + 0.29, half - 0.29):
        body.box((y - 0.29, y + 0.29), 0.11, (0.0, 0.56), TYRE, 0)
    frame = body.frustum((-half + 0.10, half - 0.45, 0.30), (-half + 0.02, half - 0.60, 0.30), (0.36, 0.76), paint)
    body.patch(frame, REAR, (0.15, 0.85), (0.66, 0.92), TAIL, "tail")
    _plate_patches(body, frame, REAR, 0.19, 0.14, 0.06)
    nose = body.frustum((half - 0.62, half - 0.34, 0.40), (half - 0.66, half - 0.50, 0.30), (0.36, 1.02), paint)
    body.patch(nose, FRONT, (0.25, 0.75), (0.66, 0.88), HEAD, "head")
    body.box((half - 0.68, half - 0.62), 0.70, (0.98, 1.06), DARK, 2)
    body.box((-half + 0.08, half - 0.80), 0.26, (0.76, 0.82), DARK, 2)
    body.height = _rider(body, -0.16, 0.80, random, 3, half - 0.64)
    if random.random() < 0.28:
        _rider(body, -0.52, 0.84, random)
    elif random.random() < 0.15:
        body.box((-half - 0.05, -half + 0.48), 0.50, (0.82, 1.28), random.choice(CARGO), 3)
    return body


def _bicycle(random):
    body = Body("bicycle", 1.75, 0.55, 1.65)
    for y in (-0.55, 0.55):
        body.box((y - 0.32, y + 0.32), 0.05, (0.0, 0.64), TYRE, 0)
    body.box((-0.50, 0.45), 0.05, (0.40, 0.62), random.choice(PAINTS), 1)
    body.box((0.36, 0.42), 0.52, (0.98, 1.04), DARK, 2)
    body.height = _rider(body, -0.20, 0.86, random, 3, 0.38)
    return body


def _person(random):
    shirt, trousers = random.choice(CLOTHES), random.choice([(0.15, 0.16, 0.20), (0.25, 0.27, 0.35), (0.42, 0.38, 0.32)])
    tall = random.uniform(0.92, 1.06)
    body = Body("person", 0.5, 0.5, 1.72 * tall)
    for x, y in ((-0.10, 0.10), (0.10, -0.10)):
        body.box((y - 0.08, y + 0.08), 0.15, (0.0, 0.82 * tall), trousers, 1, x)
    body.frustum((-0.12, 0.12, 0.34), (-0.11, 0.11, 0.44), (0.80 * tall, 1.42 * tall), shirt, 2)
    body.sphere((0, 0, 1.58 * tall), 0.13, random.choice([(0.10, 0.08, 0.07), (0.12, 0.10, 0.09), (0.82, 0.74, 0.55)]), 3)
    return body


def _three_wheeler(random):
    paint = random.choice(PAINTS[3:])
    body = Body("threeWheeler", 2.9, 1.3, 1.75)
    body.box((0.75, 1.35), 0.12, (0.0, 0.56), TYRE, 0)
    bed = body.box((-1.45, 0.35), 1.25, (0.40, 0.95), paint, 1, top_colour=(0.45, 0.38, 0.30))
    for u in ((0.02, 0.14), (0.86, 0.98)):
        body.patch(bed, REAR, u, (0.1, 0.4), TAIL, "tail")
    _plate_patches(body, bed, REAR, 0.19, 0.14, 0.10)
    for x in (-0.63, 0.63):
        body.wheel(bed, -0.85, 0.28, x)
    load = random.choice(CARGO)
    body.frustum((-1.35, 0.25, 1.1), (-1.1, 0.05, 0.8), (0.95, random.uniform(1.2, 1.7)), load, 2)
    nose = body.frustum((0.62, 1.10, 0.42), (0.62, 0.95, 0.34), (0.40, 1.05), paint)
    body.patch(nose, FRONT, (0.25, 0.75), (0.6, 0.85), HEAD, "head")
    body.box((0.72, 0.78), 0.72, (1.02, 1.10), DARK, 2)
    body.height = max(1.7, _rider(body, 0.38, 0.86, random, 3, 0.76))
    return body


MAKERS = {"car": _car, "bus": _bus, "truck": _truck, "motorbike": _motorbike, "bicycle": _bicycle, "person": _person,
          "threeWheeler": _three_wheeler}
