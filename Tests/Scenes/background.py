"""The empty street, painted once: ground textures in metres, markings, buildings, trees, posts."""
import math
import random as randoms

import cairo
import numpy as np

FAR_METRES = 400.0


def noise(x, y, seed):
    """Smooth noise 0...1 over the plane, one bump a metre."""
    xi, yi = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = x - xi, y - yi
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)

    def lattice(a, b):
        h = (a * 374761393 + b * 668265263 + seed * 982451653) & 0xFFFFFFFF
        h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
        return ((h ^ (h >> 16)) & 0xFFFF) / 65535.0

    top = lattice(xi, yi) * (1 - fx) + lattice(xi + 1, yi) * fx
    bottom = lattice(xi, yi + 1) * (1 - fx) + lattice(xi + 1, yi + 1) * fx
    return top * (1 - fy) + bottom * fy


def paint_background(layout, light, seed):
    """A cairo RGB24 surface of the street without traffic."""
    camera = layout.camera
    pixels = _ground_and_sky(layout, light, seed)
    surface = cairo.ImageSurface(cairo.FORMAT_RGB24, camera.width, camera.height)
    view = np.ndarray((camera.height, camera.width, 4), np.uint8, surface.get_data(), strides=(surface.get_stride(), 4, 1))
    view[:, :, :3] = np.clip(pixels[:, :, ::-1] * 255, 0, 255).astype(np.uint8)
    surface.mark_dirty()
    context = cairo.Context(surface)
    _street_furniture(context, layout, light, seed)
    surface.flush()
    return surface


def _ground_and_sky(layout, light, seed):
    camera = layout.camera
    v, u = np.mgrid[0:camera.height, 0:camera.width] + 0.5
    rays = np.stack([(u - camera.width / 2) / camera.focal_pixels, (v - camera.height / 2) / camera.focal_pixels, np.ones_like(u)], axis=-1)
    world = rays @ camera.axes
    fall = -world[:, :, 2]
    is_ground = fall > camera.place[2] / FAR_METRES
    reach = camera.place[2] / np.where(is_ground, fall, 1.0)
    x, y = camera.place[0] + world[:, :, 0] * reach, camera.place[1] + world[:, :, 1] * reach
    ground = _ground(layout, x, y, reach, seed)
    ground *= light.on_ground(x, y)[:, :, None] if light.is_night else 1.0
    ground = ground * (light.brightness * np.array(light.tint))
    haze = (1 - np.exp(-reach / light.sight_metres))[:, :, None]
    ground = ground * (1 - haze) + np.array(light.haze) * haze
    up = np.clip(-fall / 0.35, 0, 1)[:, :, None]
    sky = np.array(light.haze) * (1 - up) + np.array(light.sky) * up
    return np.where(is_ground[:, :, None], ground, sky)


def _ground(layout, x, y, reach, seed):
    fine = np.exp(-reach / 45.0)
    cloud = noise(x / 7, y / 11, seed) - 0.5
    grain = (noise(x * 6, y * 6, seed + 1) - 0.5) * fine
    asphalt = 0.345 + 0.07 * cloud + 0.07 * grain
    ax = np.abs(x)
    for middle in (2.4, 5.8):
        for track in (-0.8, 0.8):
            asphalt -= 0.026 * np.exp(-((ax - middle - track) / 0.28) ** 2)
        asphalt -= 0.03 * np.exp(-((ax - middle) / 0.35) ** 2) * noise(x, y / 9, seed + 2)
    asphalt += 0.02 * np.clip(ax - 8.5, 0, 1.3)
    tint = np.array([1.0, 0.99, 0.96])
    colour = asphalt[:, :, None] * tint
    walk = ax > layout.road_half
    tile = ((np.floor(x / 0.6) + np.floor(y / 0.6)) % 2) * 0.035 * fine + ((np.abs(x % 0.6) < 0.03) | (np.abs(y % 0.6) < 0.03)) * -0.05 * fine
    pavement = (0.50 + tile + 0.06 * cloud + 0.05 * grain)[:, :, None] * np.array([1.0, 0.93, 0.84])
    if layout.cross_road:
        near, far = layout.cross_road
        walk &= (y < near) | (y > far)
    colour = np.where(walk[:, :, None], pavement, colour)
    yard = (ax > 14.5) & walk
    grass = (0.30 + 0.12 * cloud + 0.16 * grain)[:, :, None] * np.array([0.72, 0.92, 0.48])
    colour = np.where(yard[:, :, None], grass, colour)
    return _marked(layout, x, y, colour, grain, seed)


