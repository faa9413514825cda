"""Writes the network of a checkpoint as ONNX that OpenCV 4.6 reads, and model.json beside it.

export.py --checkpoint WORK/checkpoint.pt --out FOLDER

Convolution and batch normalisation are folded into one, weights are inline, opset 11. The file is read back with OpenCV's dnn and must
give what PyTorch gives to 1e-4 of the scale, at two input sizes: one file serves every size.
"""
import argparse
import json
import os

import cv2
import numpy as np
import torch
from torch.nn.utils.fusion import fuse_conv_bn_eval

from classes import LABELS, STRIDES
from detector import sha256
from model import Exported, VehicleDetector

FILE, VERSION = "vehicle-detector.onnx", "2026-11-21.2"
NAMES = [f"stride{s}" for s in STRIDES]
SIZES = [(320, 320), (416, 256)]
WORST = 1e-4  # of a score, or of a stride for a side


def folded(network):
    """Replaces every convolution that a batch normalisation follows: fewer layers, and none that an exporter could merge."""
    for child in network.modules():
        if isinstance(child, torch.nn.Sequential) and len(child) > 1 and isinstance(child[1], torch.nn.BatchNorm2d):
            child[0], child[1] = fuse_conv_bn_eval(child[0], child[1]), torch.nn.Identity()
    return network


def export(checkpoint, out):
    network = VehicleDetector()
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    write(network, os.path.join(out, FILE))
    describe(os.path.join(out, "model.json"), os.path.join(out, FILE))


def write(network, path):
    exported = Exported(folded(network.eval())).eval()
    torch.onnx.export(exported, torch.rand(1, 3, SIZES[0][1], SIZES[0][0]), path + ".part", opset_version=11, dynamo=False,
                      input_names=["picture"], output_names=NAMES, do_constant_folding=True)
    for width, height in SIZES:
        compare(exported, path + ".part", width, height)
    os.replace(path + ".part", path)


def compare(network, path, width, height):
    data = torch.from_numpy(np.random.default_rng(width).random((1, 3, height, width), np.float32))
    with torch.no_grad():
        wanted = [m.numpy() for m in network(data)]
    with open(path, "rb") as file:
        reader = cv2.dnn.readNetFromONNX(np.frombuffer(file.read(), np.uint8))
    reader.setInput(data.numpy())
    for stride, ours, theirs in zip(STRIDES, wanted, reader.forward(NAMES)):
        scale = np.array([stride] * 4 + [1] * len(LABELS), np.float32)[None, :, None, None]
        worst = float(np.abs((ours - theirs) / np.maximum(scale, np.abs(ours))).max())
        if ours.shape != theirs.shape or not worst <= WORST:
            raise ValueError(f"OpenCV {cv2.__version__} and PyTorch differ by {worst:.2g} at stride {stride}, {width}x{height}")
        print(f"stride {stride} at {width}x{height}: largest difference {worst:.1e}")


def describe(path, file):
    """Keeps the thresholds of an earlier description: they are chosen by evaluate.py, not here."""
    facts = {"schema": 1, "id": "vehicle-detector", "version": VERSION, "file": os.path.basename(file), "sha256": sha256(file),
             "input": {"name": "picture", "layout": "NCHW", "colour": "BGR", "scale": "1/255", "mean": [0, 0, 0], "bars": 114,
                       "multipleOf": STRIDES[-1], "whole": list(SIZES[1]), "region": list(SIZES[0])},
             "output": {"names": NAMES, "strides": list(STRIDES),
                        "channels": "left, top, right, bottom: pixels from the cell's centre; then one score 0…1 for each label"},
             "labels": list(LABELS), "thresholds": {"candidate": 0.02, "working": {label: 0.4 for label in LABELS}}, "overlap": 0.5}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as old:
            facts["thresholds"] = json.load(old)["thresholds"]
    with open(path, "w", encoding="utf-8") as out:
        json.dump(facts, out, ensure_ascii=False, indent=1)
        out.write("\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    export(arguments.checkpoint, arguments.out)
