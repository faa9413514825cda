"""The reference for whoever runs this network: picture to input, output to boxes. numpy and OpenCV only.

A port is right when it gives Golden/decode.json from Golden/drawn.png (see golden.py for the tolerances).
"""
import collections

import cv2
import numpy as np

GREY = 114
Fit = collections.namedtuple("Fit", "scale left top")
"""How a picture lies in the input: input = picture · scale + (left, top), in pixels."""


def letterbox(picture, width, height):
    """BGR uint8 H W 3 to (input float32 1 3 height width, Fit). Width and height are multiples of 32.

    Scaled by one factor, averaged where it gets smaller, bilinear where larger, in the middle of grey bars (114); values 0…1.
    """
    scale = min(width / picture.shape[1], height / picture.shape[0])
    inside = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    left, top = (width - inside[0]) // 2, (height - inside[1]) // 2
    canvas = np.full((height, width, 3), GREY, np.uint8)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas[top:top + inside[1], left:left + inside[0]] = cv2.resize(picture, inside, interpolation=method)
    return canvas.transpose(2, 0, 1)[None].astype(np.float32) / 255, Fit(scale, left, top)


def decode(outputs, strides, thresholds):
    """Maps of one input, 1 (4 + C) h w for each stride, to candidates n 6: class, score, x0, y0, x1, y1 in input pixels.

    Channels: distances from the cell's centre to left, top, right, bottom in pixels; then scores 0…1. A cell gives one candidate for
    every class that reaches its threshold: a doubtful bus is also a doubtful truck. Order: stride, class, row, column.
    """
    found = []
    for maps, stride in zip(outputs, strides):
        sides, scores = maps[0, :4], maps[0, 4:]
        kind, y, x = (scores >= np.reshape(thresholds, (-1, 1, 1))).nonzero()
        left, top, right, bottom = sides[:, y, x]
        x_centre, y_centre = (x + 0.5) * stride, (y + 0.5) * stride
        found.append(np.stack([kind, scores[kind, y, x], x_centre - left, y_centre - top, x_centre + right, y_centre + bottom], 1))
    return np.concatenate(found).astype(np.float32)


def suppress(candidates, overlap=0.5):
    """Greedy non-maximum suppression within each class; best first. The order of equal scores is that of decode()."""
    candidates = candidates[np.argsort(-candidates[:, 1], kind="stable")]
    kept = []
    while len(candidates):
        first, candidates = candidates[0], candidates[1:]
        kept.append(first)
        rivals = (candidates[:, 0] == first[0]) & (iou(first[2:], candidates[:, 2:]) > overlap)
        candidates = candidates[~rivals]
    return np.array(kept, np.float32).reshape(-1, 6)


def iou(box, boxes):
    shared = np.clip(np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2]), 0, None).prod(1)
    return shared / ((box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(1) - shared + 1e-9)


def to_picture(boxes, fit, width, height):
    """Candidates from input pixels to pixels of the picture, cut at its edges; what lies outside it is gone."""
    boxes = boxes.copy()
    boxes[:, 2:] = (boxes[:, 2:] - np.array([fit.left, fit.top] * 2)) / fit.scale
    boxes[:, 2::2] = boxes[:, 2::2].clip(0, width)
    boxes[:, 3::2] = boxes[:, 3::2].clip(0, height)
    return boxes[(boxes[:, 4] - boxes[:, 2] >= 1) & (boxes[:, 5] - boxes[:, 3] >= 1)]
