"""How well the share of water is read, on rendered canals that were not trained on: python measure.py --cache ~/.cache/qly-train --model .."""
import argparse
import json
import pathlib

import cv2
import numpy as np
import onnxruntime

from network import LABELS  # puts models/synthetic/train on the path
from pictures import load


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    a = parser.parse_args()
    about = json.loads((a.model / "model.json").read_text())
    session, size = onnxruntime.InferenceSession(str(a.model / about["file"]), providers=["CPUExecutionProvider"]), about["input"]["width"]
    wanted, read = [], []
    for picture, _, water in load(a.cache / "river-val", LABELS):
        height, width = picture.shape[:2]
        scale = size / max(height, width)
        w, h = round(width * scale), round(height * scale)
        canvas = np.full((size, size, 3), 114, np.uint8)
        canvas[(size - h) // 2 : (size - h) // 2 + h, (size - w) // 2 : (size - w) // 2 + w] = cv2.resize(picture, (w, h))
        _, scores = session.run(None, {"image": canvas[None, :, :, ::-1].copy()})
        wanted.append((water > 127).mean())
        read.append(scores[0, -1, LABELS.index("water")])
    wanted, read = np.array(wanted), np.array(read)
    error = np.abs(read - wanted)
    report = {
        "pictures": len(wanted),
        "meanShare": wanted.mean(),
        "meanAbsoluteError": error.mean(),
        "error90": np.quantile(error, 0.9),
        "correlation": np.corrcoef(wanted, read)[0, 1],
        "errorOfAlwaysTheMean": np.abs(wanted - wanted.mean()).mean(),
    }
    print(json.dumps({name: round(float(value), 4) for name, value in report.items()}, indent=2))


if __name__ == "__main__":
    main()
