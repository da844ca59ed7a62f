"""Cuts every labelled vehicle out of the sets of ../shared/data and links the pictures that show the same one.

python vehicles.py --data ../../../../shared/data --cache ~/.cache/qly-train   (2 minutes on one core; writes CACHE/vehicle-look/{train,val}.npz)

A vehicle is one box of one picture, unless it is known to be another's: the author's augmented copies of a picture (matched by their boxes,
also mirrored), neighbouring aerial frames laid over each other, and the simulator's own word. Scenes are held out whole, as for street.
"""
import argparse
import json
import pathlib
import re
import sys

import cv2
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "street/train"))
from prepare import CLASSES, group, read_labels  # noqa: E402
from teacher import iou_matrix  # noqa: E402

SETS = ("vehicles_cctv", "street_motorcycle_car", "vehicles_openimages", "aerial_city_vehicles")
AROUND = 1.6  # what is kept of a vehicle's surroundings: times its box
STORED = 112  # pixels
SMALLEST = 16  # pixels of the shorter side


def cut(picture, box, mirrored=False):
    """The box with its surroundings as STORED × STORED pixels; beyond the picture its rim goes on."""
    x1, y1, x2, y2 = box
    cx, cy, w, h = (x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) * AROUND, (y2 - y1) * AROUND
    corners = np.float32([[cx - w / 2, cy - h / 2], [cx + w / 2, cy - h / 2], [cx - w / 2, cy + h / 2]])
    shrink = max(w, h) / STORED
    if shrink > 2:  # warping alone would skip pixels
        part = 1 / (shrink / 1.5)
        picture, corners = cv2.resize(picture, None, fx=part, fy=part, interpolation=cv2.INTER_AREA), np.float32(corners * part)
    to = cv2.getAffineTransform(corners, np.float32([[0, 0], [STORED, 0], [0, STORED]]))
    out = cv2.warpAffine(picture, to, (STORED, STORED), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out[:, ::-1] if mirrored else out


def scene_of(folder, stem):
    """Scene and moment: pictures of one scene that are near in time may show the same vehicle without our knowing."""
    name = stem.split("__")[0]
    if folder == "vehicles_cctv":
        return "cctv", float(int(name))
    if folder == "street_motorcycle_car" and (found := re.match(r"IMG\d{8}(\d\d)(\d\d)(\d\d)", name)):
        hours, minutes, seconds = map(int, found.groups())
        return "walk", 3600.0 * hours + 60 * minutes + seconds
    if folder == "aerial_city_vehicles":
        prefix, number = re.match(r"(.*?)(\d+)$", name).groups()
        return prefix + ("1" if prefix == "MOS" and int(number) >= 100 else ""), float(number)
    return name, 0.0


def match(a, b, least):
    """Pairs of rows of a and b whose boxes overlap best, both ways."""
    if not len(a) or not len(b):
        return []
    iou = iou_matrix(a[:, :4], b[:, :4])
    return [(i, int(j)) for i, j in enumerate(iou.argmax(1)) if iou[i, j] >= least and iou[:, j].argmax() == i]


def mirror(boxes, width):
    out = boxes.copy()
    out[:, [0, 2]] = width - boxes[:, [2, 0]]
    return out


def link_copies(pictures):
    """The author's copies of one picture: the same boxes, as they are or mirrored."""
    links = []
    for a in pictures:
        for b in pictures:
            if b["index"] <= a["index"] or b["base"] != a["base"]:
                continue
            straight = match(a["boxes"], b["boxes"], 0.6)
            mirrored = match(a["boxes"], mirror(b["boxes"], b["width"]), 0.6)
            b["mirrored"] = len(mirrored) > len(straight)
            links += [((a["index"], i), (b["index"], j)) for i, j in (mirrored if b["mirrored"] else straight)]
    return links


def link_frames(pictures):
    """Neighbouring frames of a drone, laid over each other by a homography: what is at the same place of the ground stands."""
    links = []
    for a in pictures:
        for b in pictures:
            if (a["scene"], a["moment"] + 1) != (b["scene"], b["moment"]):
                continue
            grey = [cv2.cvtColor(cv2.imread(p["file"]), cv2.COLOR_BGR2GRAY) for p in (a, b)]
            orb = cv2.ORB_create(3000)
            (ka, da), (kb, db) = (orb.detectAndCompute(g, None) for g in grey)
            pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(da, db)
            to, inliers = cv2.findHomography(
                np.float32([ka[p.queryIdx].pt for p in pairs]), np.float32([kb[p.trainIdx].pt for p in pairs]), cv2.RANSAC, 2.0
            )
            if to is None or inliers.sum() < 200 or not len(a["boxes"]):
                continue
            corners = a["boxes"][:, [0, 1, 2, 3]].reshape(-1, 1, 2)
            moved = np.column_stack([cv2.perspectiveTransform(corners, to).reshape(-1, 4), a["boxes"][:, 4]])
            links += [((a["index"], i), (b["index"], j)) for i, j in match(moved, b["boxes"], 0.6)]
    return links


def real_pictures(data):
    pictures = []
    for folder in SETS:
        root = data / "train" / folder
        names = (root / "classes.txt").read_text().split()
        for file in sorted((root / "images").iterdir()):
            height, width = cv2.imread(str(file)).shape[:2]
            boxes = read_labels(root / "labels" / f"{file.stem}.txt", names, width, height, CLASSES)
            small = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) < SMALLEST
            scene, moment = scene_of(folder, file.stem)
            pictures.append({
                "index": len(pictures), "file": str(file), "base": f"{folder}/{file.stem.split('__')[0]}", "set": folder,
                "split": group(folder, file.stem), "scene": scene, "moment": moment, "width": width, "boxes": boxes[~small],
                "mirrored": False,
            })
    return pictures


