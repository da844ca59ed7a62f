"""AP50 on drone frames that were not trained on, whole at 640 px and in tiles of 640, beside the public yolox_nano_416 (whole, and in tiles of 416).

python evaluate.py --cache ~/.cache/qly-train --model .. --teacher ../../../../shared/data/models/yolox_nano_416_coco80.onnx
"""
import argparse
import json
import pathlib
import sys

import cv2
import numpy as np

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[2] / "street/train"))
import importlib.util  # noqa: E402

from teacher import Teacher, suppress  # noqa: E402
from windows import load_yolo  # noqa: E402

spec = importlib.util.spec_from_file_location("street_evaluate", pathlib.Path(__file__).resolve().parents[2] / "street/train/evaluate.py")
street = importlib.util.module_from_spec(spec)
spec.loader.exec_module(street)


def in_tiles(model, picture, side, threshold, overlap=0.2):
    """Detections of overlapping tiles, put together; what is cut at an inner rim of a tile is left to its neighbour."""
    h, w = picture.shape[:2]
    starts = lambda length: [0] if length <= side else np.linspace(0, length - side, int(np.ceil((length - side) / (side * (1 - overlap)))) + 1).astype(int).tolist()
    rows = []
    for top in starts(h):
        for left in starts(w):
            part = picture[top : top + side, left : left + side]
            found = model.detect(part, threshold)
            ph, pw = part.shape[:2]
            whole = ((found[:, 0] > 2) | (left == 0)) & ((found[:, 1] > 2) | (top == 0))
            whole &= ((found[:, 2] < pw - 2) | (left + pw >= w)) & ((found[:, 3] < ph - 2) | (top + ph >= h))
            found = found[whole]
            found[:, :4] += [left, top, left, top]
            rows.append(found)
    return suppress(np.concatenate(rows), 0.55)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--teacher", required=True)
    a = parser.parse_args()
    cv2.setNumThreads(1)
    records = [r for r in json.loads((a.cache / "index.json").read_text()) if r["split"] == "val_aerial"]
    sets = {"unseen street": ([(cv2.imread(r["file"]), np.array(r["labels"]).reshape(-1, 5)) for r in records], [0, 1])}
    sets["rendered, other seeds"] = ([(p, l) for p, l, _ in load_yolo(a.cache / "drone-val")], [0, 1, 2, 3])
    ours, public = street.Ours(a.model), Teacher(a.teacher)
    for name, (pictures, judged) in sets.items():
        ways = [("ours, whole at 640", lambda p: ours.detect(p, 0.01)), ("ours, tiles of 640", lambda p: in_tiles(ours, p, 640, 0.01)), ("ours, tiles of 416 px enlarged to 640", lambda p: in_tiles(ours, p, 416, 0.01))]
        ways += [("yolox_nano_416, whole", lambda p: public.detect(p, 0.01)), ("yolox_nano_416, tiles of 416", lambda p: in_tiles(public, p, 416, 0.01))]
        for way, detect in ways:
            found = [detect(p) for p, _ in pictures]
            ap = street.average_precision(pictures, found, judged)
            share, total, false = street.recall(pictures, found, judged, 0.3, 0)
            text = "  ".join(f"{k} {'-' if v is None else f'{v:.1f}'} ({n})" for k, (v, n) in ap.items())
            print(f"{name}: {way}: AP50 {text} | at 0.3: recall {share:.3f} of {total}, false {false} in {len(pictures)} pictures", flush=True)


if __name__ == "__main__":
    main()
