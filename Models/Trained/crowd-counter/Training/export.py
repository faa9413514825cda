"""Writes the network of a checkpoint as ONNX that OpenCV 4.6 reads, and model.json beside it.

export.py --checkpoint WORK/checkpoint.pt --out FOLDER [--gain 1.08]

Convolution and batch normalisation are folded into one, weights are inline, opset 11. The file is read back with OpenCV's dnn and must
give what PyTorch gives, cell by cell and in sum, at two input sizes: one file serves every size.
"""
import argparse
import json
import os

import cv2
import numpy as np
import torch
from torch.nn.utils.fusion import fuse_conv_bn_eval

from counter import MULTIPLE, sha256
from model import STRIDE, CrowdCounter

FILE, VERSION, OUTPUT = "crowd-counter.onnx", "2026-11-21", "density"
SIZES = [(640, 480), (416, 256)]
SCALES = [1, 0.75]  # at which a picture is counted; the mean errs less than either
WORST = 1e-4  # people in a cell, and of the sum


def folded(network):
    """Replaces every convolution that a batch normalisation follows: fewer layers, and none that an exporter could merge."""
    for child in network.modules():
        if isinstance(child, torch.nn.Sequential) and len(child) > 1 and isinstance(child[1], torch.nn.BatchNorm2d):
            child[0], child[1] = fuse_conv_bn_eval(child[0], child[1]), torch.nn.Identity()
    return network


def export(checkpoint, out, gain):
    network = CrowdCounter()
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    with torch.no_grad():  # the loss counts heads by absolute differences, and so learns to say rather too few
        network.head.weight.mul_(gain)
        network.head.bias.mul_(gain)
    write(network, os.path.join(out, FILE))
    describe(os.path.join(out, "model.json"), os.path.join(out, FILE))


def write(network, path):
    network = folded(network.eval())
    torch.onnx.export(network, torch.rand(1, 3, SIZES[0][1], SIZES[0][0]), path + ".part", opset_version=11, dynamo=False,
                      input_names=["picture"], output_names=[OUTPUT], do_constant_folding=True,
                      dynamic_axes={"picture": {2: "height", 3: "width"}, OUTPUT: {2: "rows", 3: "columns"}})
    for width, height in SIZES:
        compare(network, path + ".part", width, height)
    os.replace(path + ".part", path)


def compare(network, path, width, height):
    data = torch.from_numpy(np.random.default_rng(width).random((1, 3, height, width), np.float32))
    with torch.no_grad():
        wanted = network(data).numpy()
    reader = cv2.dnn.readNetFromONNX(path)
    reader.setInput(data.numpy())
    given = reader.forward(OUTPUT)
    worst = float(np.abs(wanted - given).max()) if wanted.shape == given.shape else np.inf
    total = abs(float(wanted.sum() - given.sum())) / max(1, float(wanted.sum()))
    if not max(worst, total) <= WORST:
        raise ValueError(f"OpenCV {cv2.__version__} and PyTorch differ by {worst:.2g} in a cell, {total:.2g} of the sum, {width}x{height}")
    print(f"{width}x{height}: largest difference {worst:.1e} people in a cell, {total:.1e} of the sum")


def describe(path, file):
    """Keeps interval and limits of an earlier description: they are chosen by calibrate.py, not here."""
    facts = {"schema": 1, "id": "crowd-counter", "version": VERSION, "file": os.path.basename(file), "sha256": sha256(file),
             "input": {"name": "picture", "layout": "NCHW", "colour": "BGR", "scale": "1/255", "mean": [0, 0, 0], "bars": 114,
                       "multipleOf": MULTIPLE, "whole": list(SIZES[0])}, "scales": SCALES,
             "output": {"name": OUTPUT, "stride": STRIDE, "channels": "people in each cell of stride x stride input pixels"},
             "interval": {"floor": 3, "slope": 0.1, "below": 2, "above": 2, "doubtful": 3},
             "limits": {"leastLevel": 0.25, "leastSide": 300, "mostInBlock": 2, "mostCrowded": 0.5}}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as old:
            facts.update({key: value for key, value in json.load(old).items() if key in ("interval", "limits")})
    with open(path, "w", encoding="utf-8") as out:
        json.dump(facts, out, ensure_ascii=False, indent=1)
        out.write("\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--gain", type=float, default=1.0, help="of every count: what calibrate.py finds after an export without")
    arguments = parser.parse_args()
    export(arguments.checkpoint, arguments.out, arguments.gain)
