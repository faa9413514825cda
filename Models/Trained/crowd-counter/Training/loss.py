"""What the map of one crop costs: small bells asked for around the heads, and people counted head by head.

The bells (squared differences) teach quickly from nothing where heads are, but err in the count. The Bayesian counting loss (Ma et al.,
ICCV 2019: each head must receive one person of the map, the ground between heads none) counts, but alone it had learned after 650 steps
only that textured areas are crowds. So the bells begin and the count joins.
"""
import math

import torch

from model import STRIDE

SIGMA = 5.0  # pixels: how far a labelled point may lie from where the network sees the person
GROUND = 26.0  # pixels: half of it from the nearest head the ground takes over
COUNT = 0.3  # weight of the crop's whole count beside the heads'
BELL = 1.25  # cells: width of the bell around each head
PLACE = 20.0  # weight of the bells: a head that is missed costs about as much by its bell as by its count
JOINS = 0.08, 0.25  # of the training: where counting begins to matter, and matters fully


def crop_loss(raw, points, judged, absent, progress):
    """raw H W of one crop, before the last ReLU; points n 2 in its pixels; judged H W; absent: nothing but "nobody in the judged
    cells" is known; progress 0…1 of the training.
    """
    raw = raw * judged
    if absent:
        return PLACE * (raw ** 2).sum() + torch.relu(raw).sum()
    place = ((raw - bells(raw.shape, points) * judged) ** 2).sum()
    weight = min(1.0, max(0.0, (progress - JOINS[0]) / (JOINS[1] - JOINS[0])))
    return PLACE * place + (weight * counting(torch.relu(raw), points) if weight else 0)


def counting(density, points):
    if not len(points):
        return density.sum()
    found = posterior(density.shape, points) @ density.flatten()
    heads = (1 - found[:-1]).abs().sum()
    return heads + found[-1].abs() + COUNT * (len(points) - density.sum()).abs()


def bells(shape, points):
    """One person for each point, spread over a few cells."""
    down, across = (torch.exp(-((torch.arange(side) + 0.5 - at[:, None] / STRIDE) ** 2) / (2 * BELL ** 2)) / (BELL * math.sqrt(2 * math.pi))
                    for side, at in zip(shape, (points[:, 1], points[:, 0])))
    return down.T @ across


def posterior(shape, points):
    """(n + 1) × cells: the share of each head, last the ground, in each cell; a column's sum is one."""
    rows, columns = (torch.arange(side) * STRIDE + STRIDE / 2 for side in shape)
    squares = ((points[:, 1, None] - rows)[:, :, None] ** 2 + (points[:, 0, None] - columns)[:, None, :] ** 2).flatten(1)
    ground = (GROUND - squares.min(0).values.sqrt()).clamp_min(0) ** 2
    return torch.softmax(torch.cat([squares, ground[None]]) / (-2 * SIGMA ** 2), 0)