def find(parents, key):
    while parents.get(key, key) != key:
        key = parents[key]
    return key


def real_crops(pictures):
    parents = {}
    for one, other in link_copies(pictures) + link_frames([p for p in pictures if p["set"].startswith("aerial")]):
        parents[find(parents, one)] = find(parents, other)
    for p in pictures:
        picture = cv2.imread(p["file"])
        for i, box in enumerate(p["boxes"]):
            root = find(parents, (p["index"], i))
            yield p["split"], {
                "crop": cut(picture, box[:4], p["mirrored"]), "vehicle": f"{p['set']}/{root[0]}-{root[1]}",
                "cell": f"open-{int(box[4])}" if p["set"] == "vehicles_openimages" else p["scene"],
                "scene": f"{p['set']}/{p['scene']}", "moment": p["moment"], "picture": p["base"], "source": p["file"], "label": int(box[4]),
            }


def simulated_crops(folder):
    last = (None, None)
    for shown in json.loads((folder / "vehicles.json").read_text()):
        if last[0] != shown["file"]:
            last = (shown["file"], cv2.imread(str(folder / "images" / shown["file"])))
        yield {
            "crop": cut(last[1], shown["box"]), "vehicle": shown["vehicle"], "cell": shown["place"], "scene": shown["place"].split("/")[0],
            "moment": 0.0, "picture": shown["file"], "source": shown["file"], "label": {"car": 0, "large_vehicle": 1, "two_wheeler": 2}[shown["label"]],
        }


def save(file, rows):
    columns = {key: np.stack([r[key] for r in rows]) if key == "crop" else np.array([r[key] for r in rows]) for key in rows[0]}
    np.savez(file, **columns)
    print(file, len(rows), "crops of", len(set(columns["vehicle"])), "vehicles")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    to = arguments.cache / "vehicle-look"
    to.mkdir(parents=True, exist_ok=True)
    rows = list(real_crops(real_pictures(arguments.data)))
    train = [r for split, r in rows if split == "train"] + list(simulated_crops(arguments.cache / "vehicles"))
    save(to / "train.npz", train)
    for split in sorted({split for split, _ in rows} - {"train"}):
        save(to / f"{split}.npz", [r for s, r in rows if s == split])
    save(to / "val_simulated.npz", list(simulated_crops(arguments.cache / "vehicles-val")))


if __name__ == "__main__":
    main()
