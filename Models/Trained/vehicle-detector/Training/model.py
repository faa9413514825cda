"""The network: a slim CSP backbone, a top-down pyramid and anchor-free heads at strides 4, 8, 16 and 32.

Everything is convolution, ReLU, addition and nearest-neighbour doubling, because OpenCV 4.6's dnn fuses exactly these and takes any
input size that is a multiple of 32.
"""
import math

import torch
from torch import nn

from classes import LABELS, STRIDES

PRIOR = 0.01  # every cell's score before training: few cells hold an object


def conv(inputs, outputs, kernel=3, stride=1, groups=1, relu=True):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs, momentum=0.03, eps=1e-3)]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


def separable(channels):
    """Kernel 3: OpenCV's fast path for depthwise convolutions; kernel 5 took 15 times as long."""
    return nn.Sequential(conv(channels, channels, groups=channels, relu=False), conv(channels, channels, 1))


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.inside = nn.Sequential(separable(channels), separable(channels))

    def forward(self, x):
        return x + self.inside(x)


class Stage(nn.Module):
    """Halves the picture, then a cross-stage partial block: half of the channels go through the residuals."""

    def __init__(self, inputs, outputs, residuals):
        super().__init__()
        half = outputs // 2
        self.down = conv(inputs, outputs, stride=2)
        self.through, self.past = conv(outputs, half, 1), conv(outputs, half, 1)
        self.residuals = nn.Sequential(*(Residual(half) for _ in range(residuals)))
        self.join = conv(outputs, outputs, 1)

    def forward(self, x):
        x = self.down(x)
        return self.join(torch.cat([self.residuals(self.through(x)), self.past(x)], 1))


class Head(nn.Module):
    """Distances to the four sides (in strides, before exp) and one score per class (before sigmoid)."""

    def __init__(self, channels, classes):
        super().__init__()
        self.tower = separable(channels)
        self.box, self.score = nn.Conv2d(channels, 4, 1), nn.Conv2d(channels, classes, 1)
        nn.init.constant_(self.box.bias, 0.7)
        nn.init.constant_(self.score.bias, -math.log((1 - PRIOR) / PRIOR))

    def forward(self, x):
        x = self.tower(x)
        return self.box(x), self.score(x)


class VehicleDetector(nn.Module):
    """Picture in (N, 3, H, W; BGR, 0…1), per stride a pair (box N 4 H/s W/s, score N C H/s W/s) of raw maps out."""

    def __init__(self, widths=(16, 24, 64, 128, 192), residuals=(1, 2, 4, 3), pyramid=48):
        super().__init__()
        self.stem = conv(3, widths[0], stride=2)
        self.stages = nn.ModuleList(Stage(a, b, n) for a, b, n in zip(widths, widths[1:], residuals))
        self.sides = nn.ModuleList(conv(w, pyramid, 1) for w in widths[1:])
        self.smooth = nn.ModuleList(separable(pyramid) for _ in widths[1:])
        self.heads = nn.ModuleList(Head(pyramid, len(LABELS)) for _ in STRIDES)
        self.enlarge = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, x):
        x, maps = self.stem(x), []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        above, out = None, []
        for level in reversed(range(len(maps))):
            side = self.sides[level](maps[level])
            above = self.smooth[level](side if above is None else side + self.enlarge(above))
            out.append(self.heads[level](above))
        return out[::-1]


class Exported(nn.Module):
    """What the product runs: one tensor per stride, N (4 + C) H/s W/s: distances left, top, right, bottom in pixels, then scores 0…1."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return tuple(torch.cat([distances(box, stride), score.sigmoid()], 1) for stride, (box, score) in zip(STRIDES, self.network(x)))


def distances(box, stride):
    """Raw map to pixels, between e^-4 and e^4 (54) strides, so that whatever leaves the network is finite.

    The clamp is written with two ReLUs: OpenCV 4.6 does not read the Clip of opset 11.
    """
    return (4 - torch.relu(8 - torch.relu(box + 4))).exp() * stride
