"""Is a vehicle in the zone? On the zones' cuts of real clips, frame by frame and voted over 2 s, ours and the public yolox_nano_416.

python presence.py --data ../../../../shared/data --model .. --teacher ../../../../shared/data/models/yolox_nano_416_coco80.onnx
"""
import argparse
import pathlib

import cv2
import numpy as np

from evaluate import Ours
from teacher import Teacher

MOTOR = (0, 1)
EVERY, VOTE, MARGIN, UNJUDGED = 0.2, 2.0, 0.5, 1.2  # seconds; the cut's margin as a share of the zone's longer side; seconds about a change
# clip, zone (x1 y1 x2 y2 as fractions), seconds looked at, seconds with a vehicle in it
ZONES = [
    ("park_comes_and_parks_street_33s", "kerb, both cars", (0.57, 0.20, 1.0, 0.52), (19.6, 33), [(19, 33)]),
    ("park_comes_and_parks_street_33s", "lane beside, mirror and paint at its rim", (0.04, 0.50, 0.56, 0.96), (19.6, 33), []),
    ("nopark_lane_topdown_30s", "lane from straight above", (0.05, 0.05, 0.95, 0.95), (0, 30), [(4.4, 9.0), (14.4, 19.3), (25.1, 29.1)]),
    ("indoor_one_by_one_person_139s", "room with one person at a table", (0.0, 0.0, 1.0, 1.0), (0, 139), []),
    ("preview_worker-zone-detection", "building site, one worker", (0.0, 0.0, 1.0, 1.0), (0, 10), []),
]


def votes(model, file, zone, span, threshold):
    capture = cv2.VideoCapture(str(file))
    fps, n, out = capture.get(cv2.CAP_PROP_FPS), 0, []
    while True:
        ok, frame = capture.read()
        if not ok:
            return out
        at = n / fps
        n += 1
        if not span[0] <= at < span[1] or at < span[0] + len(out) * EVERY:
            continue
        h, w = frame.shape[:2]
        zx1, zy1, zx2, zy2 = zone[0] * w, zone[1] * h, zone[2] * w, zone[3] * h
        margin = MARGIN * max(zx2 - zx1, zy2 - zy1)
        x1, y1, x2, y2 = int(max(0, zx1 - margin)), int(max(0, zy1 - margin)), int(min(w, zx2 + margin)), int(min(h, zy2 + margin))
        hit = False
        for bx1, by1, bx2, by2, score, c in model.detect(frame[y1:y2, x1:x2], threshold):
            cx, cy = (bx1 + bx2) / 2 + x1, (by1 + by2) / 2 + y1
            hit |= c in MOTOR and score >= threshold and zx1 <= cx <= zx2 and zy1 <= cy <= zy2
        out.append((at, hit))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--teacher", required=True)
    a = parser.parse_args()
    cv2.setNumThreads(1)
    ours = Ours(a.model)
    for name, model, threshold in (("ours", ours, ours.about["threshold"]), ("yolox_nano_416", Teacher(a.teacher), 0.3)):
        totals = {"frame": np.zeros(4, int), "voted": np.zeros(4, int)}  # true +, false +, false -, true -
        for clip, what, zone, span, occupied in ZONES:
            seen = votes(model, a.data / f"clips/{clip}.mp4", zone, span, threshold)
            counts = {"frame": np.zeros(4, int), "voted": np.zeros(4, int)}
            for i, (at, hit) in enumerate(seen):
                if any(abs(at - edge) < UNJUDGED for part in occupied for edge in part if 0 < edge and edge > span[0]):
                    continue
                truth = any(start <= at <= end for start, end in occupied)
                window = [h for t, h in seen[: i + 1] if t > at - VOTE]
                for kind, yes in (("frame", hit), ("voted", np.mean(window) >= 0.5 and len(window) >= 3)):
                    counts[kind][(0 if yes else 2) if truth else (1 if yes else 3)] += 1
            for kind in totals:
                totals[kind] += counts[kind]
            print(f"{name:15} {clip}, {what}: {describe(counts['frame'])}; voted {describe(counts['voted'])}", flush=True)
        print(f"{name:15} all: {describe(totals['frame'])}; voted {describe(totals['voted'])}", flush=True)


def describe(counts):
    hit, false, missed, quiet = counts.tolist()
    f1 = 2 * hit / max(1, 2 * hit + false + missed)
    return f"F1 {f1:.3f} ({hit} of {hit + missed} found), false presence {100 * false / max(1, false + quiet):.1f} % of {false + quiet}"


if __name__ == "__main__":
    main()
