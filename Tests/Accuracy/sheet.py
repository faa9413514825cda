"""A contact sheet of failures: before, at and after, the truth green, what was said red."""
import cv2
import numpy as np

TILE = (480, 360)
OFFSETS_SECONDS = (-0.5, 0.0, 0.5)
MOST = 40  # failures on one sheet


def draw(scene, said, failures, path):
    if not failures:
        return
    video = cv2.VideoCapture(scene.path + ".mp4")
    rows = [_row(scene, said, failure, video) for failure in failures[:MOST]]
    cv2.imwrite(path, np.vstack(rows))


def _row(scene, said, failure, video):
    tiles = []
    for offset in OFFSETS_SECONDS:
        frame = min(max(round((failure["time"] + offset) * scene.fps), 0), len(scene.rows) - 1)
        picture = _picture(scene, said, video, frame)
        tiles.append(_cut(picture, _middle(scene, said, failure, frame)))
    row = np.hstack(tiles)
    text = f'{failure["failure"]} {failure["time"]:.2f} s {failure["class"] or ""} {failure["vehicle"] or ""}: {"; ".join(failure["reasons"])}'
    caption = np.full((26, row.shape[1], 3), 30, np.uint8)
    cv2.putText(caption, text[:170], (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.48, (255, 255, 255), 1, cv2.LINE_AA)
    return np.vstack([caption, row])


def _picture(scene, said, video, frame):
    video.set(cv2.CAP_PROP_POS_FRAMES, frame)
    picture = video.read()[1]
    for count in scene.truth["counts"]:
        (ax, ay), (bx, by) = count["line"]
        cv2.line(picture, (round(ax), round(ay)), (round(bx), round(by)), (255, 180, 0), 1)
    for row in scene.rows[frame]:
        _box(picture, row["box"], f'{row["class"][:5]} {row["track"]}', (60, 200, 60), 12)
    for name, box in said.tracks.get(frame, []):
        _box(picture, box, str(name), (40, 40, 255), -3)
    return picture


def _box(picture, box, text, colour, lower):
    x, y, wide, high = (round(v) for v in box)
    cv2.rectangle(picture, (x, y), (x + wide, y + high), colour, 1)
    cv2.putText(picture, text, (x + 2, y + lower), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA)


def _middle(scene, said, failure, frame):
    own = [row["box"] for row in scene.rows[frame] if row["track"] == failure["vehicle"]]
    nearest = sorted(range(frame - round(scene.fps), frame + round(scene.fps)), key=lambda other: abs(other - frame))
    own += [box for other in nearest for name, box in said.tracks.get(other, []) if name == failure["track"]]
    if not own:
        return scene.size[0] / 2, scene.size[1] / 2
    x, y, wide, high = own[0]
    return x + wide / 2, y + high / 2


def _cut(picture, middle):
    wide, high = min(TILE[0], picture.shape[1]), min(TILE[1], picture.shape[0])
    left = int(min(max(middle[0] - wide / 2, 0), picture.shape[1] - wide))
    top = int(min(max(middle[1] - high / 2, 0), picture.shape[0] - high))
    return cv2.copyMakeBorder(picture[top:top + high, left:left + wide], 0, TILE[1] - high, 0, TILE[0] - wide, cv2.BORDER_CONSTANT)
