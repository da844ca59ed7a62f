"""Reads the real sets of ../shared/data into one index: our classes, whole scenes held out, missing labels filled in or ignored.

python prepare.py --data ../shared/data --cache ~/.cache/qly-train   (about 4 minutes on 2 cores; writes index.json and clip frames)
"""
import argparse
import hashlib
import json
import pathlib
import sys

import cv2
import numpy as np

from teacher import Teacher, iou_matrix

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "labels"))
import patches  # noqa: E402

CAR, LARGE, TWO, PERSON = range(4)
CLASSES = {
    "car": CAR, "truck": LARGE, "bus": LARGE, "minibus": LARGE, "ambulance": LARGE,
    "bike": TWO, "motorcycle": TWO, "cyclist": TWO,
}


def group(folder, stem):
    """The split of a picture: scenes are held out whole, never single frames of a scene that is trained on."""
    name = stem.split("__")[0]
    if folder == "vehicles_cctv":  # the curved road (1026007…) is held out; its namesake 10260070026… is other scenes
        return "val_cctv" if name.startswith("1026007") and not name.startswith("10260070026") else "train"
    if folder == "street_motorcycle_car":  # one walk; its last minutes are held out
        return "val_street" if name.startswith("IMG20240615") and name[11:15] >= "1216" else "train"
    if folder == "vehicles_openimages":
        return "val_closeup" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 8 == 0 else "train"
    return "val_aerial" if name.startswith("MunichStreet") else "train"


def read_labels(file, names, width, height, classes=CLASSES):
    """Rows x1,y1,x2,y2,class in pixels; names that `classes` does not know are left out."""
    rows = []
    if file.exists():
        for line in file.read_text().splitlines():
            c, cx, cy, w, h = (float(v) for v in line.split()[:5])
            label = classes.get(names[int(c)])
            if label is not None and w > 0 and h > 0:
                rows.append([(cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height, label])
    return np.array(rows, np.float64).reshape(-1, 5)


def complete(labels, found, vehicles_too=True):
    """Adds what the teacher is sure of and marks the rest as ignore (group 0: vehicle classes, 1: person)."""
    added, ignore = [], []
    for x1, y1, x2, y2, score, c in found:
        box = np.array([[x1, y1, x2, y2]])
        if c == PERSON:
            (added if score >= 0.5 else ignore).append([x1, y1, x2, y2, PERSON if score >= 0.5 else 1])
            continue
        same = labels[labels[:, 4] != PERSON]
        if len(same):
            iou = iou_matrix(box, same[:, :4])[0]
            inter = np.clip(np.minimum(box[:, 2:], same[:, 2:4]) - np.maximum(box[:, :2], same[:, :2]), 0, None).prod(-1)
            if iou.max() > 0.4 or (inter / ((x2 - x1) * (y2 - y1) + 1e-9)).max() > 0.7:
                continue
        sure = vehicles_too and score >= (0.75 if c == LARGE else 0.6)
        (added if sure else ignore).append([x1, y1, x2, y2, c if sure else 0])
    return np.array(added).reshape(-1, 5), np.array(ignore).reshape(-1, 5)


def clip_frames(video, every, folder):
    folder.mkdir(parents=True, exist_ok=True)
    capture, n = cv2.VideoCapture(str(video)), 0
    while True:
        ok, frame = capture.read()
        if not ok:
            return
        if n % every == 0:
            file = folder / f"{video.stem}-{n:05d}.jpg"
            cv2.imwrite(str(file), frame, [cv2.IMWRITE_JPEG_QUALITY, 92])
            yield file
        n += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    teacher = Teacher(str(arguments.data / "models/yolox_nano_416_coco80.onnx"), threads=2)
    records, mending = [], patches.load()

    def add(file, split, source, labels, tiles, mended=None):
        picture = cv2.imread(str(file))
        found = teacher.detect(picture, 0.2, tiles)
        if split == "train":
            labels = labels if mended is None else mended
            extra, ignore = complete(labels, found)
            labels = np.concatenate([labels, extra])
        else:  # held-out labels stay as their authors made them
            ignore = np.zeros((0, 5))
        records.append({
            "file": str(file), "split": split, "source": source,
            "labels": np.round(labels, 2).tolist(), "ignore": np.round(ignore, 2).tolist(),
            **({} if mended is None or split == "train" else {"patched": np.round(mended, 2).tolist()}),
        })

    for folder in ("vehicles_cctv", "street_motorcycle_car", "vehicles_openimages", "aerial_city_vehicles"):
        root = arguments.data / "train" / folder
        names = (root / "classes.txt").read_text().split()
        for file in sorted((root / "images").iterdir()):
            height, width = cv2.imread(str(file)).shape[:2]
            labels_file = root / "labels" / f"{file.stem}.txt"
            labels = read_labels(labels_file, names, width, height)
            patch = mending.get(f"{folder}/images/{file.name}")
            mended = patch and patches.apply(patch, file, labels_file, labels, width, height)
            add(file, group(folder, file.stem), folder, labels, tiles=folder in ("vehicles_cctv",), mended=mended)
    # Persons and empty scenes: frames of clips that no test measures, and the fire set (teacher labels; mostly background).
    none = np.zeros((0, 5))
    for video, every in (("indoor_one_by_one_person_139s.mp4", 25), ("fire_dollhouse_30s.mp4", 90)):
        for file in clip_frames(arguments.data / "clips" / video, every, arguments.cache / "frames"):
            add(file, "train", "clips", none, tiles=False)
    for file in sorted((arguments.data / "train/fire_smoke/images").iterdir())[::2]:
        add(file, "train", "background", none, tiles=False)
    (arguments.cache / "index.json").write_text(json.dumps(records))
    for split in sorted({r["split"] for r in records}):
        part = [r for r in records if r["split"] == split]
        count = np.bincount([int(b[4]) for r in part for b in r["labels"]], minlength=4).tolist()
        print(split, len(part), "pictures; car, large, two-wheeler, person:", count, "ignored:", sum(len(r["ignore"]) for r in part))


if __name__ == "__main__":
    main()
