"""Records what pycocotools 2.0.11 makes of random boxes: the fixture that average-precision.test.ts compares with.

python record-pycocotools.py > pycocotools-2.0.11.json
"""
import contextlib
import io
import json
import sys

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

random = np.random.default_rng(20200628)
CLASSES = 3


def box(scale):
    x, y = random.uniform(0, 500, 2)
    w, h = random.uniform(4, scale, 2)
    return [round(float(v), 1) for v in (x, y, x + w, y + h)]


def near(edges, jitter):
    w, h = edges[2] - edges[0], edges[3] - edges[1]
    moved = [edges[0] + random.normal(0, jitter * w), edges[1] + random.normal(0, jitter * h), edges[2] + random.normal(0, jitter * w), edges[3] + random.normal(0, jitter * h)]
    x1, x2 = sorted((moved[0], moved[2]))
    y1, y2 = sorted((moved[1], moved[3]))
    return [round(float(v), 1) for v in (x1, y1, x2 + 1, y2 + 1)]


def picture():
    truth, found = [], []
    for _ in range(random.integers(0, 6)):
        label, edges = int(random.integers(CLASSES)), box(120)
        truth.append([label, *edges])
        for _ in range(random.choice([0, 1, 1, 1, 2])):
            # few different scores, so that many are equal
            found.append([label if random.random() < 0.9 else int(random.integers(CLASSES)), *near(edges, 0.08), round(float(random.uniform(0.2, 1)), 2)])
    for _ in range(random.integers(0, 4)):
        found.append([int(random.integers(CLASSES)), *box(80), round(float(random.uniform(0, 0.6)), 1)])
    return {"truth": truth, "found": found}


def judge(pictures, most):
    annotations, results = [], []
    for i, p in enumerate(pictures):
        for c, x1, y1, x2, y2 in p["truth"]:
            annotations.append({"id": len(annotations) + 1, "image_id": i, "category_id": c + 1, "bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1), "iscrowd": 0})
        results += [{"image_id": i, "category_id": c + 1, "bbox": [x1, y1, x2 - x1, y2 - y1], "score": s} for c, x1, y1, x2, y2, s in p["found"]]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {"info": {}, "images": [{"id": i, "width": 640, "height": 640} for i in range(len(pictures))], "annotations": annotations, "categories": [{"id": c + 1, "name": str(c)} for c in range(CLASSES)]}
        coco.createIndex()
        judged = COCOeval(coco, coco.loadRes(results), "bbox")
        judged.params.maxDets = [1, most]
        judged.evaluate()
        judged.accumulate()
    precision, recall = judged.eval["precision"][:, :, :, 0, -1], judged.eval["recall"][:, :, 0, -1]
    return [{"ap50": round(float(precision[0, :, c].mean()), 6), "ap": round(float(precision[:, :, c].mean()), 6), "recall50": round(float(recall[0, c]), 6)} for c in range(CLASSES)]


pictures = [picture() for _ in range(60)]
json.dump({"pictures": pictures, "expected": {str(most): judge(pictures, most) for most in (100, 2)}}, sys.stdout, separators=(",", ":"))
sys.stdout.write("\n")