def _marked(layout, x, y, colour, grain, seed):
    ax, half = np.abs(x), layout.road_half
    wear = 0.80 + 0.5 * (noise(x * 3, y * 3, seed + 5) - 0.5)
    white, yellow = np.array([0.82, 0.82, 0.80]), np.array([0.80, 0.62, 0.18])
    along = np.ones_like(x, dtype=bool)
    if layout.cross_road:
        near, far = layout.cross_road
        along = (y < near - 6.5) | (y > far + 6.5)
    dashed = (y % 9.0 < 3.5)
    lines = along & ((np.abs(ax - 4.1) < 0.07) & dashed | (np.abs(ax - 7.5) < 0.07) | (np.abs(ax - half + 0.25) < 0.06))
    if layout.cross_road:
        a, b = layout.stop_line
        back = far + (near - a[1])
        lines |= (np.abs(y - a[1]) < 0.22) & (x > a[0]) & (x < b[0]) | (np.abs(y - back) < 0.22) & (-x > a[0]) & (-x < b[0])
        stripes = (x % 1.0 < 0.5) & (ax < half - 0.4)
        lines |= stripes & ((y > near - 5.0) & (y < near - 2.0) | (y > far + 2.0) & (y < far + 5.0))
        middle, inside = (near + far) / 2, ax < half + 2
        lines |= ~inside & (np.abs(y - middle) < 0.07)
        lines |= ~inside & (ax > half + 6) & (x % 7.0 < 3) & ((np.abs(y - near - 3.2) < 0.06) | (np.abs(y - far + 3.2) < 0.06))
    mix = (lines * np.clip(wear, 0, 1))[:, :, None]
    colour = colour * (1 - mix) + white * mix
    median = along & (ax < layout.median_half)
    kerb_paint = np.where((y % 2.0 < 1.0)[:, :, None], np.array([0.78, 0.76, 0.70]), np.array([0.30, 0.29, 0.28]))
    colour = np.where((median & (ax > layout.median_half - 0.22))[:, :, None], kerb_paint, colour)
    colour = np.where((median & (ax <= layout.median_half - 0.22))[:, :, None], np.array([0.24, 0.36, 0.16]) * (1 + 2 * grain)[:, :, None], colour)
    kerb = (ax > half) & (ax < half + 0.28)
    if layout.cross_road:
        kerb &= (y < near) | (y > far)
    return np.where(kerb[:, :, None], np.array([0.60, 0.59, 0.56]), colour)


def _street_furniture(context, layout, light, seed):
    random = randoms.Random(f"street {seed}")
    things = []
    for side in (-1, 1):
        y = 6.0
        while y < 185:
            wide, tall = random.uniform(4.0, 7.0), random.uniform(6.0, 17.0)
            gap = layout.cross_road and layout.cross_road[0] - 8 < y + wide and y < layout.cross_road[1] + 8
            if not gap and random.random() < 0.93:
                things.append((y, _building, (side, 17.5 + random.uniform(0, 1.2), y, wide, tall, random.random())))
            y += wide + random.choice((0.0, 0.0, 0.3, 2.5))
        if layout.cross_road:
            things += _row_behind_crossing(layout, side, random)
        y = 16.0 + random.uniform(0, 4)
        while y < 170:
            if not (layout.cross_road and layout.cross_road[0] - 5 < y < layout.cross_road[1] + 5) and y > 24:
                things.append((y, _tree, (side * 15.2, y, random.uniform(4.5, 7.0), random.random())))
            if int(y) % 3 != 1 and not (layout.cross_road and layout.cross_road[0] - 3 < y + 5 < layout.cross_road[1] + 3):
                things.append((y + 5, _lamp_post, (side * 10.6, y + 5)))
            y += random.uniform(10, 15)
    for y, paint, details in sorted(things, key=lambda thing: -thing[0]):
        paint(context, layout, light, *details)
    for signal in layout.signals:
        if signal.place:
            _signal_mast(context, layout, light, signal)


def _row_behind_crossing(layout, side, random):
    """Buildings whose fronts look at the crossing road and at the camera."""
    things, along, y = [], 30.0, layout.cross_road[1] + 9
    while along < 120:
        wide, tall = random.uniform(5.0, 9.0), random.uniform(6.0, 14.0)
        things.append((y + along / 20, _facing_building, (side * along, y, side * wide, tall, random.random())))
        along += wide + random.choice((0.0, 0.5, 3.0))
    return things


def polygon(context, camera, points, colour):
    pixels, depth = camera.project(points)
    if depth.max() < 0.7:
        return
    context.move_to(*pixels[0])
    for u, v in pixels[1:]:
        context.line_to(u, v)
    context.close_path()
    context.set_source_rgb(*colour)
    context.fill()


