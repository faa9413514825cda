"""From a labelled picture to one training crop: scale, flip, light, night, blur, codec. Nothing here knows of the network."""
import cv2
import numpy as np

SIDE = 256
GREY = 114
CELL = 4
SCALES = (0.65, 1.6)
MOSAIC = 0.22  # of the crops are four at small scales: single people far away, whom no picture here shows otherwise
NEAREST = 3.5  # pixels between heads (a quarter of them have less) that a small scale must leave: nearer ones cannot be told apart
SMALLEST = 0.2


class Crop:
    """pixels side side 3; points n 2 in its pixels; judged: cells where the answer is known; absent: only "nobody" is known there."""

    def __init__(self, picture, random, side=SIDE, scales=SCALES):
        scale = float(np.exp(random.uniform(*np.log(scales)))) if side < SIDE or random.random() < 0.75 else 1.0
        height, width = picture.pixels.shape[:2]
        left, top = _start(width * scale, side, random), _start(height * scale, side, random)
        flip = random.random() < 0.5
        self.pixels = _cut(picture.pixels, scale, left, top, flip, side)
        points = picture.points * scale - [left, top]
        self.points = points[((points >= 0) & (points < side)).all(1)].astype(np.float32)
        boxes = picture.boxes * scale - [left, top, left, top]
        self.absent = picture.kind == "vehicles"
        self.judged = np.full((side // CELL, side // CELL), not self.absent)
        for x0, y0, x1, y1 in np.clip(boxes / CELL, 0, side // CELL):
            if x1 > x0 and y1 > y0:
                self.judged[int(y0):int(np.ceil(y1)), int(x0):int(np.ceil(x1))] = self.absent
        if flip:
            self.points[:, 0] = side - self.points[:, 0]
            self.judged = self.judged[:, ::-1].copy()


def training_crop(pool, random):
    crop = mosaic(pool, random) if random.random() < MOSAIC else Crop(pool.draw(random), random)
    crop.pixels = photometric(crop.pixels, random)
    return crop


def mosaic(pool, random):
    """Four crops of half the side, at scales that single people get small by."""
    half, tiles = SIDE // 2, []
    while len(tiles) < 4:
        picture = pool.draw(random)
        least = least_scale(picture.points)
        if picture.kind != "vehicles" and least < SCALES[0]:
            tiles.append(Crop(picture, random, half, (least, SCALES[0])))
    whole = tiles[0]
    whole.points = np.concatenate([t.points + [half * (i % 2), half * (i // 2)] for i, t in enumerate(tiles)]).astype(np.float32)
    whole.pixels, whole.judged = (np.vstack([np.hstack([getattr(t, name) for t in tiles[i:i + 2]]) for i in (0, 2)]) for name in ("pixels", "judged"))
    return whole


def least_scale(points):
    """How small a picture may get before its heads run into one another."""
    if len(points) < 2:
        return SMALLEST
    squares = ((points[:, None] - points[None]) ** 2).sum(2)
    np.fill_diagonal(squares, np.inf)
    return float(np.clip(NEAREST / max(1.0, np.quantile(np.sqrt(squares.min(1)), 0.25)), SMALLEST, 1))


def _start(length, side, random):
    """Where the crop begins: anywhere inside, or around the whole where the picture is smaller than the crop."""
    return random.uniform(min(0, length - side), max(0, length - side))


def _cut(pixels, scale, left, top, flip, side):
    if scale < 0.8:  # averaged first, or small heads would alias away
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        scale = 1.0
    back = np.array([[1 / scale, 0, (left + 0.5) / scale - 0.5], [0, 1 / scale, (top + 0.5) / scale - 0.5]])
    cut = cv2.warpAffine(pixels, back, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                         borderMode=cv2.BORDER_CONSTANT, borderValue=(GREY, GREY, GREY))
    return np.ascontiguousarray(cut[:, ::-1]) if flip else cut


def photometric(pixels, random):
    if random.random() < 0.8:
        pixels = _light(pixels, random)
    if random.random() < 0.12:
        pixels = darker(pixels, random.uniform(1.4, 2.6), random.uniform(0.35, 0.8), random.uniform(2, 9), random)
    if random.random() < 0.15:  # infrared and old cameras
        pixels = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if random.random() < 0.12:
        pixels = cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.5, 1.2))
    if random.random() < 0.25:
        quality = int(random.integers(25, 80))
        pixels = cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return pixels


def darker(pixels, gamma, gain, noise, random):
    table = (np.linspace(0, 1, 256) ** gamma * gain * 255).astype(np.uint8)
    return np.clip(cv2.LUT(pixels, table) + random.normal(0, noise, pixels.shape[:2] + (1,)), 0, 255).astype(np.uint8)


def _light(pixels, random):
    """Gamma, contrast and brightness by one table per channel, so white balance shifts too."""
    levels = np.linspace(0, 1, 256)
    table = np.clip((levels ** random.uniform(0.65, 1.5) - 0.5) * random.uniform(0.7, 1.3) + 0.5 + random.uniform(-0.12, 0.12), 0, 1)
    tables = [np.clip(table * random.uniform(0.93, 1.07), 0, 1) * 255 for _ in range(3)]
    return cv2.LUT(pixels, np.stack(tables, 1).astype(np.uint8).reshape(1, 256, 3))
