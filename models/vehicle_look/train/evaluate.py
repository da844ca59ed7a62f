"""The embedding beside the colour histogram that the product used before it, on vehicles of scenes that were not trained on; writes ../metrics.json.

python evaluate.py --cache ~/.cache/qly-train --data ../../../../shared/data --model ..   (1 minute on one core)

Of each set: pairs that are surely the same vehicle, pairs that surely are not. Rank-1 and mAP: one view looks for its vehicle among those it
could be taken for. Verification: pairs accepted at the distance at which 1 % (5 %) of the different ones are.
"""
import argparse
import hashlib
import json
import pathlib

import cv2
import numpy as np
import onnxruntime
import torch

from augment import other_day
from clip import clip_crops
from network import SIZE
from vehicles import AROUND, STORED

HUES, GREYS, ACROSS = 12, 5, 20


def histogram(crop):
    """services/vision/parking/look.ts on a stored crop (BGR)."""
    side = STORED / AROUND
    at = ((STORED - side) / 2 + side * (0.15 + 0.7 * (np.arange(ACROSS) + 0.5) / ACROSS)).astype(int)
    pixels = crop[np.ix_(at, at)].reshape(-1, 3)[:, ::-1].astype(float)
    out = np.zeros(HUES + GREYS)
    for r, g, b in pixels:
        most, chroma = max(r, g, b), max(r, g, b) - min(r, g, b)
        saturation = chroma / most if most else 0
        coloured = min(1, max(0, (saturation - 0.15) / 0.35)) * min(1, most / 60)
        if coloured > 0:
            hue = ((g - b) / chroma + 6) % 6 if most == r else (b - r) / chroma + 2 if most == g else (r - g) / chroma + 4
            spread(out, 0, HUES, hue / 6 * HUES, coloured, True)
        spread(out, HUES, GREYS, most / 255 * (GREYS - 1), 1 - coloured, False)
    return out / len(pixels)


def spread(out, start, bins, at, weight, around):
    low, share = int(at), at - int(at)
    for bin_, part in ((low, 1 - share), (low + 1, share)):
        out[start + (bin_ % bins if around else min(bins - 1, bin_))] += weight * part


