"""Draws one frame: the empty street, cast shadows, then the vehicles from far to near, lamps and weather."""
import math
import random as randoms

import cairo
import numpy as np

from background import glow, paint_background

LAMP_COLOURS = {"red": (0.98, 0.16, 0.10), "yellow": (1.0, 0.78, 0.15), "green": (0.15, 0.95, 0.45)}
DECALS_FROM = 9.0  # pixels a metre: plates and lamps are drawn from here on
TEXT_FROM = 42.0  # pixels a metre: plate texts are drawn from here on


class Sprite:
    """A body prepared for drawing along one heading: its arrays, its hull's ground shadow."""

    def __init__(self, vehicle, light):
        body, (dx, dy) = vehicle.body, vehicle.lane.heading
        self.turn = np.array([[dy, dx, 0], [-dx, dy, 0], [0, 0, 1.0]])  # local (right, forward, up) to metres
        self.counts = [len(face.corners) for face in body.faces]
        self.starts = np.concatenate([[0], np.cumsum(self.counts)]).tolist()
        corners = np.concatenate([face.corners for face in body.faces])
        spheres = np.array([s[0] for s in body.spheres]).reshape(-1, 3)
        self.points = np.concatenate([corners, spheres, np.array([p.centre for p in body.parts])]) @ self.turn.T
        self.first_sphere, self.first_part = len(corners), len(corners) + len(spheres)
        self.normals = np.array([face.normal for face in body.faces]) @ self.turn.T
        self.middles = np.array([face.corners.mean(axis=0) for face in body.faces]) @ self.turn.T
        self.base = np.array([face.colour for face in body.faces])
        lit = light.ambient * (0.82 + 0.18 * np.clip(self.normals[:, 2], 0, 1)) + light.sun * np.clip(self.normals @ light.towards_sun, 0, None)
        self.shades = self.base * lit[:, None]
        self.parts = [[] for _ in body.parts]
        for index, face in enumerate(body.faces):
            self.parts[face.part].append(index)
        self.sphere_of = {s[3]: i for i, s in enumerate(body.spheres)}
        self.silhouette = self.points[:self.first_sphere]
        extra = [c + np.array(d) * r for c, r, _, _ in body.spheres
                 for d in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1))]
        if extra:
            self.silhouette = np.concatenate([self.silhouette, np.array(extra) @ self.turn.T])
        self.shadow = self._ground_shadow(light)
        sx, sy = body.width / 2, body.length / 2
        self.cuboid = np.array([(x, y, z) for z in (0, body.height) for x in (-sx, sx) for y in (-sy, sy)]) @ self.turn.T

    def _ground_shadow(self, light):
        sx, sy = light.shadow_per_metre
        rings = []
        for part in self.parts:
            if not part:
                continue
            points = np.concatenate([self.points[self.starts[f]:self.starts[f + 1]] for f in part])
            flat = points[:, :2] + points[:, 2:] * (sx, sy)
            rings.append(hull(flat))
        return rings


def hull(points):
    """Convex hull, counter-clockwise (monotone chain)."""
    ordered = sorted(map(tuple, np.round(points, 4)))
    if len(ordered) < 3:
        return ordered

    def half(sequence):
        chain = []
        for p in sequence:
            while len(chain) > 1 and ((chain[-1][0] - chain[-2][0]) * (p[1] - chain[-2][1])
                                      - (chain[-1][1] - chain[-2][1]) * (p[0] - chain[-2][0])) <= 0:
                chain.pop()
            chain.append(p)
        return chain[:-1]

    return half(ordered) + half(reversed(ordered))


