"""Training windows from rendered YOLO folders: cut around things at random sizes, mosaics, light and camera faults, with the water's share of every cell where there is water."""
import pathlib
import sys

import cv2
import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "street/train"))
from prepare import read_labels  # noqa: E402
from windows import camera, clip_boxes, cut  # noqa: E402

CELL = 8  # of the water's map, pixels
NOTHING = np.zeros((0, 5), np.float32)


def load(folder, names):
    """(picture BGR, labels [N,5], water 0..255 or None) of every whole picture of a folder."""
    out = []
    for label_file in sorted((folder / "labels").glob("*.txt")):
        picture = cv2.imread(str(folder / "images" / f"{label_file.stem}.jpg"))
        height, width = picture.shape[:2]
        labels = read_labels(label_file, names, width, height, {name: k for k, name in enumerate(names)}).astype(np.float32)
        water = cv2.imread(str(folder / "water" / f"{label_file.stem}.png"), cv2.IMREAD_GRAYSCALE) if (folder / "water").exists() else None
        out.append((picture, labels, water))
    return out


class Windows:
    """`rarity`: how often a class is chosen to be in the middle, in the order of the labels. `paint(window, labels, random)` may change a window before the lens does."""

    def __init__(self, pictures, seed, rarity, paint=None):
        self.pictures, self.rarity, self.paint = pictures, np.array(rarity, float), paint
        self.random = np.random.default_rng(seed)

    def sample(self, size, mosaic):
        """Picture RGB [S,S,3], labels [N,5] in pixels, water [S/8,S/8] in 0..1 and -1 where the window is off the picture."""
        r = self.random
        canvas, water, labels = np.full((size, size, 3), 114, np.uint8), np.full((size, size), -255, np.int16), []
        cx, cy = (int(size * r.uniform(0.3, 0.7)) for _ in range(2))
        quarters = ((0, 0, cx, cy), (cx, 0, size, cy), (0, cy, cx, size), (cx, cy, size, size)) if r.random() < mosaic else ((0, 0, size, size),)
        for x1, y1, x2, y2 in quarters:
            part, boxes, wet = self.window(x2 - x1, y2 - y1, size)
            canvas[y1:y2, x1:x2], water[y1:y2, x1:x2] = part, wet
            labels.append(boxes + np.array([x1, y1, x1, y1, 0], np.float32))
        labels = np.concatenate(labels)
        if r.random() < 0.5:
            canvas, water = canvas[:, ::-1], water[:, ::-1]
            labels[:, [0, 2]] = size - labels[:, [2, 0]]
        picture = camera(np.ascontiguousarray(canvas), r)
        cells = water.reshape(size // CELL, CELL, size // CELL, CELL).mean((1, 3)) / 255
        return picture[..., ::-1].copy(), labels, cells.astype(np.float32)

    def window(self, width, height, reach):
        r = self.random
        picture, labels, wet = self.pictures[r.integers(len(self.pictures))]
        h, w = picture.shape[:2]
        fit = min(width / w, height / h)
        scale, at = fit * r.uniform(0.8, 1.0), (w / 2, h / 2)
        if len(labels) and r.random() < 0.6:
            chance = self.rarity[labels[:, 4].astype(int)]
            box = labels[r.choice(len(labels), p=chance / chance.sum())]
            side = max(box[2] - box[0], box[3] - box[1], 2.0)
            wanted = np.exp(r.uniform(np.log(12), np.log(0.9 * min(reach, max(width, height)))))
            scale, at = float(np.clip(wanted / side, 0.8 * fit, max(2.5, fit))), ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        elif r.random() < 0.6:
            scale, at = np.exp(r.uniform(np.log(fit), np.log(1.6 * max(width / w, height / h)))), (w * r.uniform(0.1, 0.9), h * r.uniform(0.1, 0.9))
        sx, sy = scale * r.uniform(0.88, 1.14), scale * r.uniform(0.88, 1.14)
        left = np.clip(at[0] * sx - width * r.uniform(0.2, 0.8), min(0, w * sx - width), max(0, w * sx - width))
        top = np.clip(at[1] * sy - height * r.uniform(0.2, 0.8), min(0, h * sy - height), max(0, h * sy - height))
        place = (sx, sy, left, top, width, height)
        part, (boxes, _) = cut(picture, *place), clip_boxes(labels, NOTHING, *place)
        if self.paint:
            part = self.paint(part, boxes, r)
        if wet is None:
            return part, boxes, -255
        inside = cut(np.full((h, w, 3), 255, np.uint8), *place)[..., 0] > 180
        return part, boxes, np.where(inside, cut(np.repeat(wet[..., None], 3, 2), *place)[..., 0], -255)


class Batches(torch.utils.data.IterableDataset):
    def __init__(self, windows, size, batch, mosaic=0.45):
        self.windows, self.size, self.batch, self.mosaic = windows, size, batch, mosaic

    def __iter__(self):
        cv2.setNumThreads(1)
        while True:
            samples = [self.windows.sample(self.size.value, self.mosaic) for _ in range(self.batch)]
            targets = [(torch.from_numpy(l[:, :4].copy()), torch.from_numpy(l[:, 4].astype(np.int64)), torch.zeros(0, 5)) for _, l, _ in samples]
            yield torch.from_numpy(np.stack([p for p, _, _ in samples])), targets, torch.from_numpy(np.stack([w for _, _, w in samples]))
