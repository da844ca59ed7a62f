"""Trains the map over several frames: one process, one thread, and one that makes samples; goes on from CACHE/smoke-fire-sequences-FOLD.pt.

python train_sequences.py --data ../../../../shared/data --cache ~/.cache/qly-train --fold a --minutes 20
"""
import argparse
import pathlib

import cv2
import numpy as np
import torch

from losses import losses_of
from sequence_network import Network
from loop import run  # of ../../street/train; the network's file puts it on the path
from scenes import HELD_OUT, read_fire_smoke, read_negatives
from sequences import Sequences

BATCH, RATE, SIZE, POOL = 16, 2e-3, 128, 6000


class Stream(torch.utils.data.IterableDataset):
    """Batches whose samples are used about four times, mirrored in time and lit anew: making one costs as much as learning from it twice."""

    def __init__(self, a, seed):
        self.a, self.seed = a, seed

    def __iter__(self):
        torch.set_num_threads(1)
        cv2.setNumThreads(1)
        a, r = self.a, np.random.default_rng(self.seed)
        frames = [f for f in read_fire_smoke(a.data) if f["scene"] not in HELD_OUT[a.fold]]
        made = Sequences(a.data, frames, read_negatives(a.cache)["train"], a.cache / "index.json", self.seed)
        pool, at = [], 0
        while True:
            for _ in range(BATCH // 3):
                sample = made.sample(SIZE)
                if len(pool) < POOL:
                    pool.append(sample)
                else:
                    pool[at % POOL] = sample
                at += 1
            if len(pool) < 3 * BATCH:
                continue
            # the newest first of all, the rest from the pool
            chosen = [pool[(at - 1 - i) % len(pool)] for i in range(BATCH // 3)] + [pool[int(i)] for i in r.integers(len(pool), size=BATCH - BATCH // 3)]
            pictures = np.stack([s[0] for s in chosen])
            lit = r.uniform(0.85, 1.15, (BATCH, 1, 1, 1, 3)).astype(np.float32)
            pictures = np.clip(pictures * lit, 0, 255).astype(np.uint8)
            yield torch.from_numpy(pictures), torch.from_numpy(np.stack([s[1] for s in chosen])), torch.from_numpy(np.stack([s[2] for s in chosen]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--fold", choices=list(HELD_OUT), default="none", help="scenes to hold out")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=20200628)
    a = parser.parse_args()
    torch.manual_seed(a.seed)
    network = Network()
    run(network, a.cache / f"smoke-fire-sequences-{a.fold}.pt", a.minutes, RATE, lambda step, size: Stream(a, a.seed + step), losses_of, momentum=0.995)


if __name__ == "__main__":
    main()
