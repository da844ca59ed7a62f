"""Recall, false alarms and AUC of the heads on what their folds held out, by picture and after a vote over time; folds together.

python judge.py --cache ~/.cache/qly-train [--without measures|backbone] [--detail]
A stack's score is its best cell's. Clips: 3 s in which 60 % of the frames show it within two cells of one place, as the product votes.
"""
import argparse
import json
import pathlib

import numpy as np
import torch
from torch.nn import functional as F

from flame_network import Head
from scenes import FIRE, FOLDS, LABELS, SMOKE

WINDOW, SHARE = 15, 0.6  # frames 0.2 s apart


def area_under(positive, negative):
    """Area under the ROC curve: how often a positive scores above a negative."""
    both = np.concatenate([negative, positive])
    ranks = (np.sort(both).searchsorted(both, "left") + np.sort(both).searchsorted(both, "right") + 1) / 2
    n, m = len(positive), len(negative)
    return float((ranks[m:].sum() - n * (n + 1) / 2) / (n * m))


def maps_of(head, features):
    """[N,2,h,w] of 0..1."""
    with torch.no_grad():
        return np.concatenate([head(torch.from_numpy(features[n : n + 16]).float()).sigmoid().numpy() for n in range(0, len(features), 16)])


def voted(maps):
    """For each frame of a clip from the WINDOW-th on: the score that SHARE of the last frames reach at one place."""
    wide = F.max_pool2d(torch.from_numpy(maps), 5, 1, 2).numpy()
    least = WINDOW - int(np.ceil(SHARE * WINDOW))
    return np.array([np.sort(wide[t - WINDOW : t], 0)[least].max((1, 2)) for t in range(WINDOW, len(wide) + 1)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--without", choices=["measures", "backbone"])
    parser.add_argument("--detail", action="store_true")
    a = parser.parse_args()
    torch.set_num_threads(1)
    folder, name = a.cache / "smoke-fire-stacks", f"-without-{a.without}" if a.without else ""
    about, features = json.loads((folder / "judged.json").read_text()), np.load(folder / "judged-features.npy", mmap_mode="r")
    scores, clips = {}, {}
    for fold in [*FOLDS, "none"]:
        head = Head(a.without != "measures", a.without != "backbone").eval()
        head.load_state_dict(torch.load(folder / f"head{name}-{fold}.pt", weights_only=True))
        own = FOLDS.get(fold, {"street", "fire_dollhouse_30s"})
        rows = [n for n, line in enumerate(about) if line["scene"] in own]
        maps = maps_of(head, features[rows])
        scores.update(zip(rows, maps.max((2, 3))))
        for clip in sorted({about[n]["scene"] for n in rows if about[n]["kind"] == "clip"}):
            clips[clip] = maps[[i for i, n in enumerate(rows) if about[n]["scene"] == clip]]
    # street and the fire clip are held out of every fold, and judged by the model trained on all
    of = lambda c, test: np.array([scores[n][c] for n, line in enumerate(about) if n in scores and test(line)])  # noqa: E731
    for c in (FIRE, SMOKE):
        for kind in ("picture", "run"):
            positive = of(c, lambda line: line["kind"] == kind and line["has"][c])
            own = of(c, lambda line: line["kind"] == kind and line["known"][c] and not line["has"][c])
            street = of(c, lambda line: line["kind"] == ("street" if kind == "picture" else "moving"))
            misled = of(c, lambda line: line["kind"] == "misleading")
            at = np.quantile(street, 0.98)
            both = np.concatenate([own, street])
            at_both = np.quantile(both, 0.98)
            print(f"{LABELS[c]} {kind}: {len(positive)} with, {len(own)} own without, {len(street)} street; AUC street {area_under(positive, street):.3f} own {area_under(positive, own):.3f} misleading {area_under(positive, misled):.3f};"
                  f" recall at 2 % of street ({at:.2f}) {(positive > at).mean():.2f}, of both ({at_both:.2f}) {(positive > at_both).mean():.2f}; by scene:",
                  {s: f"{(v > at).mean():.2f} ({len(v)})" for s in sorted({line['scene'] for line in about}) if len(v := of(c, lambda line: line["kind"] == kind and line["scene"] == s and line["has"][c]))},
                  "own false:", {s: f"{(v > at).mean():.2f} ({len(v)})" for s in sorted({line['scene'] for line in about}) if len(v := of(c, lambda line: line["kind"] == kind and line["scene"] == s and line["known"][c] and not line["has"][c]))}, flush=True)
        for clip, maps in clips.items():
            v = voted(maps)[:, c] if len(maps) >= WINDOW else np.array([])
            early = v[: max(1, int(0.4 / 0.2))] if len(v) else v
            print(f"  {clip}: frames {np.round(np.quantile(maps[:, c].max((1, 2)), [0.1, 0.5, 0.9, 1]), 2)}; voted first 3 s {np.round(v[:1], 2)}, to 4 s {np.round(v[:6].max() if len(v) else 0, 2)}, worst {np.round(v.max() if len(v) else 0, 2)}, least {np.round(v.min() if len(v) else 0, 2)}")


if __name__ == "__main__":
    main()
