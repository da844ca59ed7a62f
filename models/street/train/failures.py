"""A sheet of the worst rendered pictures: missed objects red, false boxes yellow, found ones green. Rendered, as real pictures may not be published.

python failures.py --model ../../aerial --pictures ~/.cache/qly-train/drone-val --to ../../aerial/failures.jpg
"""
import argparse
import pathlib

import cv2
import numpy as np

from evaluate import Ours
from teacher import iou_matrix
from windows import load_yolo

COLUMNS, ROWS, WIDTH = 3, 3, 420


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--pictures", type=pathlib.Path, required=True)
    parser.add_argument("--to", required=True)
    a = parser.parse_args()
    model, judged = Ours(a.model), []
    numbers = {name: k for k, name in enumerate(model.about["labels"])}
    labelled = [numbers[name] for name in (a.pictures / "classes.txt").read_text().split()]
    for picture, labels, _ in load_yolo(a.pictures, classes=numbers):
        found = model.detect(picture, model.about["threshold"])
        found = found[np.isin(found[:, 5], labelled)]
        iou = iou_matrix(labels, found) if len(labels) and len(found) else np.zeros((len(labels), len(found)))
        same = iou * (labels[:, 4:5] == found[:, 5][None])
        missed, false = (same.max(1, initial=0) < 0.5), (same.max(0, initial=0) < 0.5)
        judged.append((missed.sum() + 2 * false.sum(), picture, labels, found, missed, false))
    judged.sort(key=lambda row: -row[0])
    cells = []
    for _, picture, labels, found, missed, false in judged[: COLUMNS * ROWS]:
        scale = WIDTH / picture.shape[1]
        cell = cv2.resize(picture, (WIDTH, round(picture.shape[0] * scale)), interpolation=cv2.INTER_AREA)
        for rows, colour in ((found[~false], (60, 200, 60)), (found[false], (0, 230, 255)), (labels[missed], (40, 40, 255))):
            for x1, y1, x2, y2 in (rows[:, :4] * scale).astype(int).tolist():
                cv2.rectangle(cell, (x1, y1), (x2, y2), colour, 1)
        cells.append(cell)
    tallest = max(len(cell) for cell in cells)
    cells = [cv2.copyMakeBorder(cell, 0, tallest - len(cell), 0, 0, cv2.BORDER_CONSTANT) for cell in cells]
    sheet = np.vstack([np.hstack(cells[i : i + COLUMNS]) for i in range(0, len(cells), COLUMNS)])
    cv2.imwrite(a.to, sheet, [cv2.IMWRITE_JPEG_QUALITY, 72])


if __name__ == "__main__":
    main()
