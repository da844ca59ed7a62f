"""Real faces with and without masks (../shared/data/train/face_mask) onto rendered heads, as the rendered ones are crude. Held out: every fifth, less its near copies.

python faces.py --data ../../../../shared/data --cache ~/.cache/qly-train     writes CACHE/kitchen-real-faces (held-out faces on held-out kitchens) as a YOLO folder
"""
import argparse
import pathlib
import shutil

import cv2
import numpy as np

from labels_of import LABELS, MASK, NO_MASK  # puts models/synthetic/train on the path
from pictures import load

FOLDERS = {MASK: "with_mask", NO_MASK: "without_mask"}


def real_faces(data):
    """{label: (training crops, held-out crops)}, BGR. A held-out crop that looks like a training one is in neither."""
    out = {}
    for label, folder in FOLDERS.items():
        crops = [cv2.imread(str(file)) for file in sorted((data / "train/face_mask" / folder).iterdir())]
        crops = [crop for crop in crops if crop is not None and 0.7 < crop.shape[1] / crop.shape[0] < 1.4 and min(crop.shape[:2]) >= 40]
        prints = np.array([fingerprint(crop) for crop in crops])
        held = np.arange(len(crops)) % 5 == 4
        far = np.array([(prints[~held] != own).sum(1).min() > 8 for own in prints])
        out[label] = [c for c, h in zip(crops, held) if not h], [c for c, h, f in zip(crops, held, far) if h and f]
    return out


def fingerprint(crop):
    """64 bits: is a cell brighter than its right neighbour?"""
    small = cv2.resize(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), (9, 8), interpolation=cv2.INTER_AREA).astype(int)
    return (small[:, 1:] > small[:, :-1]).ravel()


def paint(part, labels, random, faces, share):
    """Puts a real face over `share` of the rendered faces that look at the camera, in their light, oval and soft at the rim."""
    part = part.copy()
    for x1, y1, x2, y2, label in labels[np.isin(labels[:, 4], list(faces))]:
        width, height = x2 - x1, y2 - y1
        if random.random() > share or height < 8 or not 0.62 < width / height < 1.25:
            continue
        crop = faces[int(label)][random.integers(len(faces[int(label)]))]
        grow = random.uniform(0.0, 0.12)
        left, top = int(round(x1 - grow * width)), int(round(y1 - grow * height))
        w, h = int(round(width * (1 + 2 * grow))), int(round(height * (1 + 2 * grow)))
        if left < 0 or top < 0 or left + w > part.shape[1] or top + h > part.shape[0]:
            continue
        if random.random() < 0.5:
            crop = crop[:, ::-1]
        face = cv2.resize(crop, (w, h), interpolation=cv2.INTER_AREA if w < crop.shape[1] else cv2.INTER_LINEAR).astype(np.float32)
        under = part[top : top + h, left : left + w].astype(np.float32)
        face *= np.clip((under.mean() + 20) / (face.mean() + 20), 0.45, 1.6)
        if np.ptp(under.mean((0, 1))) < 3:  # infrared
            face = np.repeat(face.mean(2, keepdims=True), 3, 2)
        oval = np.zeros((h, w), np.float32)
        cv2.ellipse(oval, (w // 2, h // 2), (max(1, int(w * 0.47)), max(1, int(h * 0.48))), 0, 0, 360, 1.0, -1)
        oval = cv2.GaussianBlur(oval, (0, 0), max(0.6, w * 0.04))[..., None]
        part[top : top + h, left : left + w] = (under * (1 - oval) + face * oval).clip(0, 255).astype(np.uint8)
    return part


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--times", type=int, default=4, help="every kitchen with so many draws of faces")
    a = parser.parse_args()
    faces, random = real_faces(a.data), np.random.default_rng(7)
    print({FOLDERS[label]: (len(train), len(held)) for label, (train, held) in faces.items()})
    held = {label: crops for label, (_, crops) in faces.items()}
    folder = a.cache / "kitchen-real-faces"
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    (folder / "classes.txt").write_text("mask\nno_mask\n")
    for k, (picture, labels, _) in enumerate(load(a.cache / "kitchen-val", LABELS)):
        own = labels[np.isin(labels[:, 4], [MASK, NO_MASK])]
        height, width = picture.shape[:2]
        for n in range(a.times if len(own) else 0):
            cv2.imwrite(str(folder / f"images/{k:03d}-{n}.jpg"), paint(picture, labels, random, held, 1.0), [cv2.IMWRITE_JPEG_QUALITY, 90])
            lines = [f"{int(c == NO_MASK)} {(x1 + x2) / 2 / width:.5f} {(y1 + y2) / 2 / height:.5f} {(x2 - x1) / width:.5f} {(y2 - y1) / height:.5f}\n" for x1, y1, x2, y2, c in own]
            (folder / f"labels/{k:03d}-{n}.txt").write_text("".join(lines))


if __name__ == "__main__":
    main()
