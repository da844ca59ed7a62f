"""Trains the river model on rendered canals: one process, one thread; goes on from CACHE/river.pt.

python train.py --cache ~/.cache/qly-train --start ~/.cache/qly-train/checkpoint.pt --minutes 25
"""
import torch

from network import LABELS, Network  # puts models/synthetic/train on the path
from fit import arguments, fit
from pictures import Windows, load


def water_loss(network, batch):
    wanted = batch[2]
    known = (wanted >= 0).float()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(network.water, wanted.clamp(min=0), reduction="none")
    return ((loss * known).sum() / known.sum().clamp(min=1),)


def main():
    a = arguments()
    pictures = load(a.cache / "river", LABELS)
    print(f"{len(pictures)} rendered pictures", flush=True)
    fit(Network(), a.cache / "river.pt", a, lambda seed: Windows(pictures, seed, [1.0]), water_loss)


if __name__ == "__main__":
    main()
