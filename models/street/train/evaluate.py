"""AP50 of our model and of the public yolox_nano_416 on the held-out scenes, with the same code (pycocotools), and recall of large objects.

python evaluate.py --cache ~/.cache/qly-train --model .. --teacher ../shared/data/models/yolox_nano_416_coco80.onnx [--simulated DIR]
"""
import argparse
import contextlib
import io
import json
import pathlib
import time

import cv2
import numpy as np
import onnxruntime
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from detector import LABELS
from teacher import Teacher, iou_matrix, suppress
from windows import load_yolo

# What each held-out set labels; classes that its authors left out are not judged on it.
JUDGED = {"val_cctv": [0, 1], "val_street": [0, 1, 2], "val_closeup": [0, 1, 2], "val_aerial": [0, 1], "simulated": [0, 1, 2, 3]}


class Ours:
    def __init__(self, folder):
        self.about = json.loads((folder / "model.json").read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(folder / self.about["file"]), options, providers=["CPUExecutionProvider"])

    def detect(self, picture, threshold):
        size = self.about["input"]["width"]
        h, w = picture.shape[:2]
        r = min(size / h, size / w)
        nw, nh = max(1, round(w * r)), max(1, round(h * r))
        left, top = (size - nw) // 2, (size - nh) // 2
        canvas = np.full((size, size, 3), 114, np.uint8)
        canvas[top : top + nh, left : left + nw] = cv2.resize(picture, (nw, nh), interpolation=cv2.INTER_AREA if r < 0.7 else cv2.INTER_LINEAR)
        boxes, scores = self.session.run(None, {"image": canvas[None, :, :, ::-1].copy()})
        boxes = (boxes[0] - [left, top, left, top]) / r
        rows = [np.column_stack([boxes[s >= threshold], s[s >= threshold], np.full((s >= threshold).sum(), c)]) for c, s in enumerate(scores[0].T)]
        return suppress(np.concatenate(rows), 0.55)


def average_precision(pictures, found, classes):
    images = [{"id": i, "width": p.shape[1], "height": p.shape[0]} for i, (p, _) in enumerate(pictures)]
    annotations = []
    for i, (_, labels) in enumerate(pictures):
        for x1, y1, x2, y2, c in labels.tolist():
            w, h = x2 - x1, y2 - y1
            annotations.append({"id": len(annotations) + 1, "image_id": i, "category_id": int(c) + 1, "bbox": [x1, y1, w, h], "area": w * h, "iscrowd": 0})
    results = [
        {"image_id": i, "category_id": int(c) + 1, "bbox": [x1, y1, x2 - x1, y2 - y1], "score": s}
        for i, rows in enumerate(found) for x1, y1, x2, y2, s, c in rows.tolist()
    ]
    out = {}
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {"info": {}, "images": images, "annotations": annotations, "categories": [{"id": k + 1, "name": n} for k, n in enumerate(LABELS)]}
        truth.createIndex()
        judged = COCOeval(truth, truth.loadRes(results), "bbox") if results else None
        for c in classes:
            count = sum(a["category_id"] == c + 1 for a in annotations)
            if judged is None or count == 0:
                out[LABELS[c]] = (None, count)
                continue
            judged.params.catIds, judged.params.iouThrs, judged.params.maxDets = [c + 1], np.array([0.5]), [1, 10, 300]
            judged.evaluate()
            judged.accumulate()
            precision = judged.eval["precision"][0, :, 0, 0, 2]
            out[LABELS[c]] = (100 * float(precision[precision > -1].mean()), count)
    return out


def recall(pictures, found, classes, threshold, smallest, size=416):
    """Share of labelled objects whose longer side is at least `smallest` px at the model's size that are found with IoU 0.5."""
    hit = total = false = 0
    for (picture, labels), rows in zip(pictures, found):
        r = size / max(picture.shape[:2])
        rows = rows[rows[:, 4] >= threshold]
        for c in classes:
            mine, gt = rows[rows[:, 5] == c], labels[labels[:, 4] == c]
            iou = iou_matrix(gt, mine) if len(mine) and len(gt) else np.zeros((len(gt), 1))
            large = (gt[:, 2:4] - gt[:, :2]).max(-1, initial=0) * r >= smallest
            total += large.sum()
            hit += (iou.max(1)[large] >= 0.5).sum()
            false += len(mine) - (iou.max(0) >= 0.5).sum() if len(gt) and len(mine) else len(mine)
    return hit / total if total else None, int(total), int(false)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--simulated", type=pathlib.Path)
    parser.add_argument("--ours-only", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    models = {"ours": Ours(arguments.model)} | ({} if arguments.ours_only else {"yolox_nano_416": Teacher(arguments.teacher)})
    sets = {}
    for record in json.loads((arguments.cache / "index.json").read_text()):
        if record["split"] != "train":
            sets.setdefault(record["split"], []).append((cv2.imread(record["file"]), np.array(record["labels"]).reshape(-1, 5)))
    if arguments.simulated:
        sets["simulated"] = [(p, l) for p, l, _ in load_yolo(arguments.simulated)]
    for name, pictures in sets.items():
        for model_name, model in models.items():
            began = time.process_time()
            found = [model.detect(p, 0.01) for p, _ in pictures]
            milliseconds = 1000 * (time.process_time() - began) / len(pictures)
            ap = average_precision(pictures, found, JUDGED[name])
            big, count, _ = recall(pictures, found, JUDGED[name], 0.3, 128)
            middle, total, false = recall(pictures, found, JUDGED[name], 0.35, 16)
            text = "  ".join(f"{k} {'-' if v is None else f'{v:.1f}'} ({n})" for k, (v, n) in ap.items())
            print(f"{name:12} {model_name:15} AP50 {text} | recall >=128 px {'-' if big is None else f'{big:.2f}'} ({count}); at 0.35: recall {middle if middle is None else round(middle, 3)} of {total}, false {false} in {len(pictures)} pictures | {milliseconds:.0f} ms cpu", flush=True)


if __name__ == "__main__":
    main()