class Painter:
    def __init__(self, layout, light, seed):
        self.layout, self.light, self.camera = layout, light, layout.camera
        self.background = paint_background(layout, light, seed)
        self.surface = cairo.ImageSurface(cairo.FORMAT_RGB24, self.camera.width, self.camera.height)
        self.sprites = {}
        self.random = randoms.Random(f"rain {seed}")
        self.streaks = self._rain_layers() if light.is_rain else []

    def sprite(self, vehicle):
        if vehicle.id not in self.sprites:
            self.sprites[vehicle.id] = Sprite(vehicle, self.light)
        return self.sprites[vehicle.id]

    def paint(self, vehicles, signals, camera=None):
        """Draws the frame and returns its pixels (BGRX bytes). `camera` differs from the layout's when the pole shakes."""
        context = cairo.Context(self.surface)
        context.set_antialias(cairo.ANTIALIAS_FAST)
        self._paint_background(context, camera)
        camera = camera or self.camera
        placed = [(v, self.sprite(v), np.array([*v.place(), 0.0])) for v in vehicles]
        placed.sort(key=lambda item: -float(np.hypot(*(item[2][:2] - camera.place[:2]))))
        if self.light.shadow > 0:
            self._shadows(context, camera, placed)
        if self.light.is_night:
            for vehicle, _, place in placed:
                self._beam(context, camera, vehicle, place)
        for vehicle, sprite, place in placed:
            if self.light.is_rain:
                self._body(context, camera, vehicle, sprite, place, mirrored=True)
            self._body(context, camera, vehicle, sprite, place)
        self._signals(context, camera, signals)
        if self.streaks:
            context.set_source_surface(self.random.choice(self.streaks), 0, -self.random.randrange(40))
            context.paint()
        self.surface.flush()
        return self.surface.get_data()

    def _paint_background(self, context, camera):
        context.set_operator(cairo.OPERATOR_SOURCE)
        if camera is None:
            context.set_source_surface(self.background)
            context.paint()
        else:
            # A turn of the camera by a fraction of a degree moves the whole picture: translation and rotation of the plane.
            du = -math.radians(camera.yaw_degrees - self.camera.yaw_degrees) * self.camera.focal_pixels
            dv = -math.radians(camera.pitch_degrees - self.camera.pitch_degrees) * self.camera.focal_pixels
            context.save()
            context.translate(self.camera.width / 2 + du, self.camera.height / 2 + dv)
            context.rotate(-math.radians(camera.roll_degrees))
            context.translate(-self.camera.width / 2, -self.camera.height / 2)
            context.set_source_surface(self.background)
            context.get_source().set_filter(cairo.FILTER_BILINEAR)
            context.get_source().set_extend(cairo.EXTEND_PAD)
            context.paint()
            context.restore()
        context.set_operator(cairo.OPERATOR_OVER)

    def _shadows(self, context, camera, placed):
        for _, sprite, place in placed:
            for ring in sprite.shadow:
                points = np.zeros((len(ring), 3))
                points[:, :2] = np.array(ring) + place[:2]
                pixels, depth = camera.project(points)
                if depth.min() < 1.0:
                    continue
                _trace(context, pixels.tolist())
        context.set_source_rgba(0.05, 0.06, 0.09, self.light.shadow)
        context.fill()

    def _beam(self, context, camera, vehicle, place):
        if vehicle.kind in ("person", "bicycle"):
            return
        heading = np.array([*vehicle.lane.heading, 0.0])
        side = np.array([heading[1], -heading[0], 0.0])
        nose = place + heading * (vehicle.body.length / 2 + 0.4)
        for reach, wide, strength in ((13.0, 2.6, 0.26), (6.0, 1.7, 0.30)):
            middle = nose + heading * reach / 2
            pixels, depth = camera.project([middle, middle + heading * reach / 2, middle + side * wide, nose])
            if depth.min() < 2.0:
                continue
            (cu, cv), (au, av), (su, sv), _ = pixels
            # An ellipse on the ground, through the affine map that fits the projection at its middle.
            context.save()
            context.transform(cairo.Matrix(au - cu, av - cv, su - cu, sv - cv, cu, cv))
            fade = cairo.RadialGradient(-0.25, 0, 0, 0, 0, 1)
            fade.add_color_stop_rgba(0, 1.0, 0.93, 0.75, strength)
            fade.add_color_stop_rgba(1, 1.0, 0.93, 0.75, 0)
            context.rectangle(-1, -1, 2, 2)
            context.restore()
            context.save()
            context.clip()
            context.transform(cairo.Matrix(au - cu, av - cv, su - cu, sv - cv, cu, cv))
            context.set_operator(cairo.OPERATOR_ADD)
            context.set_source(fade)
            context.paint()
            context.restore()

    def _body(self, context, camera, vehicle, sprite, place, mirrored=False):
        points = sprite.points + place
        if mirrored:
            points = points * (1, 1, -1)
        pixels, depth = camera.project(points)
        if depth.min() < 1.0:
            return
        distance = float(depth[sprite.first_part])
        scale = camera.focal_pixels / distance
        if not _touches(pixels, camera):
            return
        facing = sprite.normals * (1, 1, -1) if mirrored else sprite.normals
        middles = (sprite.middles + place) * (1, 1, -1) if mirrored else sprite.middles + place
        seen = (((camera.place - middles) * facing).sum(axis=1) > 0).tolist()
        colours = self._colours(sprite, place, distance, mirrored)
        pixels = pixels.tolist()
        faces, starts = vehicle.body.faces, sprite.starts
        for part in self._part_order(vehicle.body, sprite, points, camera, mirrored):
            sphere = sprite.sphere_of.get(part)
            if sphere is not None:
                self._sphere(context, pixels[sprite.first_sphere + sphere], vehicle.body.spheres[sphere], scale, colours, place, distance)
            for index in sprite.parts[part]:
                if not seen[index]:
                    continue
                face = faces[index]
                if face.role != "paint" and scale < DECALS_FROM:
                    continue
                if mirrored and face.role == "plate":
                    continue
                corners = pixels[starts[index]:starts[index + 1]]
                if face.role == "plate":
                    self._plate(context, corners, vehicle.plate, scale, colours[index])
                    continue
                _trace(context, corners)
                context.set_source_rgb(*colours[index])
                context.fill()
        if self.light.is_night and not mirrored:
            self._lamps(context, camera, vehicle, sprite, place)

    def _part_order(self, body, sprite, points, camera, mirrored):
        away = np.linalg.norm(points[sprite.first_part:] - camera.place, axis=1)
        return sorted(range(len(body.parts)), key=lambda i: (-body.parts[i].level if mirrored else body.parts[i].level, -away[i]))

    def _colours(self, sprite, place, distance, mirrored):
        light = self.light
        lit = light.brightness
        if light.is_night:
            lit *= float(light.on_ground(place[0], place[1]))
        clear = math.exp(-distance / light.sight_metres)
        colours = sprite.shades * (lit * clear * np.array(light.tint)) + np.array(light.haze) * (1 - clear)
        if mirrored:
            colours = colours * 0.28 + np.array([0.30, 0.31, 0.33]) * light.brightness * 0.72
        return np.minimum(colours, 1.0).tolist()

    def _sphere(self, context, place, sphere, scale, colours, ground, distance):
        _, radius, colour, _ = sphere
        light = self.light
        lit = light.brightness * (float(light.on_ground(ground[0], ground[1])) if light.is_night else 1.0)
        clear = math.exp(-distance / light.sight_metres)
        top = [min(1.0, c * lit * (light.ambient + light.sun * 0.8) * clear + h * (1 - clear)) for c, h in zip(colour, light.haze)]
        size = radius * scale
        context.new_sub_path()
        context.arc(place[0], place[1], size, 0, 2 * math.pi)
        if size > 3:
            shade = cairo.RadialGradient(place[0] + size * 0.3, place[1] - size * 0.4, size * 0.1, place[0], place[1], size * 1.1)
            shade.add_color_stop_rgb(0, *top)
            shade.add_color_stop_rgb(1, *(c * 0.55 for c in top))
            context.set_source(shade)
        else:
            context.set_source_rgb(*top)
        context.fill()

    def _plate(self, context, corners, plate, scale, lit):
        """`lit` is the shaded white of the face; the plate's colours take its brightness."""
        if plate is None:
            return
        share = sum(lit) / 2.7
        _trace(context, corners)
        context.set_source_rgb(*(min(1.0, c * share * 1.05) for c in plate.ground))
        context.fill()
        if scale < TEXT_FROM:
            return
        bl, br, _, tl = corners
        context.save()
        # Unit square with y downwards from the plate's upper left corner.
        context.transform(cairo.Matrix(br[0] - bl[0], br[1] - bl[1], bl[0] - tl[0], bl[1] - tl[1], tl[0], tl[1]))
        context.select_font_face("DejaVu Sans Condensed", cairo.FONT_SLANT_NORMAL, cairo.FONT_WEIGHT_BOLD)
        context.set_source_rgb(*(min(1.0, c * share) for c in plate.ink))
        rows = len(plate.rows)
        for row, text in enumerate(plate.rows):
            context.save()
            context.set_font_size(1.0)
            extents = context.text_extents("0")
            wide = context.text_extents(text).x_advance
            tall = (0.66 if rows == 1 else 0.36) / extents.height
            context.translate(0.5, (row + 0.5) / rows if rows == 1 else 0.27 + 0.47 * row)
            context.scale(0.90 / wide, tall)
            context.move_to(-wide / 2, extents.height / 2)
            context.text_path(text)
            context.fill()
            context.restore()
        context.restore()

    def _lamps(self, context, camera, vehicle, sprite, place):
        heading = np.array(vehicle.lane.heading)
        towards = camera.place[:2] - place[:2]
        facing = float(heading @ towards) / max(float(np.linalg.norm(towards)), 0.1)
        for role, at in vehicle.body.lamps:
            (pixel,), (depth,) = camera.project([at @ sprite.turn.T + place])
            if depth < 1.0:
                continue
            if role == "head" and facing > 0.1:
                glow(context, pixel, camera.focal_pixels * 0.75 / depth, (1.0, 0.96, 0.85), 0.95 * facing)
            elif role == "tail" and facing < -0.1:
                braking = 1.0 if vehicle.speed < 1.0 else 0.6
                glow(context, pixel, camera.focal_pixels * 0.32 / depth, (1.0, 0.12, 0.06), braking)

    def _signals(self, context, camera, states):
        for signal in self.layout.signals:
            if not signal.place:
                continue
            x, y, z = signal.place
            for name, up in (("red", 0.72), ("yellow", 0.0), ("green", -0.72)):
                (pixel,), (depth,) = camera.project([(x, y - 0.06, z + up)])
                radius = camera.focal_pixels * 0.27 / depth
                on = states[signal.id] == name
                context.new_sub_path()
                context.arc(pixel[0], pixel[1], radius, 0, 2 * math.pi)
                context.set_source_rgb(*(c if on else c * 0.16 + 0.03 for c in LAMP_COLOURS[name]))
                context.fill()
                if on:
                    glow(context, pixel, radius * (4.5 if self.light.is_night else 2.2), LAMP_COLOURS[name], 0.45)

    def _rain_layers(self):
        layers = []
        for _ in range(7):
            layer = cairo.ImageSurface(cairo.FORMAT_ARGB32, self.camera.width, self.camera.height + 40)
            context = cairo.Context(layer)
            for _ in range(int(420 * self.camera.width / 1280)):
                near = self.random.random() ** 2
                x, y = self.random.uniform(0, self.camera.width), self.random.uniform(-40, self.camera.height + 40)
                long = (12 + 34 * near) * self.camera.height / 720
                context.move_to(x, y)
                context.line_to(x - long * 0.14, y + long)
                context.set_line_width(0.7 + 0.9 * near)
                context.set_source_rgba(0.85, 0.88, 0.92, 0.10 + 0.20 * near)
                context.stroke()
            layers.append(layer)
        return layers


def _trace(context, corners):
    context.move_to(*corners[0])
    for u, v in corners[1:]:
        context.line_to(u, v)
    context.close_path()


def _touches(pixels, camera):
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    return high[0] > 0 and low[0] < camera.width and high[1] > 0 and low[1] < camera.height