def _shadow(context, layout, light, points):
    if light.is_night or light.shadow <= 0:
        return
    pixels, _ = layout.camera.project(points)
    context.move_to(*pixels[0])
    for u, v in pixels[1:]:
        context.line_to(u, v)
    context.close_path()
    context.set_source_rgba(0.04, 0.05, 0.08, light.shadow * 0.8)
    context.fill()


def _building(context, layout, light, side, near_x, y, wide, tall, tone):
    palette = [(0.86, 0.80, 0.66), (0.74, 0.78, 0.78), (0.86, 0.72, 0.60), (0.70, 0.74, 0.62), (0.90, 0.88, 0.84), (0.62, 0.66, 0.74)]
    paint = palette[int(tone * 997) % len(palette)]
    x, deep = side * near_x, side * (near_x + 12)
    lit = light.wall(side)

    def shade(colour, share=1.0):
        return light.seen(tuple(c * share for c in colour), lit, math.hypot(x, y))

    camera = layout.camera
    front = [(x, y, 0), (x, y + wide, 0), (x, y + wide, tall), (x, y, tall)]
    polygon(context, camera, [(x, y, 0), (deep, y, 0), (deep, y, tall), (x, y, tall)], shade(paint, 0.72))
    for floor in range(1, int(tall / 3.3)):
        for part in range(3):
            a, z = x + side * (1.2 + 3.6 * part), floor * 3.3
            polygon(context, camera, [(a, y, z + 0.9), (a + side * 1.5, y, z + 0.9), (a + side * 1.5, y, z + 2.3), (a, y, z + 2.3)],
                    shade((0.24, 0.28, 0.32), 0.8))
    polygon(context, camera, front, shade(paint))
    floors = int(tall / 3.3)
    for floor in range(floors):
        z = floor * 3.3
        if floor == 0:
            polygon(context, camera, [(x, y + 0.4, 0.1), (x, y + wide - 0.4, 0.1), (x, y + wide - 0.4, 2.6), (x, y + 0.4, 2.6)],
                    shade(((0.32, 0.34, 0.36), (0.22, 0.30, 0.38), (0.40, 0.26, 0.20))[int(tone * 31) % 3]))
            sign = ((0.70, 0.16, 0.14), (0.14, 0.30, 0.60), (0.85, 0.70, 0.20), (0.16, 0.45, 0.28))[int(tone * 57) % 4]
            polygon(context, camera, [(x, y + 0.1, 2.7), (x, y + wide - 0.1, 2.7), (x, y + wide - 0.1, 3.4), (x, y + 0.1, 3.4)], shade(sign))
            continue
        for part in range(2):
            a = y + wide * (0.10 + 0.45 * part)
            glow = light.is_night and (int(tone * 9973) >> (floor * 2 + part)) & 3 == 0
            colour = (0.80, 0.66, 0.38) if glow else shade((0.22, 0.26, 0.30))
            polygon(context, camera, [(x, a, z + 0.9), (x, a + wide * 0.35, z + 0.9), (x, a + wide * 0.35, z + 2.5), (x, a, z + 2.5)], colour)
        polygon(context, camera, [(x, y, z), (x, y + wide, z), (x, y + wide, z + 0.22), (x, y, z + 0.22)], shade(paint, 0.8))


def _facing_building(context, layout, light, x, y, wide, tall, tone):
    palette = [(0.86, 0.80, 0.66), (0.72, 0.77, 0.78), (0.84, 0.70, 0.58), (0.88, 0.86, 0.82)]
    paint, lit = palette[int(tone * 997) % len(palette)], light.ambient + light.sun * max(0.0, -float(light.towards_sun[1]))

    def board(a, b, low, high, colour):
        polygon(context, layout.camera, [(x + wide * a, y, low), (x + wide * b, y, low), (x + wide * b, y, high), (x + wide * a, y, high)],
                light.seen(colour, lit, math.hypot(x, y)))

    board(0, 1, 0, tall, paint)
    board(0.08, 0.92, 0.1, 2.6, (0.30, 0.32, 0.35))
    board(0.02, 0.98, 2.7, 3.4, ((0.70, 0.16, 0.14), (0.14, 0.30, 0.60), (0.85, 0.70, 0.20))[int(tone * 57) % 3])
    for floor in range(1, int(tall / 3.3)):
        for a in (0.10, 0.40, 0.70):
            board(a, a + 0.2, floor * 3.3 + 0.9, floor * 3.3 + 2.4, (0.24, 0.28, 0.32))


