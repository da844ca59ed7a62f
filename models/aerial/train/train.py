"""Trains the street detector's network on views from a drone, from the street detector's weights; one process, one thread, resumable.

python train.py --cache ~/.cache/qly-train --start ~/.cache/qly-train/checkpoint.pt --minutes 20   (prepare.py of models/street first)
"""
import argparse
import pathlib
import sys

import cv2
import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "street/train"))
from detector import Detector, anchor_points  # noqa: E402
from loop import run  # noqa: E402
from loss import detection_loss  # noqa: E402
from windows import Sampler, clip_boxes, cut, load_index, load_yolo, turn  # noqa: E402

BATCH, RATE = 16, 1e-3
PHASES = ((0.0, 256), (0.35, 320))
SHARES = {"real": 0.66, "rendered": 0.34}
# Flights low enough to show people, whom their labels leave out.
PEOPLE_UNLABELLED = ("DJI-00760", "DJI_0762")


class DroneSampler(Sampler):
    """Windows near the scale of the pictures: a vehicle is 9 to 80 px, as on a 640 px tile; turned by quarters, as nothing is up from above."""

    def set_sources(self, sources):
        self.sources = sources
        self.names = list(sources)
        weights = np.array([SHARES[name] for name in self.names])
        self.weights = weights / weights.sum()

    def window(self, width, height, reach):
        r = self.random
        source = self.names[r.choice(len(self.names), p=self.weights)]
        picture, labels, ignore = self.sources[source][r.integers(len(self.sources[source]))]
        picture, labels, ignore = turn(picture, labels, ignore, int(r.integers(4)))
        h, w = picture.shape[:2]
        fit = min(width / w, height / h)
        if len(labels) and r.random() < 0.75:
            rarity = np.array([1.0, 6.0, 2.5, 1.5])[labels[:, 4].astype(int)]
            box = labels[r.choice(len(labels), p=rarity / rarity.sum())]
            side = max(box[2] - box[0], box[3] - box[1], 2.0)
            wanted = np.exp(r.uniform(np.log(9), np.log(80))) * (1.8 if box[4] == 1 else 0.6 if box[4] >= 2 else 1)
            scale = float(np.clip(wanted / side, max(0.3, 0.8 * fit), 2.0))
            at = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        else:
            scale = np.exp(r.uniform(np.log(max(0.35, fit)), np.log(1.5)))
            at = (w * r.uniform(0.1, 0.9), h * r.uniform(0.1, 0.9))
        sx, sy = scale * r.uniform(0.9, 1.1), scale * r.uniform(0.9, 1.1)
        left = np.clip(at[0] * sx - width * r.uniform(0.15, 0.85), min(0, w * sx - width), max(0, w * sx - width))
        top = np.clip(at[1] * sy - height * r.uniform(0.15, 0.85), min(0, h * sy - height), max(0, h * sy - height))
        return cut(picture, sx, sy, left, top, width, height), *clip_boxes(labels, ignore, sx, sy, left, top, width, height)


class Stream(torch.utils.data.IterableDataset):
    def __init__(self, cache, seed, size):
        real = []
        for record in load_index(cache / "index.json", only="aerial_city_vehicles", with_names=True)["aerial_city_vehicles"]:
            name, picture, labels, _ = record
            whole = [[0, 0, picture.shape[1], picture.shape[0], 1]] if name.startswith(PEOPLE_UNLABELLED) else []
            real.append((picture, labels, np.array(whole, np.float32).reshape(-1, 5)))
        rendered = load_yolo(cache / "drone")
        print(f"{len(real)} real frames, {len(rendered)} rendered", flush=True)
        self.sampler, self.size = DroneSampler({"real": real, "rendered": rendered}, seed), size

    def __iter__(self):
        cv2.setNumThreads(1)
        while True:
            samples = [self.sampler.sample(self.size.value, 0.3) for _ in range(BATCH)]
            targets = [(torch.from_numpy(b[:, :4].copy()), torch.from_numpy(b[:, 4].astype(np.int64)), torch.from_numpy(i)) for _, b, i in samples]
            yield torch.from_numpy(np.stack([picture for picture, _, _ in samples])), targets


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--start", type=pathlib.Path, help="checkpoint of the street detector to start from")
    parser.add_argument("--seed", type=int, default=20200628)
    a = parser.parse_args()
    torch.manual_seed(a.seed)
    detector, file = Detector().to(memory_format=torch.channels_last), a.cache / "aerial.pt"
    if a.start and not file.exists():
        detector.load_state_dict(torch.load(a.start, weights_only=True)["average"])
    points = {size: anchor_points(size) for _, size in PHASES}

    def losses_of(network, x, batch):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits, boxes = network(x)
        return detection_loss(logits.float(), boxes.float(), batch[1], *points[x.shape[2]])

    run(detector, file, a.minutes, RATE, lambda step, size: Stream(a.cache, a.seed + step, size), losses_of, PHASES, momentum=0.998)


if __name__ == "__main__":
    main()
