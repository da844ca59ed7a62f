"""Real pictures for smoke and fire: which scene each belongs to, what its label can be trusted for, and which fold holds the scene out."""
import hashlib
import json
import pathlib
import re

import cv2
import numpy as np

FIRE, SMOKE = 0, 1
LABELS = ["fire", "smoke"]
LONGEST = 512
# Frames were taken from a few videos and numbered by hand: ranges of img_N, first match wins. "street_fire" is told from "garage" by its colour.
RANGES = [
    ("courtyard", [1, 3, 4, 8, 9, 10, 12, 15, 16, 18, 19, 23, 27, 29]), ("window", range(5, 25)), ("window", range(100, 103)),
    ("fog_shop", [51, 59, 63, 64, 65, 66, 69, 70, 72, 73, 74, 78, 80, 81, 82, 202, 204, 502, 503]),
    ("kitchen", [52, 53, 54, 55, 56, 57, 60, 62, 67, 68, 71]), ("corridor", range(50, 98)), ("night_street", range(103, 119)),
    ("corridor", range(200, 207)), ("subway", range(225, 264)), ("firefighter", [362]), ("garage", range(304, 400)),
    ("street_fire", range(400, 507)), ("garage", range(507, 600)), ("market", range(600, 790)), ("plume", range(800, 829)),
    ("security_fog", range(900, 3001)),
]
PREFIXES = {"fire2": "garage", "newsmoke": "security_fog", "smoke5": "plume", "smoke2": "fog_shop", "pexels": "pexels_plume"}
# Two folds of whole scenes; what is held out in one is trained on in the other.
HELD_OUT = {
    "a": {"market", "subway", "pexels_plume", "fog_shop", "courtyard", "window"},
    "b": {"garage", "street_fire", "corridor", "night_street", "plume", "security_fog", "kitchen", "firefighter"},
    "none": set(),
}
# The folds of the model over several frames: whole scenes and clips, each held out once.
FOLDS = {
    "market": {"market", "courtyard", "window", "nopark_lane_topdown_30s"},
    "subway": {"subway", "fog_shop", "park_comes_and_parks_street_33s"},
    "pexels_plume": {"pexels_plume", "firefighter", "preview_person-bicycle-car-detection", "preview_worker-zone-detection"},
    "plume": {"plume", "kitchen", "indoor_one_by_one_person_139s"},
    "garage": {"garage"},
    "street_fire": {"street_fire", "night_street"},
    "corridor": {"corridor", "security_fog"},
}
# Scenes whose frames are labelled as smoke although flames are to be seen on some.
FIRE_UNKNOWN = {"street_fire", "market", "plume"}
# "Smoke" on these is glare of a lens and darkness: left out (20 frames).
DOUBTFUL_SMOKE = {"window", "night_street"}


def scene_of(stem, picture):
    name = stem.split("__")[0]
    if not name.startswith("img_"):
        return next(scene for prefix, scene in PREFIXES.items() if name.startswith(prefix))
    number = int(re.match(r"img_(\d+)", name).group(1))
    if number in (52, 53, 54, 55, 62, 63, 71) and "-2" in name:
        return "corridor"
    scene = next((scene for scene, numbers in RANGES if number in numbers), "other")
    if scene == "street_fire":
        blue, _, red = picture.reshape(-1, 3).mean(0)
        return "street_fire" if red > 1.5 * blue else "garage"
    return scene


def shrink(picture):
    h, w = picture.shape[:2]
    scale = LONGEST / max(h, w)
    return picture if scale >= 1 else cv2.resize(picture, (round(w * scale), round(h * scale)), interpolation=cv2.INTER_AREA)


def read_fire_smoke(data):
    """Dicts of picture (BGR), boxes [N,5] (xyxy as fractions, class), scene, known (which of fire, smoke the label can be trusted for)."""
    root, out = pathlib.Path(data) / "train/fire_smoke", []
    for file in sorted((root / "images").iterdir()):
        picture = shrink(cv2.imread(str(file)))
        rows = [[float(v) for v in line.split()[:5]] for line in (root / "labels" / f"{file.stem}.txt").read_text().splitlines() if line.strip()]
        boxes = np.array([[x - w / 2, y - h / 2, x + w / 2, y + h / 2, c] for c, x, y, w, h in rows], np.float32).reshape(-1, 5)
        scene = scene_of(file.stem, picture)
        has = [bool((boxes[:, 4] == c).any()) for c in (FIRE, SMOKE)]
        if has[SMOKE] and scene in DOUBTFUL_SMOKE:
            continue
        known = [has[FIRE] or not (has[SMOKE] and scene in FIRE_UNKNOWN), has[SMOKE] or not has[FIRE]]
        out.append({"name": file.stem, "picture": picture, "boxes": boxes, "scene": scene, "has": has, "known": known})
    return out


def read_negatives(street_cache, simulated=None, every=2):
    """Pictures without smoke or fire by split: the street sets (held-out scenes of the street detector stay held out here) and our simulator's."""
    splits = {"train": [], "held_out": []}
    for record in json.loads((pathlib.Path(street_cache) / "index.json").read_text()):
        if record["source"] == "background" or "fire_" in record["file"]:
            continue
        split = "train" if record["split"] == "train" else "held_out"
        if split == "train" and int(hashlib.sha256(record["file"].encode()).hexdigest(), 16) % every:
            continue
        splits[split].append(shrink(cv2.imread(record["file"])))
    for folder, split, step in ((f"{street_cache}/simulated", "train", 6), (f"{street_cache}/simulated-val", "held_out", 1)):
        for file in sorted(pathlib.Path(folder, "images").glob("*"))[::step]:
            splits[split].append(shrink(cv2.imread(str(file))))
    return splits
