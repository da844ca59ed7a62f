"""What is not learned here, computed once: features of the training stacks, and of everything that is judged.

python features.py --cache ~/.cache/qly-train --parts 0 1 2 3 4        # of the pool of stacks.py
python features.py --data ../../../../shared/data --cache ~/.cache/qly-train --judged
"""
import argparse
import json
import pathlib

import cv2
import numpy as np
import torch

from flame_network import Features
from moving import mislead
from painted import DISTRACTORS
from scenes import read_fire_smoke, read_negatives
from sequences import FRAMES, SIDE, clip_frames, pieces_of, runs_of, stack_of
from stacks import CLIPS

FIRE_CLIP = "fire_dollhouse_30s"


def letterboxed(picture):
    """RGB as the product shows it to a model: the whole picture in a square, the rest 114."""
    h, w = picture.shape[:2]
    scale = SIDE / max(h, w)
    nw, nh = max(1, round(w * scale)), max(1, round(h * scale))
    left, top = (SIDE - nw) // 2, (SIDE - nh) // 2
    canvas = np.full((SIDE, SIDE, 3), 114, np.uint8)
    canvas[top : top + nh, left : left + nw] = cv2.resize(picture, (nw, nh), interpolation=cv2.INTER_AREA if scale < 0.7 else cv2.INTER_LINEAR)
    return canvas[..., ::-1]


def judged(data, cache):
    """(about, frames [T,S,S,3] RGB) of all that the model is judged on; `about` says kind, scene, has, known."""
    frames = read_fire_smoke(data)
    for f in frames:
        yield {"kind": "picture", "scene": f["scene"], "has": f["has"], "known": f["known"]}, [letterboxed(f["picture"])]
    for run in runs_of(frames):
        for begin in range(0, len(run), 3):
            of = stack_of(run, begin)
            yield {"kind": "run", "scene": of[0]["scene"], "has": of[0]["has"], "known": of[0]["known"]}, [letterboxed(f["picture"]) for f in of]
    r, pieces = np.random.default_rng(9), pieces_of(cache / "index.json")
    for n, still in enumerate(read_negatives(cache)["held_out"]):
        nothing = {"scene": "street", "has": [False, False], "known": [True, True]}
        yield {"kind": "street", **nothing}, [letterboxed(still)]
        yield {"kind": "misleading", **nothing}, [letterboxed(DISTRACTORS[n % len(DISTRACTORS)](still.copy(), r))]
        moving = [letterboxed(still)[..., ::-1].astype(np.float32) for _ in range(FRAMES)]
        for _ in range(int(r.integers(1, 4))):
            mislead(moving, pieces, r)
        yield {"kind": "moving", **nothing}, [np.clip(frame, 0, 255).astype(np.uint8)[..., ::-1] for frame in moving]
    for name in [FIRE_CLIP, *CLIPS]:
        shown = [letterboxed(frame) for frame in clip_frames(data, name)]
        burns = name == FIRE_CLIP
        for t in range(len(shown)):
            stack = shown[max(0, t - FRAMES + 1) : t + 1]
            yield {"kind": "clip", "scene": name, "has": [burns, burns], "known": [True, True]}, [stack[0]] * (FRAMES - len(stack)) + stack


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--parts", type=int, nargs="*", default=[])
    parser.add_argument("--judged", action="store_true")
    a = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.set_grad_enabled(False)
    network = Features().eval()
    network.backbone.load(a.cache / "checkpoint.pt")
    of = lambda stacks: network(torch.from_numpy(stacks).permute(0, 1, 4, 2, 3).float() / 255).half().numpy()  # noqa: E731
    folder = a.cache / "smoke-fire-stacks"
    for part in a.parts:
        stacks = np.load(folder / f"{part}.npy", mmap_mode="r")
        np.save(folder / f"{part}-features.npy", np.concatenate([of(np.array(stacks[n : n + 8])) for n in range(0, len(stacks), 8)]))
        print("part", part, "done", flush=True)
    if a.judged:
        about, batch, out = [], [], []
        for line, frames in judged(a.data, a.cache):
            about.append(line)
            batch.append(np.stack(frames * (FRAMES // len(frames))))
            if len(batch) == 8:
                out.append(of(np.stack(batch)))
                batch = []
        if batch:
            out.append(of(np.stack(batch)))
        np.save(folder / "judged-features.npy", np.concatenate(out))
        (folder / "judged.json").write_text(json.dumps(about))
        print(len(about), "judged", flush=True)


if __name__ == "__main__":
    main()
