"""Label patches: what is wrong in the labels of ../shared/data, picture by picture, without the pictures (README.md).

A patch names its picture and the label file by their SHA-256 (16 digits): of another copy of the data nothing is patched, and that is said.
"""
import hashlib
import json
import pathlib

import numpy as np

FILE = pathlib.Path(__file__).resolve().parent / "patches.jsonl"
OURS = {"car": 0, "large_vehicle": 1, "two_wheeler": 2, "person": 3}


def load(file=FILE):
    """Picture ("set/images/name.jpg") to patch."""
    return {patch["picture"]: patch for patch in map(json.loads, file.read_text().splitlines())}


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def apply(patch, picture, labels_file, rows, width, height):
    """Rows x1,y1,x2,y2,class (in the order of the label file's lines) as they should be. ValueError: the data is not what was patched."""
    if digest(picture) != patch["sha256"] or digest(labels_file) != patch["labels"]:
        raise ValueError(f"{patch['picture']}: not the picture or the labels that were looked at; the patch is not applied")
    rows = rows.copy()
    for line, label in patch.get("relabel", {}).items():
        rows[int(line), 4] = OURS[label]
    rows = np.delete(rows, patch.get("remove", []), axis=0)
    added = [
        [(cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height, OURS[label]]
        for label, cx, cy, w, h in patch.get("add", [])
    ]
    return np.concatenate([rows, np.array(added, np.float64).reshape(-1, 5)])