class Embedding:
    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.file = folder / "model.onnx"
        self.session = onnxruntime.InferenceSession(str(self.file), options, providers=["CPUExecutionProvider"])

    def __call__(self, crop):
        """As the product cuts: 1.2 times the box."""
        side = round(STORED * 1.2 / AROUND)
        first = (STORED - side) // 2
        part = cv2.resize(crop[first : first + side, first : first + side], (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        return self.session.run(None, {"image": part[None, ..., ::-1].copy()})[0][0]


def distances(crops, embedding):
    vectors = np.stack([embedding(c) for c in crops])
    roots = np.sqrt(np.stack([histogram(c) for c in crops]))
    return {"vehicle_look": 1 - vectors @ vectors.T, "colours": np.sqrt(np.clip(1 - roots @ roots.T, 0, None))}


def figures(distance, same, different):
    """`same`, `different`: which pairs are, surely; the rest is left out."""
    positive, negative = distance[np.triu(same, 1)], distance[np.triu(different, 1)]
    firsts, precisions = [], []
    for row, yes, no in zip(distance, same, different):
        if not yes.any() or not no.any():
            continue
        order = np.concatenate([row[yes], row[no]]).argsort(kind="stable")
        ranks = np.nonzero(order < yes.sum())[0]
        firsts.append(ranks[0] == 0)
        precisions.append(((np.arange(len(ranks)) + 1) / (ranks + 1)).mean())
    at = {share: np.quantile(negative, share) for share in (0.01, 0.05)}
    grid = np.sort(np.concatenate([positive, negative]))
    wrong = [((positive > t).mean() + (negative <= t).mean()) / 2 for t in grid[:: max(1, len(grid) // 400)]]
    return {
        "rank1": round(float(np.mean(firsts)), 3), "mAP": round(float(np.mean(precisions)), 3),
        **{f"accepted_at_{int(100 * s)}pct_false": round(float((positive < t).mean()), 3) for s, t in at.items()},
        "distance_at_1pct_false": round(float(at[0.01]), 3), "distance_at_5pct_false": round(float(at[0.05]), 3),
        "balanced_error": round(float(min(wrong)), 3),
        "distance_of_same_median": round(float(np.median(positive)), 3), "distance_of_same_95pct": round(float(np.quantile(positive, 0.95)), 3),
        "queries": len(firsts), "same_pairs": len(positive), "different_pairs": len(negative),
    }


def known(columns):
    """(same, different) of real crops: linked ones are the same; of one picture, or of scenes and moments far apart, they differ."""
    vehicle, scene, picture, moment = columns["vehicle"], columns["scene"], columns["picture"], columns["moment"]
    same = (vehicle[:, None] == vehicle[None]) & ~np.eye(len(vehicle), dtype=bool)
    one = columns["source"][:, None] == columns["source"][None]
    near = {"vehicles_cctv": 6, "street_motorcycle_car": 20, "aerial_city_vehicles": 1e9}
    reach = np.array([near.get(s.split("/")[0], 0) for s in scene])
    far = (scene[:, None] != scene[None]) | (np.abs(moment[:, None] - moment[None]) > reach[:, None])
    return same, (vehicle[:, None] != vehicle[None]) & (one | (far & (picture[:, None] != picture[None])))


def main():
    parser = argparse.ArgumentParser()
    for name in ("cache", "data", "model"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    a = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    embedding, sets = Embedding(a.model), {}

    def judge(name, what, crops, same, different):
        found = distances(crops, embedding)
        sets[name] = {"what": what, "crops": len(crops), "sha256": hashlib.sha256(np.ascontiguousarray(crops)).hexdigest(),
                      **{by: figures(d, same, different) for by, d in found.items()}}
        print(name, json.dumps({by: sets[name][by] for by in found}, indent=1), flush=True)

    for split, what in (
        ("val_cctv", "real: two copies of a frame, another light and noise by the set's author; held-out road"),
        ("val_street", "real: two copies of a picture, another light by the set's author; held-out minutes"),
        ("val_aerial", "real: standing cars over 20 frames of a flight; held-out street"),
    ):
        columns = dict(np.load(a.cache / f"vehicle-look/{split}.npz"))
        judge(split, what, columns["crop"], *known(columns))
    crops, who, moment = clip_crops(a.data, "park_comes_and_parks_street_33s")
    apart = np.abs(moment[:, None] - moment[None]) >= 1
    judge("parking_clip", "real: a white, a black and a blue car of the hand-held clip, views at least 1 s apart; named by their colours, which helps colours",
          crops, (who[:, None] == who[None]) & apart, who[:, None] != who[None])
    columns = dict(np.load(a.cache / "vehicle-look/val_simulated.npz"))
    vehicle, place = columns["vehicle"], columns["cell"]
    turn = np.array([p.split("-")[2][0] for p in columns["picture"]])
    other = turn[:, None] != turn[None]
    judge("simulated_same_place", "rendered: another light; against the others that stood at the same place", columns["crop"],
          (vehicle[:, None] == vehicle[None]) & other, (vehicle[:, None] != vehicle[None]) & (place[:, None] == place[None]) & other)
    for split in ("val_cctv", "val_street", "val_closeup", "val_aerial"):
        columns = dict(np.load(a.cache / f"vehicle-look/{split}.npz"))
        _, rows = np.unique(columns["vehicle"], return_index=True)
        rows = rows[:200]
        crops = np.concatenate([columns["crop"][rows], other_days(columns["crop"][rows])])
        who = np.tile(np.arange(len(rows)), 2)
        same, different = known({k: v[rows] for k, v in columns.items() if k != "crop"})
        different = np.tile(different, (2, 2))
        judge(f"{split}_augmented", "each vehicle beside itself on another day of ours", crops, (who[:, None] == who[None]) & ~np.eye(len(who), dtype=bool), different)
    metrics = {
        "model": json.loads((a.model / "model.json").read_text())["version"], "sha256": hashlib.sha256(embedding.file.read_bytes()).hexdigest(),
        "conditions": "train/evaluate.py; onnxruntime, one thread; distances: one minus cosine (vehicle_look), Hellinger (colours)", "sets": sets,
    }
    (a.model / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")


def other_days(crops):
    """Our own augmentation, seeded, put back into stored crops (their rim is not used by either)."""
    torch.manual_seed(7)
    np.random.seed(7)
    views = other_day(torch.from_numpy(crops[..., ::-1].copy()).permute(0, 3, 1, 2), torch.zeros(len(crops), dtype=torch.bool))
    side = round(STORED * 1.2 / AROUND)
    first = (STORED - side) // 2
    out = np.zeros_like(crops)
    for i, view in enumerate(views):
        pixels = (view.permute(1, 2, 0).numpy()[..., ::-1] * 255).round().astype(np.uint8)
        out[i, first : first + side, first : first + side] = cv2.resize(pixels, (side, side))
    return out


if __name__ == "__main__":
    main()
