"""Mask or none on real faces: the held-out crops alone, each on a kitchen wall's grey. Says how often the right one of the two scores higher, and how many are found at all.

python measure.py --data ../../../../shared/data --model ..
"""
import argparse
import json
import pathlib

import cv2
import numpy as np
import onnxruntime

from labels_of import MASK, NO_MASK
from faces import FOLDERS, real_faces

SIDES = (24, 40, 64)  # of the face, pixels at the model's size


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    a = parser.parse_args()
    about = json.loads((a.model / "model.json").read_text())
    session, size = onnxruntime.InferenceSession(str(a.model / about["file"]), providers=["CPUExecutionProvider"]), about["input"]["width"]
    grid, report = 5, {}
    for side in SIDES:
        for label, (_, held) in real_faces(a.data).items():
            right = found = 0
            for begin in range(0, len(held), grid * grid):  # 25 faces a picture, far enough apart
                sheet, places = np.full((size, size, 3), 150, np.uint8), []
                for k, crop in enumerate(held[begin : begin + grid * grid]):
                    x, y = (int((c + 0.5) * size / grid - side / 2) for c in (k % grid, k // grid))
                    sheet[y : y + side, x : x + side] = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
                    places.append((x, y))
                boxes, scores = session.run(None, {"image": sheet[None, :, :, ::-1].copy()})
                centres = (boxes[0, :, :2] + boxes[0, :, 2:]) / 2
                for x, y in places:
                    inside = ((centres > (x, y)) & (centres < (x + side, y + side))).all(1)
                    with_mask, without = scores[0, inside, MASK].max(initial=0), scores[0, inside, NO_MASK].max(initial=0)
                    right += (with_mask > without) == (label == MASK)
                    found += max(with_mask, without) >= about["threshold"]
            report[f"{FOLDERS[label]}, {side} px"] = {"faces": len(held), "right": round(float(right) / len(held), 3), "found": round(float(found) / len(held), 3)}
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
