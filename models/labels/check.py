"""Checks every patch against the data: hashes, lines, classes, boxes inside the picture, nothing labelled twice.

python check.py --data ../../../shared/data   (2 seconds; exits 1 with every fault)
"""
import argparse
import pathlib
import sys

import cv2
import numpy as np

import patches

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "street/train"))
from prepare import CLASSES, read_labels  # noqa: E402
from teacher import iou_matrix  # noqa: E402


def faults_of(patch, data):
    picture = data / "train" / patch["picture"]
    folder = picture.parents[1]
    labels_file = folder / "labels" / f"{picture.stem}.txt"
    if not picture.exists():
        return ["no such picture"]
    height, width = cv2.imread(str(picture)).shape[:2]
    rows = read_labels(labels_file, (folder / "classes.txt").read_text().split(), width, height, CLASSES)
    out = [f"relabel {line}: it is that already" for line, label in patch.get("relabel", {}).items() if rows[int(line), 4] == patches.OURS[label]]
    try:
        mended = patches.apply(patch, picture, labels_file, rows, width, height)
    except (ValueError, IndexError, KeyError) as error:
        return out + [str(error)]
    added = mended[len(rows) - len(patch.get("remove", [])) :]
    for box in added:
        if box[0] < -0.5 or box[1] < -0.5 or box[2] > width + 0.5 or box[3] > height + 0.5 or min(box[2] - box[0], box[3] - box[1]) < 4:
            out.append(f"a box outside the picture or too small: {np.round(box, 1).tolist()}")
    if len(mended) > 1:
        overlap = iou_matrix(mended[:, :4], mended[:, :4]) - np.eye(len(mended))
        for i in range(len(mended) - len(added), len(mended)):
            if overlap[i].max() > 0.7:
                out.append(f"labelled twice: {np.round(mended[i], 1).tolist()}")
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    data = parser.parse_args().data
    faults = [f"{name}: {fault}" for name, patch in patches.load().items() for fault in faults_of(patch, data)]
    print("\n".join(faults) or f"{len(patches.load())} patches fit the data")
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
