"""Fits a detector of models/street's kind to rendered pictures: from that model's weights where shapes agree, then models/street/train/loop.py."""
import argparse
import pathlib

import torch

from pictures import Batches  # puts models/street/train on the path
from detector import anchor_points
from loop import run
from loss import detection_loss

BATCH, RATE = 16, 1.2e-3
PHASES = ((0.0, 256), (0.6, 320), (0.85, 416))


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--start", type=pathlib.Path, help="checkpoint of the street detector to start from")
    parser.add_argument("--seed", type=int, default=20200628)
    parser.add_argument("--data", type=pathlib.Path, help="folder of the real sets (../shared/data)")
    return parser.parse_args()


def fit(network, file, a, windows_of, more_losses=lambda network, batch: ()):
    """windows_of(seed) gives the Windows; more_losses are terms beside those of the boxes."""
    torch.manual_seed(a.seed)
    if a.start and not file.exists():
        begin(network, torch.load(a.start, weights_only=True)["average"])
    network = network.to(memory_format=torch.channels_last)
    points = {size: anchor_points(size) for _, size in PHASES}

    def losses_of(network, x, batch):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits, boxes = network(x)
        return (*detection_loss(logits.float(), boxes.float(), batch[1], *points[x.shape[2]]), *more_losses(network, batch))

    run(network, file, a.minutes, RATE, lambda step, size: Batches(windows_of(a.seed + step), size, BATCH), losses_of, PHASES, momentum=0.998)


def begin(network, weights):
    """Takes over what has the same shape; the last layers, of other classes, start anew."""
    own = network.state_dict()
    taken = {name: value for name, value in weights.items() if name in own and own[name].shape == value.shape}
    network.load_state_dict({**own, **taken})
    print(f"{len(taken)} of {len(own)} tensors from the street detector", flush=True)
