"""From labelled pictures to one training square: crops at many scales, whole pictures, mosaics, weather of the lens and of the stream."""
import cv2
import numpy as np

from data import EVERY_CLASS

GREY = 114
SIDE = 320
CELL = 4  # pixels of one cell of the map that says where "nothing is here" may be learned
MOSAIC, WHOLE = 0.20, 0.30  # shares; the rest are crops of one picture
LEAST_SIDE = 3.5  # square root of the area in pixels; what is smaller cannot be learned
LEAST_VISIBLE = 0.35  # of a box cut by the crop; what shows less is neither an object nor background


class Square:
    """The canvas, its boxes (class, x0, y0, x1, y1) and, per cell, a bit for each class whose absence is known there."""

    def __init__(self):
        self.pixels = np.full((SIDE, SIDE, 3), GREY, np.uint8)
        self.known = np.full((SIDE // CELL, SIDE // CELL), EVERY_CLASS, np.uint8)
        self.boxes = []

    def place(self, picture, scale, left, top, region, flip, squeeze=1.0):
        """Draws the picture, scaled, with its left upper corner at (left, top), inside region (x0, y0, x1, y1) only."""
        across = scale * squeeze
        height, width = picture.pixels.shape[:2]
        x0, y0, x1, y1 = region
        x0, y0 = max(x0, round(left)), max(y0, round(top))
        x1, y1 = min(x1, round(left + width * across)), min(y1, round(top + height * scale))
        if x1 - x0 < 2 or y1 - y0 < 2:
            return
        self.pixels[y0:y1, x0:x1] = _drawn(picture.pixels, across, scale, left, top, (x0, y0, x1, y1), flip)
        self._mark((x0, y0, x1, y1), picture.exhaustive)
        moved = lambda corners: _moved(corners, width, across, scale, left, top, flip)
        for corners in moved(picture.ignored):
            self._mark(_cut(corners, (x0, y0, x1, y1)), 0)
        for kind, corners in zip(picture.boxes[:, 0], moved(picture.boxes[:, 1:])):
            self._add(kind, corners, _cut(corners, (x0, y0, x1, y1)))

    def _add(self, kind, whole, seen):
        share, area = _area(seen) / max(_area(whole), 1e-6), _area(seen)
        if share >= LEAST_VISIBLE and area >= LEAST_SIDE ** 2:
            self.boxes.append((kind, *seen))
        elif area > 0:
            self._mark(seen, 0)

    def _mark(self, corners, bits):
        x0, y0, x1, y1 = corners
        if x1 > x0 and y1 > y0:
            self.known[int(y0 // CELL):int(-(-y1 // CELL)), int(x0 // CELL):int(-(-x1 // CELL))] = bits


def training_square(pictures, random):
    """Returns pixels (SIDE SIDE 3, uint8 BGR), boxes (n 5 float32) and the known map (SIDE/CELL square, uint8)."""
    square, kind = Square(), random.random()
    if kind < MOSAIC:
        _mosaic(square, pictures, random)
    elif kind < MOSAIC + WHOLE:
        _whole(square, pictures.draw(random), random)
    else:
        _crop(square, pictures.draw(random), random, (0, 0, SIDE, SIDE), (0.6, 2.2))
    return photometric(square.pixels, random), np.array(square.boxes, np.float32).reshape(-1, 5), square.known


def _mosaic(square, pictures, random):
    x, y = (int(v) for v in random.uniform(0.3, 0.7, 2) * SIDE)
    for region in ((0, 0, x, y), (x, 0, SIDE, y), (0, y, x, SIDE), (x, y, SIDE, SIDE)):
        _crop(square, pictures.draw(random), random, region, (0.4, 1.3))


def _whole(square, picture, random):
    height, width = picture.pixels.shape[:2]
    scale = SIDE / max(height, width) * random.uniform(0.8, 1.0)
    room = SIDE - width * scale, SIDE - height * scale
    square.place(picture, scale, room[0] * random.random(), room[1] * random.random(), (0, 0, SIDE, SIDE), random.random() < 0.5)


def _crop(square, picture, random, region, scales):
    """A window of the picture at a random scale, usually around one of its objects."""
    height, width = picture.pixels.shape[:2]
    scale = float(np.exp(random.uniform(*np.log(scales)))) * 480 / max(height, width)
    squeeze, flip = random.uniform(0.88, 1.14), random.random() < 0.5
    target = np.array([width, height]) * random.random(2)
    if len(picture.boxes) and random.random() < 0.75:
        _, x0, y0, x1, y1 = picture.boxes[random.integers(len(picture.boxes))]
        target = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
        scale = min(scale, 1.5 * SIDE / max(x1 - x0, y1 - y0, 1))
        if flip:
            target[0] = width - target[0]
    x0, y0, x1, y1 = region
    at = np.array([x0, y0]) + np.array([x1 - x0, y1 - y0]) * random.uniform(0.2, 0.8, 2)
    left, top = at - target * scale * np.array([squeeze, 1.0])
    left, top = _kept_full(left, width * scale * squeeze, x0, x1), _kept_full(top, height * scale, y0, y1)
    square.place(picture, scale, left, top, region, flip, squeeze)


def _kept_full(start, length, low, high):
    """Moves the picture so that it fills the region where it is long enough to: grey bars are for whole pictures."""
    return float(np.clip(start, high - length, low)) if length >= high - low else float(np.clip(start, low, high - length))


def _drawn(pixels, across, down, left, top, region, flip):
    x0, y0, x1, y1 = region
    height, width = pixels.shape[:2]
    if flip:
        pixels = pixels[:, ::-1]
    if min(across, down) < 0.6:  # averaged first, or small things would alias away
        pixels = cv2.resize(pixels, (max(1, round(width * across)), max(1, round(height * down))), interpolation=cv2.INTER_AREA)
        across, down = 1.0, 1.0
    map_back = np.array([[1 / across, 0, (x0 - left + 0.5) / across - 0.5], [0, 1 / down, (y0 - top + 0.5) / down - 0.5]])
    return cv2.warpAffine(np.ascontiguousarray(pixels), map_back, (x1 - x0, y1 - y0),
                          flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)


def _moved(corners, width, across, down, left, top, flip):
    if flip:
        corners = np.stack([width - corners[:, 2], corners[:, 1], width - corners[:, 0], corners[:, 3]], 1)
    return corners * np.array([across, down, across, down], np.float32) + np.array([left, top, left, top], np.float32)


def _cut(corners, region):
    return (max(corners[0], region[0]), max(corners[1], region[1]), min(corners[2], region[2]), min(corners[3], region[3]))


def _area(corners):
    return max(0.0, corners[2] - corners[0]) * max(0.0, corners[3] - corners[1])


def photometric(pixels, random):
    """Light, lens and codec: what differs between cameras without moving anything."""
    if random.random() < 0.8:
        pixels = _light(pixels, random)
    if random.random() < 0.12:
        pixels = _night(pixels, random)
    if random.random() < 0.10:  # infrared and old cameras
        pixels = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if random.random() < 0.12:
        pixels = _blur(pixels, random)
    if random.random() < 0.12:  # a stream smaller than the square it fills
        small = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        pixels = cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    if random.random() < 0.30:
        quality = int(random.integers(18, 70))
        pixels = cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return pixels


def _light(pixels, random):
    """Gamma, contrast and brightness by one table per channel, so white balance shifts too; then saturation."""
    levels = np.linspace(0, 1, 256)
    tables = [np.clip(((levels ** random.uniform(0.6, 1.6) - 0.5) * random.uniform(0.7, 1.3) + 0.5 + random.uniform(-0.12, 0.12)), 0, 1)] * 3
    tables = [np.clip(table * random.uniform(0.92, 1.08), 0, 1) * 255 for table in tables]
    pixels = cv2.LUT(pixels, np.stack(tables, 1).astype(np.uint8).reshape(1, 256, 3))
    grey = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    amount = random.uniform(0.5, 1.4)
    return cv2.addWeighted(pixels, amount, grey, 1 - amount, 0)


def _night(pixels, random):
    table = (np.linspace(0, 1, 256) ** random.uniform(1.4, 2.6) * random.uniform(0.35, 0.8) * 255).astype(np.uint8)
    noise = random.normal(0, random.uniform(2, 9), pixels.shape[:2] + (1,))
    return np.clip(cv2.LUT(pixels, table) + noise, 0, 255).astype(np.uint8)


def _blur(pixels, random):
    if random.random() < 0.5:
        return cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.5, 1.6))
    length = int(2 * random.integers(1, 5) + 1)
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    turn = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), random.uniform(0, 180), 1)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    return cv2.filter2D(pixels, -1, kernel / max(kernel.sum(), 1e-6))
