"""Finds the pictures whose labels our street model and the public yolox_nano contradict most, and draws them for a person to judge.

python find_faults.py --data ../../../shared/data --out /tmp/faults [--most 80]   (5 minutes on one core)

Labels are drawn green with their number, what a model sees and no label says red: a number, class and score. A person who looks at them writes
label patches (README.md); nothing is changed by this.
"""
import argparse
import json
import pathlib
import sys

import cv2
import numpy as np

STREET = pathlib.Path(__file__).resolve().parents[1] / "street"
sys.path.insert(0, str(STREET / "train"))
from evaluate import Ours  # noqa: E402
from prepare import CLASSES, read_labels  # noqa: E402
from teacher import Teacher, iou_matrix, suppress  # noqa: E402

LETTER = "clt"  # car, large vehicle, two-wheeler
SETS = ("vehicles_cctv", "street_motorcycle_car", "vehicles_openimages")


def tiles(width, height):
    part_w, part_h = int(width * 0.6), int(height * 0.6)
    return [(x, y, x + part_w, y + part_h) for x in (0, width - part_w) for y in (0, height - part_h)]


def seen(picture, ours, teacher, tiled):
    """Rows x1,y1,x2,y2,score,class of vehicles: where both models agree the score is raised, one alone must be surer."""
    height, width = picture.shape[:2]
    rows = [ours.detect(picture, 0.25)]
    for x1, y1, x2, y2 in tiles(width, height) if tiled else []:
        part = ours.detect(picture[y1:y2, x1:x2], 0.35)
        whole = ((part[:, 0] > 4) | (x1 == 0)) & ((part[:, 1] > 4) | (y1 == 0))
        whole &= ((part[:, 2] < x2 - x1 - 4) | (x2 == width)) & ((part[:, 3] < y2 - y1 - 4) | (y2 == height))
        rows.append(part[whole] + [x1, y1, x1, y1, 0, 0])
    ours_rows = suppress(np.concatenate(rows), 0.5)
    other_rows = teacher.detect(picture, 0.25, tiled)
    out = []
    for mine, theirs in ((ours_rows, other_rows), (other_rows, ours_rows)):
        for row in mine[mine[:, 5] < 3]:
            agreed = theirs[(theirs[:, 5] == row[5])]
            both = len(agreed) and iou_matrix(row[None, :4], agreed[:, :4]).max() > 0.45
            score = row[4] if both else row[4] - 0.25
            if score >= 0.25:
                out.append([*row[:4], score, row[5]])
    out = np.array(out).reshape(-1, 6)
    return suppress_across(out[out[:, 4].argsort()[::-1]])


def suppress_across(rows):
    """One box a thing, whatever its class; the better score stays."""
    kept = []
    for row in rows:
        if not kept or iou_matrix(row[None, :4], np.array(kept)[:, :4]).max() < 0.45:
            kept.append(row)
    return np.array(kept).reshape(-1, 6)


def contradictions(labels, found):
    """What no label says, and labels whose class the models doubt: (missing rows, [(label, class, score)])."""
    missing, doubted = [], []
    for row in found:
        if len(labels):
            iou = iou_matrix(row[None, :4], labels[:, :4])[0]
            inter = np.clip(np.minimum(row[2:4], labels[:, 2:4]) - np.maximum(row[:2], labels[:, :2]), 0, None).prod(-1)
            if iou.max() > 0.4:
                if int(labels[iou.argmax(), 4]) != int(row[5]) and row[4] > 0.4:
                    doubted.append((int(iou.argmax()), int(row[5]), float(row[4])))
                continue
            if (inter / ((row[2] - row[0]) * (row[3] - row[1]) + 1e-9)).max() > 0.7:
                continue
        missing.append(row)
    return np.array(missing).reshape(-1, 6), doubted


def draw(picture, labels, missing, doubted, name, width=1100):
    scale = width / picture.shape[1]
    out = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    put = lambda text, x, y, colour: cv2.putText(out, text, (int(x), int(y)), 0, 0.42, colour, 1, cv2.LINE_AA)
    for i, (x1, y1, x2, y2, c) in enumerate(labels * [scale, scale, scale, scale, 1]):
        cv2.rectangle(out, (int(x1), int(y1)), (int(x2), int(y2)), (0, 200, 0), 1)
        put(f"{i}{LETTER[int(c)]}", x1, y2 + 11, (0, 230, 0))
    for i, (x1, y1, x2, y2, score, c) in enumerate(missing * [scale, scale, scale, scale, 1, 1]):
        cv2.rectangle(out, (int(x1), int(y1)), (int(x2), int(y2)), (0, 0, 255), 1)
        put(f"+{i}{LETTER[int(c)]}{score:.1f}", x1, y1 - 3, (60, 60, 255))
    for i, c, score in doubted:
        put(f"?{LETTER[c]}{score:.1f}", labels[i][0] * scale + 26, labels[i][3] * scale + 11, (0, 220, 255))
    put(name, 5, 14, (255, 255, 0))
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--most", type=int, default=80)
    a = parser.parse_args()
    cv2.setNumThreads(1)
    a.out.mkdir(parents=True, exist_ok=True)
    ours, teacher = Ours(STREET), Teacher(str(a.data / "models/yolox_nano_416_coco80.onnx"))
    ranked = []
    for folder in SETS:
        root = a.data / "train" / folder
        names = (root / "classes.txt").read_text().split()
        for file in sorted((root / "images").iterdir()):
            picture = cv2.imread(str(file))
            labels = read_labels(root / "labels" / f"{file.stem}.txt", names, picture.shape[1], picture.shape[0], CLASSES)
            missing, doubted = contradictions(labels, seen(picture, ours, teacher, folder == "vehicles_cctv"))
            weight = float(missing[:, 4].sum() + sum(score for _, _, score in doubted))
            ranked.append({
                "picture": f"{folder}/images/{file.name}", "weight": round(weight, 2),
                "missing": np.round(missing, 3).tolist(), "doubted": doubted,
            })
            if weight > 0.5:
                cv2.imwrite(str(a.out / f"{folder}-{file.stem}.jpg"), draw(picture, labels, missing, doubted, file.name), [1, 85])
    ranked.sort(key=lambda each: -each["weight"])
    (a.out / "ranked.json").write_text(json.dumps(ranked))
    for each in ranked[: a.most]:
        print(each["weight"], each["picture"], len(each["missing"]), "missing", len(each["doubted"]), "doubted")


if __name__ == "__main__":
    main()
