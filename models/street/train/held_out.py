"""Writes the held-out scenes as YOLO folders, for `npm run models:evaluate -- --data DIR`.

python held_out.py --cache ~/.cache/qly-train   (CACHE/held-out/val_cctv, val_street, val_closeup, val_aerial: images/, labels/, classes.txt)
With --patched the same pictures with mended labels (models/labels), under names of their own: val_cctv_patched …
"""
import argparse
import json
import pathlib

import cv2

LABELS = ["car", "large_vehicle", "two_wheeler", "person"]
# What each set's authors labelled; other classes are not judged on it.
JUDGED = {"val_cctv": 2, "val_street": 3, "val_closeup": 3, "val_aerial": 2}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--patched", action="store_true")
    arguments = parser.parse_args()
    cache = arguments.cache
    for record in json.loads((cache / "index.json").read_text()):
        if record["split"] == "train":
            continue
        folder = cache / "held-out" / (record["split"] + ("_patched" if arguments.patched else ""))
        labels = record.get("patched", record["labels"]) if arguments.patched else record["labels"]
        for part in ("images", "labels"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "classes.txt").write_text("\n".join(LABELS[: JUDGED[record["split"]]]) + "\n")
        file = pathlib.Path(record["file"])
        height, width = cv2.imread(str(file)).shape[:2]
        link = folder / "images" / file.name
        if not link.exists():
            link.hardlink_to(file) if link.parent.stat().st_dev == file.stat().st_dev else link.write_bytes(file.read_bytes())
        lines = [
            f"{int(c)} {(x1 + x2) / 2 / width:.6f} {(y1 + y2) / 2 / height:.6f} {(x2 - x1) / width:.6f} {(y2 - y1) / height:.6f}"
            for x1, y1, x2, y2, c in labels if c < JUDGED[record["split"]]
        ]
        (folder / "labels" / f"{file.stem}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
