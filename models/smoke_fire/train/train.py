"""Trains the smoke and fire map: one process, one thread; goes on from its checkpoint (CACHE/smoke-fire-FOLD.pt).

python train.py --cache ~/.cache/qly-train --minutes 6
"""
import argparse
import itertools
import pathlib

import numpy as np
import torch
from torch.nn import functional as F

from network import Network
from loop import run  # of ../../street/train; network.py puts it on the path
from scenes import HELD_OUT

BATCH, RATE = 24, 2e-3


class Stream(torch.utils.data.IterableDataset):
    """Batches from the samples that pool.py has made so far, lit anew each time."""

    def __init__(self, folder, seed):
        self.folder, self.seed, self.parts = folder, seed, {}

    def __iter__(self):
        r = np.random.default_rng(self.seed)
        for count in itertools.count():
            if count % 200 == 0:
                for file in set(self.folder.glob("[0-9]*.npz")) - set(self.parts):
                    if not file.name.endswith(".part.npz"):
                        with np.load(file) as part:
                            self.parts[file] = tuple(part[name] for name in ("pictures", "targets", "bags"))
            parts = list(self.parts.values())
            pictures, targets, bags = parts[r.integers(len(parts))]
            chosen = r.choice(len(pictures), BATCH, replace=False)
            light = r.uniform(0.8, 1.2, (BATCH, 1, 1, 3)) * r.uniform(0.85, 1.15, (BATCH, 1, 1, 1))
            lit = np.clip(pictures[chosen] * light.astype(np.float32), 0, 255).astype(np.uint8)
            yield torch.from_numpy(lit), torch.from_numpy(targets[chosen].astype(np.float32)), torch.from_numpy(bags[chosen])


def losses_of(network, x, batch):
    """Cross entropy on cells that are known; the surest fifth of a bag must show it; the surest cells of what shows nothing must not."""
    _, target, bag = batch
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network(x)
    logits = logits.float()
    wanted, known = target.clamp(min=0), (target >= 0).float()
    each = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    positive = wanted * known
    dense = (each * positive).sum() / positive.sum().clamp(min=1) + 2 * (each * (known - positive)).sum() / known.sum()
    flat, in_bag = logits.flatten(2), bag.flatten(2)
    count = in_bag.sum(-1)
    some = count > 0
    sure = flat.masked_fill(~in_bag, -1e4).sort(-1, descending=True).values.cumsum(-1)
    k = (count // 5).clamp(min=1)
    top = sure.gather(-1, (k - 1)[..., None])[..., 0] / k
    found = F.softplus(-top[some]).mean() if some.any() else logits.sum() * 0
    empty = (target == 0).flatten(2)
    quiet_pictures = ~(target == 1).flatten(2).any(-1) & (empty.sum(-1) >= 8)
    worst = flat.masked_fill(~empty, -1e4).topk(4).values.mean(-1)
    quiet = F.softplus(worst[quiet_pictures]).mean() if quiet_pictures.any() else logits.sum() * 0
    return dense, found, 1.3 * quiet


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--fold", choices=list(HELD_OUT), default="none", help="scenes to hold out; none: the model that is shipped")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=20200628)
    a = parser.parse_args()
    torch.manual_seed(a.seed)
    network = Network().to(memory_format=torch.channels_last)
    file = a.cache / f"smoke-fire-{a.fold}.pt"
    run(network, file, a.minutes, RATE, lambda step, size: Stream(a.cache / f"smoke-fire-pool-{a.fold}", a.seed + step), losses_of, momentum=0.995)


if __name__ == "__main__":
    main()
