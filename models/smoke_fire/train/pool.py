"""Makes training samples ahead of the training, on cores that are free: CACHE/smoke-fire-pool-FOLD/N.npz of 2,000 samples each.

python pool.py --data ../../../../shared/data --cache ~/.cache/qly-train --fold none --parts 0 1 2 3
"""
import argparse
import pathlib

import cv2
import numpy as np

from pictures import Pictures
from scenes import HELD_OUT, read_fire_smoke, read_negatives

SIZE, COUNT = 192, 2000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--fold", choices=list(HELD_OUT), default="none")
    parser.add_argument("--parts", type=int, nargs="+", required=True)
    a = parser.parse_args()
    cv2.setNumThreads(1)
    folder = a.cache / f"smoke-fire-pool-{a.fold}"
    folder.mkdir(exist_ok=True)
    frames = [f for f in read_fire_smoke(a.data) if f["scene"] not in HELD_OUT[a.fold]]
    negatives = read_negatives(a.cache)["train"]
    for part in a.parts:
        pictures = Pictures(frames, negatives, 1000 + part)
        samples = [pictures.sample(SIZE) for _ in range(COUNT)]
        part_file = folder / f"{part}.part.npz"
        np.savez(part_file, pictures=np.stack([s[0] for s in samples]), targets=np.stack([s[1] for s in samples]).astype(np.int8), bags=np.stack([s[2] for s in samples]))
        part_file.rename(folder / f"{part}.npz")
        print(part, flush=True)


if __name__ == "__main__":
    main()
