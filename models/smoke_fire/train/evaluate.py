"""Recall, false alarms and AUC by picture, and clips frame by frame, through onnxruntime on one thread.

python evaluate.py --data ../shared/data --cache ~/.cache/qly-train --model DIR [--fold a|b: judge the scenes that this fold held out] [--clips]
"""
import argparse
import json
import pathlib
import time

import cv2
import numpy as np
import onnxruntime

from painted import DISTRACTORS
from scenes import FIRE, HELD_OUT, LABELS, SMOKE, read_fire_smoke, read_negatives

QUIET_CLIPS = ["nopark_lane_topdown_30s", "park_comes_and_parks_street_33s", "preview_person-bicycle-car-detection", "preview_worker-zone-detection", "indoor_one_by_one_person_139s"]


class Model:
    def __init__(self, folder):
        self.about = json.loads((folder / "model.json").read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(folder / self.about["file"]), options, providers=["CPUExecutionProvider"])

    def scores(self, picture):
        """Highest score of fire and of smoke on the picture."""
        size = self.about["input"]["width"]
        h, w = picture.shape[:2]
        scale = size / max(h, w)
        nw, nh = max(1, round(w * scale)), max(1, round(h * scale))
        left, top = (size - nw) // 2, (size - nh) // 2
        canvas = np.full((size, size, 3), 114, np.uint8)
        canvas[top : top + nh, left : left + nw] = cv2.resize(picture, (nw, nh), interpolation=cv2.INTER_AREA if scale < 0.7 else cv2.INTER_LINEAR)
        return self.session.run(["scores"], {"image": canvas[None, :, :, ::-1].copy()})[0][0].max(0)


def area_under(positive, negative):
    """Area under the ROC curve: how often a positive scores above a negative."""
    order = np.argsort(np.concatenate([negative, positive]), kind="stable")
    rank = np.empty(len(order))
    rank[order] = np.arange(1, len(order) + 1)
    n, m = len(positive), len(negative)
    return (rank[m:].sum() - n * (n + 1) / 2) / (n * m)


def pictures(model, a):
    frames = [f for f in read_fire_smoke(a.data) if f["scene"] in HELD_OUT[a.fold]]
    r = np.random.default_rng(9)
    held_out = read_negatives(a.cache)["held_out"]
    misleading = [DISTRACTORS[i % len(DISTRACTORS)](p.copy(), r) for i, p in enumerate(held_out)]
    scores = np.array([model.scores(f["picture"]) for f in frames])
    plain, misled = (np.array([model.scores(p) for p in part]) for part in (held_out, misleading))
    out = {"scores": {}}
    for c in (FIRE, SMOKE):
        has = np.array([f["has"][c] for f in frames])
        known = np.array([f["known"][c] for f in frames])
        own = scores[known & ~has, c]  # the same cameras without it
        negative = np.concatenate([own, plain[:, c]])
        line = {"positives": int(has.sum()), "negatives": len(negative), "own": len(own), "auc": area_under(scores[has, c], negative), "auc_own": area_under(scores[has, c], own), "auc_misleading": area_under(scores[has, c], misled[:, c])}
        for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
            line[f"at {threshold}"] = [round(float((s >= threshold).mean()), 3) for s in (scores[has, c], own, plain[:, c], misled[:, c])]
        for scene in sorted({f["scene"] for f in frames}):
            of = np.array([f["scene"] == scene for f in frames])
            for name, which in (("with", of & has), ("without", of & known & ~has)):
                if which.any():
                    line[f"{scene} {name} ({which.sum()})"] = [round(float(v), 2) for v in np.quantile(scores[which, c], [0.1, 0.5, 0.9])]
        print(LABELS[c], json.dumps(line, indent=1), flush=True)
    return out


def clips(model, data, every=0.2):
    for name in ["fire_dollhouse_30s", *QUIET_CLIPS]:
        capture = cv2.VideoCapture(str(pathlib.Path(data) / "clips" / f"{name}.mp4"))
        step, n, found = capture.get(cv2.CAP_PROP_FPS) * every, 0, []
        while True:
            ok, frame = capture.read()
            if not ok:
                break
            if n >= len(found) * step:
                found.append(model.scores(frame))
            n += 1
        s = np.array(found)
        quantiles = {LABELS[c]: [round(float(v), 2) for v in np.quantile(s[:, c], [0, 0.1, 0.5, 0.9, 1])] for c in range(2)}
        first = {LABELS[c]: next((round(i * every, 1) for i in range(10, len(s) + 1) if (s[i - 10 : i, c] >= model.about["thresholds"][LABELS[c]]).mean() >= 0.6), None) for c in range(2)}
        print(f"{name}: {len(s)} frames; 0, 10, 50, 90, 100 % quantiles {quantiles}; first 2 s with 60 % of the frames at", first, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--fold", choices=["a", "b"])
    parser.add_argument("--clips", action="store_true")
    a = parser.parse_args()
    cv2.setNumThreads(1)
    model = Model(a.model)
    began = time.process_time()
    if a.fold:
        pictures(model, a)
    if a.clips:
        clips(model, a.data)
    print(f"{time.process_time() - began:.0f} s of processor time")


if __name__ == "__main__":
    main()
