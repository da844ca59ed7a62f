"""Trains the smoke and fire map: one process, one thread; goes on from its checkpoint (CACHE/smoke-fire-FOLD.pt).

python train.py --cache ~/.cache/qly-train --minutes 6
"""
import argparse
import itertools
import pathlib

import numpy as np
import torch

from losses import losses_of
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
