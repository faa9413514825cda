"""Trains the counter: `make train-crowd`, or train.py --data DIR --drawn DIR --work DIR [--minutes 74 | --steps N] [--seed 1].

Resumes from WORK/checkpoint.pt where there is one. With --minutes the schedule follows the clock, so a busy machine shortens the
training, not the cool-down; with --steps the same seed gives the same sequence of crops.
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

from augment import training_crop
from data import Pool, crowd
from loss import crop_loss
from model import CrowdCounter

BATCH = 16
RATE, LAST_RATE, DECAY = 2e-3, 1e-5, 0.01
WARM_STEPS = 200
AVERAGE = 0.998  # of the weights over steps: what is exported
VEHICLE = 0.3  # weight of a crop of which only "nobody inside the vehicles" is known
SAVE_SECONDS, LOOK_SECONDS = 180, 300


class Run:
    """Everything that a checkpoint holds."""

    def __init__(self, arguments):
        torch.manual_seed(arguments.seed)
        self.arguments = arguments
        self.network = CrowdCounter().to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}], lr=RATE)
        self.step, self.seconds = 0, 0.0

    @property
    def progress(self):
        """0 at the start, 1 at the end of the schedule."""
        return self.step / self.arguments.steps if self.arguments.steps else self.seconds / (self.arguments.minutes * 60)

    def save(self, path):
        state = {"network": self.network.state_dict(), "average": self.average.state_dict(), "optimizer": self.optimizer.state_dict(),
                 "step": self.step, "seconds": self.seconds, "seed": self.arguments.seed}
        torch.save(state, path + ".part")
        os.replace(path + ".part", path)

    def load(self, path):
        state = torch.load(path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]

    def learn(self, crops):
        rate = LAST_RATE + (RATE - LAST_RATE) * (1 + math.cos(math.pi * min(1.0, self.progress))) / 2
        for group in self.optimizer.param_groups:
            group["lr"] = rate * min(1.0, (self.step + 1) / WARM_STEPS)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.arguments.bfloat16):
            maps = self.network.raw(pixels_of([c.pixels for c in crops]))
        losses = [crop_loss(m, torch.from_numpy(c.points), torch.from_numpy(c.judged), c.absent, self.progress) * (VEHICLE if c.absent else 1)
                  for m, c in zip(maps.float()[:, 0], crops)]
        loss = torch.stack(losses).mean() / 10
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        self._follow()
        return loss.item()

    @torch.no_grad()
    def _follow(self):
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        for mean, value in zip(self.average.state_dict().values(), self.network.state_dict().values()):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - keep)
            else:
                mean.copy_(value)

    @torch.no_grad()
    def look(self, pictures):
        """Mean absolute error and bias of the averaged network on whole pictures."""
        errors = []
        for picture in pictures:
            height, width = (-(-s // 16) * 16 for s in picture.pixels.shape[:2])
            padded = np.full((height, width, 3), 114, np.uint8)
            padded[:picture.pixels.shape[0], :picture.pixels.shape[1]] = picture.pixels
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.arguments.bfloat16):
                errors.append(self.average(pixels_of([padded])).float().sum().item() - len(picture.points))
        return {"error": round(float(np.abs(errors).mean()), 2), "bias": round(float(np.mean(errors)), 2)}


def pixels_of(pictures):
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).to(memory_format=torch.channels_last).float().div_(255)


def main():
    arguments = _arguments()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    checkpoint = os.path.join(arguments.work, "checkpoint.pt")
    os.makedirs(arguments.work, exist_ok=True)
    pool = Pool(arguments.data, arguments.drawn, np.random.default_rng(arguments.seed))
    held_back = list(crowd(arguments.data, pool.held_back))
    run = Run(arguments)
    if os.path.exists(checkpoint):
        run.load(checkpoint)
    print(f"{ {k: len(v) for k, v in pool.kinds.items()} }, {len(held_back)} held back, step {run.step}, {run.seconds / 60:.1f} minutes so far", flush=True)
    _train(run, pool, held_back, checkpoint, os.path.join(arguments.work, "log.jsonl"))
    run.save(checkpoint)


def _train(run, pool, held_back, checkpoint, log):
    losses = []
    last = saved = looked = time.monotonic()
    while run.progress < 1:
        random = np.random.default_rng([run.arguments.seed, run.step])  # a resumed run draws what an unbroken one would
        losses.append(run.learn([training_crop(pool, random) for _ in range(BATCH)]))
        now = time.monotonic()
        run.seconds += now - last
        last = now
        if now - looked > LOOK_SECONDS or run.progress >= 1:
            looked = now
            _note(log, {"step": run.step, "minutes": round(run.seconds / 60, 2), **run.look(held_back)})
        if run.step % 100 == 0:
            _note(log, {"step": run.step, "minutes": round(run.seconds / 60, 2), "loss": round(float(np.mean(losses)), 4)})
            losses.clear()
        if now - saved > SAVE_SECONDS:
            run.save(checkpoint)
            saved = now


def _note(log, row):
    print(json.dumps(row), flush=True)
    with open(log, "a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="../shared/data/train", help="with crowd/ and vehicles/")
    parser.add_argument("--drawn", required=True, help="what the vehicle detector's draw_scenes.py wrote")
    parser.add_argument("--work", required=True, help="for checkpoint and log")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=74)
    length.add_argument("--steps", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bfloat16", action=argparse.BooleanOptionalAction, default=True, help="twice as fast where the processor has AVX512-BF16")
    return parser.parse_args()


if __name__ == "__main__":
    main()
