"""What the network is trained on: task-aligned assignment (Feng et al., TOOD, ICCV 2021), scores by cross-entropy, boxes by CIoU.

"Nothing is here" is learned only where it is known: `known` has a bit per class and cell; an unlabelled class and the inside of an
ignore region have none.
"""
import math

import torch
from torch.nn import functional

from classes import LABELS, STRIDES
from model import distances

CANDIDATES = 10  # cells per object
SCORE_POWER, OVERLAP_POWER = 0.5, 4.0
LONGEST_IN_STRIDES = 24  # a stride learns no object longer than this, nor (but for the finest) one shorter than one stride
BOX_WEIGHT = 3.0


def cells(height, width):
    """Centres (n 2, pixels) and strides (n) of every cell of every map, finest first, row by row."""
    centres, strides = [], []
    for stride in STRIDES:
        y, x = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride), indexing="ij")
        centres.append((torch.stack([x, y], -1).reshape(-1, 2) + 0.5) * stride)
        strides.append(torch.full((len(centres[-1]),), float(stride)))
    return torch.cat(centres), torch.cat(strides)


def flat(maps):
    """The network's maps as boxes (N n 4, side distances in pixels) and scores (N n C, before sigmoid)."""
    boxes = [distances(box.float(), stride).flatten(2).transpose(1, 2) for stride, (box, _) in zip(STRIDES, maps)]
    scores = [score.float().flatten(2).transpose(1, 2) for _, score in maps]
    return torch.cat(boxes, 1), torch.cat(scores, 1)


def overlap(a, b, complete=False):
    """IoU of boxes in corners, element by element; complete: less what CIoU (Zheng et al., 2020) takes for centres and shapes apart."""
    shared = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0).prod(-1)
    size_a, size_b = a[..., 2:] - a[..., :2], b[..., 2:] - b[..., :2]
    iou = shared / (size_a.prod(-1) + size_b.prod(-1) - shared + 1e-7)
    if not complete:
        return iou
    around = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    apart = ((a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) ** 2).sum(-1) / 4 / ((around ** 2).sum(-1) + 1e-7)
    angle = torch.atan(size_a[..., 0] / (size_a[..., 1] + 1e-7)) - torch.atan(size_b[..., 0] / (size_b[..., 1] + 1e-7))
    shape = 4 / math.pi ** 2 * angle ** 2
    with torch.no_grad():
        weight = shape / (1 - iou + shape + 1e-7)
    return iou - apart - weight * shape


@torch.no_grad()
def assign(boxes, scores, truth, centres, strides):
    """Which cells learn which object of one picture.

    boxes n 4 (corners), scores n C (0…1), truth g 5. Returns (cell numbers, object numbers, soft targets 0…1).
    """
    corners, kinds = truth[:, 1:], truth[:, 0].long()
    margin = torch.minimum(centres[None] - corners[:, None, :2], corners[:, None, 2:] - centres[None]).amin(-1)
    longest = (corners[:, 2:] - corners[:, :2]).amax(-1)[:, None]
    fits = (longest <= LONGEST_IN_STRIDES * strides) | (strides == STRIDES[-1])
    fits &= (longest >= strides) | (strides == STRIDES[0])
    objects, places = ((margin > 0) & fits).nonzero(as_tuple=True)
    iou = overlap(boxes[places], corners[objects])
    aligned = scores[places, kinds[objects]] ** SCORE_POWER * iou ** OVERLAP_POWER + 1e-9
    table = torch.zeros(len(truth), len(centres))
    table[objects, places] = aligned
    best, where = table.topk(CANDIDATES, dim=1)
    rows = torch.arange(len(truth))[:, None].expand_as(where)[best > 0]
    where, best = where[best > 0], best[best > 0]
    owner = torch.full((len(centres),), -1)
    claim = torch.zeros(len(centres)).scatter_reduce(0, where, best, "amax")
    mine = best >= claim[where]  # a cell inside two objects learns the better one
    owner[where[mine]] = rows[mine]
    chosen = (owner >= 0).nonzero().flatten()
    owner = owner[chosen]
    value = table[owner, chosen]
    iou = overlap(boxes[chosen], corners[owner])
    greatest = torch.zeros(len(truth)).scatter_reduce(0, owner, value, "amax")
    closest = torch.zeros(len(truth)).scatter_reduce(0, owner, iou, "amax")
    return chosen, owner, value / greatest[owner] * closest[owner]


def known_cells(known):
    """N h w bit maps at the finest stride to N n C of 0 and 1, for the cells of every stride (the bit under a cell's centre)."""
    step = [stride // STRIDES[0] for stride in STRIDES]
    bits = torch.cat([known[:, s // 2::s, s // 2::s].flatten(1) for s in step], 1)
    return ((bits[..., None] >> torch.arange(len(LABELS))) & 1).float()


def detector_loss(maps, truths, known, centres, strides):
    """maps: the network's; truths: a list of g 5 (class, corners in pixels); known: N h w uint8. Returns (score loss, box loss)."""
    sides, raw = flat(maps)
    boxes = torch.cat([centres - sides[..., :2], centres + sides[..., 2:]], -1)
    targets, weights = torch.zeros_like(raw), known_cells(known)
    found = []
    for number, truth in enumerate(truths):
        if len(truth) == 0:
            continue
        chosen, owner, value = assign(boxes[number].detach(), raw[number].detach().sigmoid(), truth, centres, strides)
        targets[number, chosen, truth[owner, 0].long()] = value
        weights[number, chosen] = 1.0  # whatever holds a car is no bus, whether or not buses are labelled here
        found.append((boxes[number, chosen], truth[owner, 1:], value))
    total = targets.sum().clamp(min=1.0)
    score = (functional.binary_cross_entropy_with_logits(raw, targets, reduction="none") * weights).sum() / total
    if not found:
        return score, boxes.sum() * 0
    ours, theirs, value = (torch.cat(part) for part in zip(*found))
    box = ((1 - overlap(ours, theirs, complete=True)) * value).sum() / total
    return score, box * BOX_WEIGHT
