"""Trains the detector: `make train-detector`, or train.py --data DIR --work DIR [--minutes 70 | --epochs 40] [--seed 1].

Resumes from WORK/checkpoint.pt where there is one. With --minutes the schedule follows the clock, so a busy machine shortens the
training, not the cool-down; with --epochs the same seed gives the same sequence of squares. --start takes weights of an earlier run
(a finished checkpoint) into a fresh schedule: that is how a longer training or a finetuning goes on.
"""
import argparse
import copy
import json
import math
import os
import time

import cv2
import numpy as np
import torch

from augment import SIDE, training_square
from data import Pictures, build_cache
from loss import cells, detector_loss
from model import VehicleDetector
from optimizer import Muon

BATCH = 16
RATE, LAST_RATE, DECAY = 2e-3, 2e-5, 0.03
PLAIN_SHARE = 0.5  # of the rate: for what AdamW trains
WARM_STEPS = 300
AVERAGE = 0.9985  # of the weights over steps: what is exported
SAVE_SECONDS = 180


class Run:
    """Everything that a checkpoint holds."""

    def __init__(self, arguments, steps_per_epoch):
        torch.manual_seed(arguments.seed)
        self.arguments, self.steps_per_epoch = arguments, steps_per_epoch
        self.network = VehicleDetector().to(memory_format=torch.channels_last)
        if arguments.start:
            self.network.load_state_dict(torch.load(arguments.start, weights_only=True)["average"])
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.optimizers = _optimizers(self.network)
        self.step, self.seconds = 0, 0.0

    @property
    def progress(self):
        """0 at the start, 1 at the end of the schedule."""
        if self.arguments.epochs:
            return self.step / (self.arguments.epochs * self.steps_per_epoch)
        return self.seconds / (self.arguments.minutes * 60)

    def save(self, path):
        state = {"network": self.network.state_dict(), "average": self.average.state_dict(), "optimizers": [o.state_dict() for o in self.optimizers],
                 "step": self.step, "seconds": self.seconds, "seed": self.arguments.seed}
        torch.save(state, path + ".part")
        os.replace(path + ".part", path)

    def load(self, path):
        state = torch.load(path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        for optimizer, old in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(old)
        self.step, self.seconds = state["step"], state["seconds"]

    def learn(self, pixels, truths, known, grid):
        rate = LAST_RATE + (RATE * self.arguments.rate - LAST_RATE) * (1 + math.cos(math.pi * min(1.0, self.progress))) / 2
        for optimizer, share in zip(self.optimizers, (1.0, PLAIN_SHARE)):
            for group in optimizer.param_groups:
                group["lr"] = share * rate * min(1.0, (self.step + 1) / WARM_STEPS)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.arguments.bfloat16):
            maps = self.network(pixels)
        score, box = detector_loss(maps, truths, known, *grid)
        self.network.zero_grad(set_to_none=True)
        (score + box).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 10.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        self._follow()
        return score.item(), box.item()

    @torch.no_grad()
    def _follow(self):
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        for mean, value in zip(self.average.state_dict().values(), self.network.state_dict().values()):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - keep)
            else:
                mean.copy_(value)


def _optimizers(network):
    """Muon for dense convolutions, AdamW for the rest; one-dimensional weights do not decay."""
    dense = {id(m.weight) for name, m in network.named_modules() if isinstance(m, torch.nn.Conv2d) and m.groups == 1
             and not name.startswith("stem") and not name.endswith((".box", ".score"))}
    rest = [p for p in network.parameters() if id(p) not in dense]
    groups = [{"params": [p for p in rest if p.ndim > 1], "weight_decay": DECAY}, {"params": [p for p in rest if p.ndim <= 1], "weight_decay": 0.0}]
    return [Muon([p for p in network.parameters() if id(p) in dense], RATE, DECAY), torch.optim.AdamW(groups, lr=RATE * PLAIN_SHARE)]


def batch(pictures, random):
    squares = [training_square(pictures, random) for _ in range(BATCH)]
    pixels = torch.from_numpy(np.stack([s[0] for s in squares])).permute(0, 3, 1, 2).to(memory_format=torch.channels_last)
    return pixels.float().div_(255), [torch.from_numpy(s[1]) for s in squares], torch.from_numpy(np.stack([s[2] for s in squares]))


def main():
    arguments = _arguments()
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(1)
    cache, checkpoint = os.path.join(arguments.work, "cache"), os.path.join(arguments.work, "checkpoint.pt")
    build_cache(arguments.data, arguments.drawn, cache)
    pictures = Pictures(cache, "train")
    run = Run(arguments, math.ceil(len(pictures) / BATCH))
    if os.path.exists(checkpoint):
        run.load(checkpoint)
    print(f"{len(pictures)} pictures, step {run.step}, {run.seconds / 60:.1f} minutes so far", flush=True)
    _train(run, pictures, checkpoint, os.path.join(arguments.work, "log.jsonl"))
    run.save(checkpoint)


def _train(run, pictures, checkpoint, log):
    grid, losses = cells(SIDE, SIDE), []
    last = saved = time.monotonic()
    while run.progress < 1:
        random = np.random.default_rng([run.arguments.seed, run.step])  # a resumed run draws what an unbroken one would
        losses.append(run.learn(*batch(pictures, random), grid))
        now = time.monotonic()
        run.seconds += now - last
        last = now
        if run.step % 50 == 0:
            row = {"step": run.step, "minutes": round(run.seconds / 60, 2), "epoch": round(run.step / run.steps_per_epoch, 2),
                   "score": round(float(np.mean([l[0] for l in losses])), 4), "box": round(float(np.mean([l[1] for l in losses])), 4)}
            losses.clear()
            print(json.dumps(row), flush=True)
            with open(log, "a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        if now - saved > SAVE_SECONDS:
            run.save(checkpoint)
            saved = now


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="../shared/data/train", help="with manifest.csv and vehicles/")
    parser.add_argument("--drawn", help="what draw_scenes.py wrote")
    parser.add_argument("--work", required=True, help="for cache, checkpoint and log")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=70)
    length.add_argument("--epochs", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1.0, help="factor of the learning rate; 0.2 for finetuning")
    parser.add_argument("--start", metavar="CHECKPOINT", help="weights to begin with")
    parser.add_argument("--bfloat16", action=argparse.BooleanOptionalAction, default=True, help="twice as fast where the processor has AVX512-BF16")
    return parser.parse_args()


if __name__ == "__main__":
    main()