def _tree(context, layout, light, x, y, tall, tone):
    camera, random = layout.camera, randoms.Random(f"tree {x} {y}")
    sx, sy = light.shadow_per_metre
    for _ in range(9):
        cx, cy = x + sx * tall * 0.75 + random.uniform(-1.6, 1.6), y + sy * tall * 0.75 + random.uniform(-1.6, 1.6)
        ring = [(cx + 1.3 * math.cos(a), cy + 1.3 * math.sin(a), 0) for a in np.linspace(0, 2 * math.pi, 10, endpoint=False)]
        _shadow(context, layout, light, ring)
    polygon(context, camera, [(x - 0.16, y, 0), (x + 0.16, y, 0), (x + 0.10, y, tall * 0.7), (x - 0.10, y, tall * 0.7)],
            light.seen((0.34, 0.27, 0.20), 0.7, y))
    leaves = []
    for _ in range(170):
        a, b, r = random.uniform(0, 2 * math.pi), random.uniform(-1, 1), 2.0 * random.random() ** 0.4
        flat = math.sqrt(1 - b * b)
        leaves.append((x + r * flat * math.cos(a), y + r * flat * math.sin(a), tall * 0.78 + r * b * 0.85, random.uniform(0.85, 1.15)))
    for lx, ly, lz, own in sorted(leaves, key=lambda leaf: (leaf[2] - leaf[1])):
        (place,), (depth,) = camera.project([(lx, ly, lz)])
        if depth < 1:
            continue
        share = (0.55 + 0.30 * (lz - tall * 0.78 + 1.7) / 1.7) * own
        context.arc(place[0], place[1], max(0.8, camera.focal_pixels * 0.34 / depth), 0, 2 * math.pi)
        context.set_source_rgb(*light.seen((0.25, 0.40 + 0.06 * tone, 0.16), share, y))
        context.fill()


def _lamp_post(context, layout, light, x, y):
    camera, colour = layout.camera, light.seen((0.55, 0.56, 0.57), 0.85, y)
    inner = x * 0.80
    polygon(context, camera, [(x - 0.08, y, 0), (x + 0.08, y, 0), (x + 0.05, y, 8.2), (x - 0.05, y, 8.2)], colour)
    polygon(context, camera, [(x, y, 8.05), (inner, y, 8.45), (inner, y, 8.55), (x, y, 8.2)], colour)
    polygon(context, camera, [(inner - 0.4, y, 8.35), (inner + 0.4, y, 8.35), (inner + 0.4, y, 8.52), (inner - 0.4, y, 8.52)],
            (1.0, 0.90, 0.68) if light.is_night else colour)
    sx, sy = light.shadow_per_metre
    _shadow(context, layout, light, [(x - 0.08, y, 0), (x + 0.08, y, 0), (x + 0.06 + sx * 8.2, y + sy * 8.2, 0), (x - 0.06 + sx * 8.2, y + sy * 8.2, 0)])
    if light.is_night:
        (place,), (depth,) = camera.project([(inner, y, 8.4)])
        if depth > 1:
            glow(context, place, camera.focal_pixels * 1.3 / depth, (1.0, 0.85, 0.55), 0.55)


def glow(context, place, radius, colour, strength):
    if radius < 1:
        return
    pattern = cairo.RadialGradient(place[0], place[1], 0, place[0], place[1], radius)
    pattern.add_color_stop_rgba(0, *colour, strength)
    pattern.add_color_stop_rgba(0.25, *colour, strength * 0.35)
    pattern.add_color_stop_rgba(1, *colour, 0)
    context.set_operator(cairo.OPERATOR_ADD)
    context.set_source(pattern)
    context.rectangle(place[0] - radius, place[1] - radius, 2 * radius, 2 * radius)
    context.fill()
    context.set_operator(cairo.OPERATOR_OVER)


def _signal_mast(context, layout, light, signal):
    x, y, z = signal.place
    post, colour = layout.road_half + 0.8, light.seen((0.62, 0.63, 0.64), 0.85, y)
    polygon(context, layout.camera, [(post - 0.1, y, 0), (post + 0.1, y, 0), (post + 0.1, y, z + 0.9), (post - 0.1, y, z + 0.9)], colour)
    polygon(context, layout.camera, [(x, y, z + 0.7), (post, y, z + 0.7), (post, y, z + 0.85), (x, y, z + 0.85)], colour)
    box = [(x - 0.42, y - 0.05, z - 1.15), (x + 0.42, y - 0.05, z - 1.15), (x + 0.42, y - 0.05, z + 1.15), (x - 0.42, y - 0.05, z + 1.15)]
    polygon(context, layout.camera, box, (0.05, 0.05, 0.06))
