"""Training samples of T frames, each tagged with the scenes and clips it shows, so that one pool serves every fold.

python stacks.py --data ../../../../shared/data --cache ~/.cache/qly-train --part 0 [--count 900] [--held-out]
A sample: frames uint8 RGB [T,S,S,3], target int8 [2,S/8,S/8] of 1, 0 or -1 (no loss), bag bool [2,S/8,S/8]: somewhere in it is fire or smoke.
"""
import argparse
import json
import pathlib

import cv2
import numpy as np

import flicker
from moving import mislead, real_flames
from painted import DISTRACTORS, flame_of
from scenes import FIRE, SMOKE, read_fire_smoke, read_negatives
from sequences import FRAMES, SIDE, STRIDE, clip_frames, pieces_of, runs_of, seen_by_camera, stack_of, warp

SIZE = 256
CLIPS = ["indoor_one_by_one_person_139s", "park_comes_and_parks_street_33s", "nopark_lane_topdown_30s", "preview_person-bicycle-car-detection", "preview_worker-zone-detection"]
LABELLED, PAINTED = 0.34, 0.64  # cumulative shares; the rest shows nothing that burns


class Stacks:
    def __init__(self, data, cache, seed):
        self.r = np.random.default_rng(seed)
        frames = read_fire_smoke(data)
        self.stills = read_negatives(cache)["train"]
        self.clips = {name: clip_frames(data, name, longest=400) for name in CLIPS}
        self.fluids = flicker.Fluids(cache / "smoke-fire-fluid.npz")
        self.scenes, self.runs, self.sprites, self.quiet = {}, {}, {}, []
        for f in frames:
            self.scenes.setdefault((f["scene"], tuple(f["has"])), []).append(f)
            if not any(f["has"]) and all(f["known"]):
                self.quiet.append(f)
            for box in f["boxes"]:
                flame = flame_of(f["picture"], box) if box[4] == FIRE else None
                if flame is not None:
                    self.sprites.setdefault(f["scene"], []).append(flame)
        for run in runs_of(frames):
            self.runs.setdefault((run[0]["scene"], tuple(run[0]["has"])), []).append(run)
        self.pieces = pieces_of(cache / "index.json")

    def sample(self):
        r, draw = self.r, self.r.random()
        cells = SIZE // STRIDE
        target, bag, tags = np.zeros((2, cells, cells), np.int8), np.zeros((2, cells, cells), bool), []
        if draw < LABELLED:
            frames = self.labelled(target, bag, tags)
        else:
            frames = self.empty(tags)
            if draw < PAINTED:
                self.burning(frames, target, tags)
        if target.max() < 1 and not bag.any():
            for _ in range(int(r.integers(0, 4))):
                mislead(frames, self.pieces, r)
        if r.random() < 0.2:  # a single picture is shown as frames that are all alike
            frames = [frames[-1]]
        frames = seen_by_camera(frames, r)
        frames = np.repeat(frames, FRAMES // len(frames), 0)
        if r.random() < 0.5:
            frames, target, bag = frames[:, :, ::-1], target[..., ::-1], bag[..., ::-1]
        return frames[..., ::-1], target, bag, tags

    def labelled(self, target, bag, tags):
        """Successive frames of a fixed camera, or one frame whose flames and smoke are stirred."""
        r = self.r
        groups = self.runs if r.random() < 0.35 else self.scenes
        key = list(groups)[r.integers(len(groups))]
        chosen = groups[key][r.integers(len(groups[key]))]
        stack = stack_of(chosen, int(r.integers(2 * len(chosen)))) if groups is self.runs else [chosen]
        tags.append(key[0])
        h, w = stack[0]["picture"].shape[:2]
        matrix = self.matrix(h, w)
        for c in (FIRE, SMOKE):
            if not stack[0]["known"][c]:
                target[c] = -1
                continue
            maps = [boxes_of(f, c, h, w) for f in stack]
            union, share = np.max(maps, 0), np.mean(maps, 0)
            seen = cv2.warpAffine(union, matrix, (SIZE, SIZE))
            target[c][shrunk(seen, target) > 0.01] = -1
            if seen.sum() > 0.45 * union.sum() * matrix[0, 0] * matrix[1, 1] > 0:
                bag[c] = shrunk(cv2.warpAffine(share, matrix, (SIZE, SIZE)), target) > 0.5
        frames = [warp(f["picture"], matrix, SIZE) for f in stack]
        if len(frames) > 1:
            return frames
        still = stack[0]
        for c in (SMOKE, FIRE):
            where = flicker.flaming(still["picture"], [b for b in still["boxes"] if b[4] == FIRE]) if c == FIRE else boxes_of(still, SMOKE, h, w)
            if where.any():
                where = cv2.warpAffine(where, matrix, (SIZE, SIZE))
                moving = flicker.stirred(frames[0], where, r, FRAMES, c == FIRE)
                frames = moving if len(frames) == 1 else [a + cv2.GaussianBlur(where, (0, 0), 2)[..., None] * (b - a) for a, b in zip(frames, moving)]
        return frames if len(frames) > 1 else [frames[0].copy() for _ in range(FRAMES)]

    def empty(self, tags):
        """Frames without smoke or fire: a clip, or a still under a camera that may shake or pan."""
        r, draw = self.r, self.r.random()
        if draw < 0.3:
            name = CLIPS[r.integers(len(CLIPS))]
            tags.append(name)
            clip, step = self.clips[name], int(r.integers(1, 3))
            at = int(r.integers(max(1, len(clip) - step * FRAMES)))
            source = [clip[min(len(clip) - 1, at + step * t)] for t in range(FRAMES)]
        elif draw < 0.38:
            frame = self.quiet[r.integers(len(self.quiet))]
            tags.append(frame["scene"])
            source = [frame["picture"]] * FRAMES
        else:
            still = self.stills[r.integers(len(self.stills))]
            while r.random() < 0.3:
                still = DISTRACTORS[r.integers(len(DISTRACTORS))](still.copy(), r)
            source = [still] * FRAMES
        matrix, draw, way = self.matrix(*source[0].shape[:2]), r.random(), r.uniform(0, 2 * np.pi)
        shake, pan = (abs(r.normal(0, 1.2)), 0.0) if draw < 0.25 else (0.0, r.uniform(0.3, 8)) if draw < 0.37 else (0.0, 0.0)
        out = []
        for t, picture in enumerate(source):
            moved = matrix.copy()
            moved[:, 2] += r.normal(0, shake, 2) if shake else (pan * t * np.cos(way), 0.4 * pan * t * np.sin(way))
            out.append(warp(picture, moved, SIZE))
        return out

    def burning(self, frames, target, tags):
        r, draw = self.r, self.r.random()
        if r.random() < 0.5:
            mislead(frames, self.pieces, r)
        if draw < 0.45:
            write(target, SMOKE, flicker.smoke(frames, self.fluids, r), 0.2)
        if draw > 0.25:
            if r.random() < 0.35:
                scene = list(self.sprites)[r.integers(len(self.sprites))]
                tags.append(scene)
                write(target, FIRE, real_flames(frames, self.sprites[scene], r), 0.1)
            else:
                write(target, FIRE, flicker.flames(frames, self.fluids, r), 0.1)

    def matrix(self, h, w):
        """From the picture to a window: the whole picture is SIDE pixels long, or up to 2.2 times that."""
        r = self.r
        scale = np.exp(r.uniform(np.log(0.8 * SIDE / max(h, w)), np.log(2.2 * SIDE / max(h, w))))
        sx, sy = scale * r.uniform(0.85, 1.18), scale * r.uniform(0.85, 1.18)
        left = r.uniform(min(0, w * sx - SIZE), max(0, w * sx - SIZE))
        top = r.uniform(min(0, h * sy - SIZE), max(0, h * sy - SIZE))
        return np.array([[sx, 0, -left], [0, sy, -top]], np.float32)


def boxes_of(frame, c, h, w):
    of = np.zeros((h, w), np.float32)
    for x1, y1, x2, y2, k in frame["boxes"]:
        if int(k) == c:
            cv2.rectangle(of, (int(x1 * w), int(y1 * h)), (int(x2 * w), int(y2 * h)), 1.0, -1)
    return of


def shrunk(mask, target):
    return cv2.resize(mask, target.shape[1:], interpolation=cv2.INTER_AREA)


def write(target, c, mask, from_share):
    share = shrunk(mask, target)
    target[c] = np.where(share > from_share, 1, np.where(share > 0.01, -1, 0))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--part", type=int, required=True)
    parser.add_argument("--count", type=int, default=900)
    parser.add_argument("--seed", type=int, default=20200628)
    a = parser.parse_args()
    cv2.setNumThreads(1)
    folder = a.cache / "smoke-fire-stacks"
    folder.mkdir(exist_ok=True)
    stacks = Stacks(a.data, a.cache, a.seed + a.part)
    frames = np.lib.format.open_memmap(folder / f"{a.part}.part.npy", "w+", np.uint8, (a.count, FRAMES, SIZE, SIZE, 3))
    targets, bags, tags = [], [], []
    for n in range(a.count):
        frames[n], target, bag, named = stacks.sample()
        targets.append(target)
        bags.append(bag)
        tags.append(named)
    frames.flush()
    np.savez(folder / f"{a.part}.npz", target=np.stack(targets), bag=np.stack(bags))
    (folder / f"{a.part}.json").write_text(json.dumps(tags))
    (folder / f"{a.part}.part.npy").rename(folder / f"{a.part}.npy")
    print("part", a.part, "done", flush=True)


if __name__ == "__main__":
    main()
