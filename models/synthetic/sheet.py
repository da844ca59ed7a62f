"""A contact sheet of rendered pictures with their boxes, as small as a JPEG can be: python sheet.py --to contact-sheet.jpg FOLDER…"""
import argparse
import pathlib

import cv2
import numpy as np

COLUMNS, CELL = 5, (250, 190)
COLOURS = [(0, 220, 255), (80, 220, 80), (255, 0, 255), (255, 160, 0), (60, 60, 255), (255, 255, 0), (150, 255, 150), (200, 110, 255), (255, 255, 255)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--to", required=True)
    parser.add_argument("--each", type=int, default=15)
    a = parser.parse_args()
    cells = [cell(file) for folder in a.folders for file in sorted((folder / "images").iterdir())[: a.each]]
    rows = [np.hstack(cells[k : k + COLUMNS]) for k in range(0, len(cells) - len(cells) % COLUMNS, COLUMNS)]
    cv2.imwrite(a.to, np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 70])


def cell(file):
    picture = cv2.imread(str(file))
    height, width = picture.shape[:2]
    scale = max(CELL[0] / width, CELL[1] / height)
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = picture.shape[:2]
    for line in (file.parents[1] / "labels" / f"{file.stem}.txt").read_text().splitlines():
        number, x, y, w, h = (float(part) for part in line.split())
        corners = [(round((x + s * w / 2) * width), round((y + s * h / 2) * height)) for s in (-1, 1)]
        cv2.rectangle(picture, *corners, COLOURS[int(number) % len(COLOURS)], 1)
    left, top = (width - CELL[0]) // 2, (height - CELL[1]) // 2
    return picture[top : top + CELL[1], left : left + CELL[0]]


if __name__ == "__main__":
    main()
