"""The network: a slim residual encoder to stride 16 and a decoder back to stride 4; one density map comes out, people per cell.

Everything is plain 3×3 or 1×1 convolution, ReLU, addition and nearest-neighbour doubling: what OpenCV 4.6's dnn runs fast, at any
input size that is a multiple of 16.
"""
import torch
from torch import nn

STRIDE = 4  # pixels of the input in one cell of the map
SCALE = 0.02  # people in a cell for 1 of the last layer: without it one step of the optimizer moves the sum by dozens


def conv(inputs, outputs, kernel=3, stride=1, dilation=1, relu=True):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2 * dilation, dilation, bias=False), nn.BatchNorm2d(outputs, momentum=0.03, eps=1e-3)]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


class Residual(nn.Module):
    def __init__(self, channels, dilation=1):
        super().__init__()
        self.inside = nn.Sequential(conv(channels, channels), conv(channels, channels, dilation=dilation, relu=False))
        self.bend = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.bend(x + self.inside(x))


class CrowdCounter(nn.Module):
    """Picture in (N, 3, H, W; BGR, 0…1), density out (N, 1, H/4, W/4); the sum over an area is the people in it."""

    def __init__(self, widths=(16, 32, 64, 96), decoder=(32, 48)):
        super().__init__()
        a, b, c, d = widths
        self.fine = nn.Sequential(conv(3, a, stride=2), conv(a, b, stride=2), Residual(b))
        self.middle = nn.Sequential(conv(b, c, stride=2), Residual(c), Residual(c))
        self.coarse = nn.Sequential(conv(c, d, stride=2), Residual(d), Residual(d, dilation=2))
        self.from_coarse, self.from_middle = conv(d, decoder[1], 1), conv(c, decoder[1], 1)
        self.join_middle = nn.Sequential(conv(decoder[1], decoder[1]), conv(decoder[1], decoder[0], 1))
        self.from_fine = conv(b, decoder[0], 1)
        self.join_fine = nn.Sequential(conv(decoder[0], decoder[0]), conv(decoder[0], decoder[0]))
        self.head = nn.Conv2d(decoder[0], 1, 1)
        self.enlarge = nn.Upsample(scale_factor=2, mode="nearest")
        nn.init.normal_(self.head.weight, 0, 0.05)
        nn.init.constant_(self.head.bias, 0.2)

    def raw(self, x):
        fine = self.fine(x)
        middle = self.middle(fine)
        up = self.join_middle(self.from_middle(middle) + self.enlarge(self.from_coarse(self.coarse(middle))))
        return self.head(self.join_fine(self.from_fine(fine) + self.enlarge(up))) * SCALE

    def forward(self, x):
        return torch.relu(self.raw(x))
