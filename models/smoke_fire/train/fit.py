"""Trains the head on the features of the pool, once for every fold (whole scenes and clips held out) and once for all; about a minute each.

python fit.py --cache ~/.cache/qly-train --parts 0 1 2 3 4 [--folds market subway ... none] [--without measures|backbone]
"""
import argparse
import copy
import json
import math
import pathlib
import time

import numpy as np
import torch

from flame_network import Head
from losses import losses_of
from scenes import FOLDS

BATCH, RATE, STEPS, DECAY = 32, 3e-3, 500, 0.05


def load(cache, parts):
    folder, features, targets, bags, tags = cache / "smoke-fire-stacks", [], [], [], []
    for part in parts:
        features.append(np.load(folder / f"{part}-features.npy"))
        kept = np.load(folder / f"{part}.npz")
        targets.append(kept["target"])
        bags.append(kept["bag"])
        tags += json.loads((folder / f"{part}.json").read_text())
    return np.concatenate(features), np.concatenate(targets), np.concatenate(bags), tags


def fit(pool, held_out, seed, use, steps=STEPS):
    features, targets, bags, tags = pool
    rows = np.array([n for n, named in enumerate(tags) if not set(named) & held_out])
    torch.manual_seed(seed)
    r = np.random.default_rng(seed)
    head = Head(*use).train()
    average = copy.deepcopy(head).eval()
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=DECAY)
    order = []
    for step in range(steps):
        if len(order) < BATCH:
            order = list(r.permutation(rows))
        chosen, order = np.sort(order[:BATCH]), order[BATCH:]
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 50) * (0.01 + 0.495 * (1 + math.cos(math.pi * step / steps)))
        x = torch.from_numpy(features[chosen]).float()
        losses = losses_of(head, x, (None, torch.from_numpy(targets[chosen]).float(), torch.from_numpy(bags[chosen])))
        optimiser.zero_grad(set_to_none=True)
        sum(losses).backward()
        torch.nn.utils.clip_grad_norm_(head.parameters(), 5.0)
        optimiser.step()
        with torch.no_grad():
            decay = min(0.99, (1 + step) / (10 + step))
            for mine, theirs in zip(average.state_dict().values(), head.state_dict().values()):
                mine.lerp_(theirs, 1 - decay) if mine.dtype.is_floating_point else mine.copy_(theirs)
    return average, len(rows), [round(loss.item(), 3) for loss in losses]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--parts", type=int, nargs="+", required=True)
    parser.add_argument("--folds", nargs="*", choices=[*FOLDS, "none"], default=[*FOLDS, "none"])
    parser.add_argument("--without", choices=["measures", "backbone"])
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=20200628)
    a = parser.parse_args()
    torch.set_num_threads(1)
    pool = load(a.cache, a.parts)
    name = f"-without-{a.without}" if a.without else ""
    for fold in a.folds:
        began = time.monotonic()
        head, count, losses = fit(pool, FOLDS.get(fold, set()), a.seed, (a.without != "measures", a.without != "backbone"), a.steps)
        torch.save(head.state_dict(), a.cache / f"smoke-fire-stacks/head{name}-{fold}.pt")
        print(fold, count, "stacks; losses", losses, round(time.monotonic() - began), "s", flush=True)


if __name__ == "__main__":
    main()
