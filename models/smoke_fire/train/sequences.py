"""Training samples of T frames: real stills made to move, clips, successive frames of fixed cameras; painted flames and smoke; what misleads.

A sample is (RGB [T,S,S,3] uint8, target [2,S/8,S/8] of 1, 0 or -1 (no loss), bag [2,S/8,S/8] of bool: somewhere in it is fire or smoke).
Successive frames of the labelled cameras are a second or more apart; flames change as much within a fifth of a second.
"""
import json
import pathlib
import re

import cv2
import numpy as np

from moving import flames, mislead, real_flames, smoke
from painted import DISTRACTORS, flame_of
from scenes import FIRE, SMOKE

FRAMES, STRIDE, SIDE, EVERY = 6, 8, 320, 0.2  # frames, pixels a cell, pixels of the whole picture, seconds between frames
TRAINING_CLIPS = ["indoor_one_by_one_person_139s", "park_comes_and_parks_street_33s"]


def clip_frames(data, name, every=EVERY, longest=None):
    capture = cv2.VideoCapture(str(pathlib.Path(data) / "clips" / f"{name}.mp4"))
    step, n, out = capture.get(cv2.CAP_PROP_FPS) * every, 0, []
    while True:
        ok, frame = capture.read()
        if not ok:
            return out
        if n >= len(out) * step:
            scale = (longest or max(frame.shape)) / max(frame.shape[:2])
            out.append(cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else frame)
        n += 1


def runs_of(frames):
    """Lists of successive frames of one camera with the same labels: same scene, numbers that follow, pictures that are alike."""
    number = lambda f: [int(v) for v in re.findall(r"\d+", f["name"].split("__")[0])]  # noqa: E731
    small = lambda f: cv2.resize(cv2.cvtColor(f["picture"], cv2.COLOR_BGR2GRAY), (32, 24), interpolation=cv2.INTER_AREA).astype(np.float32)  # noqa: E731
    ordered = sorted(frames, key=lambda f: (f["scene"], re.sub(r"\d+", "", f["name"].split("__")[0]), number(f)))
    runs, last = [], None
    for frame in ordered:
        alike = last is not None and last["scene"] == frame["scene"] and last["has"] == frame["has"] and last["picture"].shape == frame["picture"].shape
        if alike and np.median(np.abs(small(last) - small(frame))) < 12:
            runs[-1].append(frame)
        else:
            runs.append([frame])
        last = frame
    return [run for run in runs if len(run) >= 3]


def stack_of(run, begin):
    """FRAMES frames from a run, to and fro at its end."""
    way = list(range(len(run))) + list(range(len(run) - 2, 0, -1))
    return [run[way[(begin + t) % len(way)]] for t in range(FRAMES)]


class Sequences:
    def __init__(self, data, frames, negatives, index, seed):
        self.random = np.random.default_rng(seed)
        self.stills = negatives
        self.clips = [clip_frames(data, name, longest=400) for name in TRAINING_CLIPS]
        self.runs = {}
        for run in runs_of(frames):
            self.runs.setdefault((run[0]["scene"], tuple(run[0]["has"])), []).append(run)
        self.groups = list(self.runs)
        cut = {}
        for f in frames:
            for box in f["boxes"]:
                flame = flame_of(f["picture"], box) if box[4] == FIRE else None
                if flame is not None:
                    cut.setdefault(f["scene"], []).append(flame)
        self.sprites = [sprites for sprites in cut.values() if len(sprites) >= 3]
        self.pieces = pieces_of(index)

    def sample(self, size):
        r, draw = self.random, self.random.random()
        cells = size // STRIDE
        target, bag = np.zeros((2, cells, cells), np.float32), np.zeros((2, cells, cells), bool)
        if draw < 0.3:
            self.fixed_camera(size, target, bag)
            frames = self.stack
        else:
            if r.random() < 0.25:
                clip = self.clips[r.integers(len(self.clips))]
                at, step = int(r.integers(len(clip) - 2 * FRAMES)), int(r.integers(1, 3))
                source = clip[at : at + step * FRAMES : step]
            else:
                still = self.stills[r.integers(len(self.stills))]
                while r.random() < 0.3:
                    still = DISTRACTORS[r.integers(len(DISTRACTORS))](still.copy(), r)
                source = [still] * FRAMES
            frames = self.windows(source, size)
            if draw < 0.62:
                self.painted(frames, target)
        if target.max() < 1 and not bag.any():  # what is laid over flames would hide them
            for _ in range(int(r.integers(0, 4))):
                mislead(frames, self.pieces, r)
        frames = seen_by_camera(frames, r)
        if r.random() < 0.5:
            frames, target, bag = frames[:, :, ::-1], target[..., ::-1], bag[..., ::-1]
        if r.random() < 0.3:
            frames = frames[::-1]
        return frames[..., ::-1].copy(), target.copy(), bag.copy()

    def painted(self, frames, target):
        r, draw = self.random, self.random.random()
        if r.random() < 0.5:
            mislead(frames, self.pieces, r)
        if draw < 0.4:
            write(target, SMOKE, smoke(frames, r), 0.2)
        if draw > 0.25:
            real = self.sprites and r.random() < 0.5
            write(target, FIRE, real_flames(frames, self.sprites[r.integers(len(self.sprites))], r) if real else flames(frames, r), 0.1)

    def fixed_camera(self, size, target, bag):
        r = self.random
        runs = self.runs[self.groups[r.integers(len(self.groups))]]
        run = runs[r.integers(len(runs))]
        stack = stack_of(run, int(r.integers(2 * len(run))))
        h, w = stack[0]["picture"].shape[:2]
        matrix = self.matrix(h, w, size)
        self.stack = [warp(f["picture"], matrix, size) for f in stack]
        cells = size // STRIDE
        for c in (FIRE, SMOKE):
            if not stack[0]["known"][c]:
                target[c] = -1
                continue
            maps = []
            for f in stack:
                of = np.zeros((h, w), np.float32)
                for x1, y1, x2, y2, k in f["boxes"]:
                    if int(k) == c:
                        cv2.rectangle(of, (int(x1 * w), int(y1 * h)), (int(x2 * w), int(y2 * h)), 1.0, -1)
                maps.append(of)
            union, share = np.max(maps, 0), np.mean(maps, 0)
            seen = cv2.warpAffine(union, matrix, (size, size))
            target[c][cv2.resize(seen, (cells, cells), interpolation=cv2.INTER_AREA) > 0.01] = -1
            if seen.sum() > 0.45 * union.sum() * matrix[0, 0] * matrix[1, 1] > 0:
                bag[c] = cv2.resize(cv2.warpAffine(share, matrix, (size, size)), (cells, cells), interpolation=cv2.INTER_AREA) > 0.5

    def matrix(self, h, w, size):
        """From the picture to a window: the whole picture is SIDE pixels long, or up to 2.2 times that."""
        r = self.random
        scale = np.exp(r.uniform(np.log(0.8 * SIDE / max(h, w)), np.log(2.2 * SIDE / max(h, w))))
        sx, sy = scale * r.uniform(0.85, 1.18), scale * r.uniform(0.85, 1.18)
        left = r.uniform(min(0, w * sx - size), max(0, w * sx - size))
        top = r.uniform(min(0, h * sy - size), max(0, h * sy - size))
        return np.array([[sx, 0, -left], [0, sy, -top]], np.float32)

    def windows(self, source, size):
        """The same window of every frame; of stills it shakes or pans as a camera on a mast does."""
        r = self.random
        matrix = self.matrix(*source[0].shape[:2], size)
        still = source[0] is source[1]
        draw = r.random() if still else 1.0
        shake, pan = (abs(r.normal(0, 1.2)), 0.0) if draw < 0.3 else (0.0, r.uniform(0.3, 8)) if draw < 0.42 else (0.0, 0.0)
        way = r.uniform(0, 2 * np.pi)
        out, first = [], None
        for t, picture in enumerate(source):
            if still and not shake and not pan and first is not None:
                out.append(first.copy())
                continue
            moved = matrix.copy()
            moved[:, 2] += r.normal(0, shake, 2) if shake else (pan * t * np.cos(way), 0.4 * pan * t * np.sin(way))
            out.append(warp(picture, moved, size))
            first = out[0]
        return out


def pieces_of(index):
    """Vehicles and persons cut from the training pictures of the street detector, and pieces of background."""
    r, out = np.random.default_rng(5), []
    for record in json.loads(pathlib.Path(index).read_text())[::3]:
        if record["split"] != "train" or "fire_" in record["file"]:
            continue
        picture = cv2.imread(record["file"])
        for x1, y1, x2, y2, _ in record["labels"][:3]:
            part = picture[max(0, int(y1)) : int(y2), max(0, int(x1)) : int(x2)]
            if min(part.shape[:2]) >= 16:
                scale = min(1.0, 128 / max(part.shape[:2]))
                out.append(cv2.resize(part, (max(8, int(part.shape[1] * scale)), max(8, int(part.shape[0] * scale))), interpolation=cv2.INTER_AREA))
        h, w = picture.shape[:2]
        y, x = int(r.integers(0, h - 64)), int(r.integers(0, w - 64))
        out.append(picture[y : y + int(r.integers(30, 64)), x : x + int(r.integers(20, 64))].copy())
    return out


def write(target, c, mask, from_share):
    cells = target.shape[1]
    share = cv2.resize(mask, (cells, cells), interpolation=cv2.INTER_AREA)
    target[c] = np.where(share > from_share, 1, np.where(share > 0.01, -1, 0))


def warp(picture, matrix, size):
    h, w = picture.shape[:2]
    if min(matrix[0, 0], matrix[1, 1]) < 0.55:
        half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        matrix = matrix @ np.diag([w / half.shape[1], h / half.shape[0], 1])
        picture = half
    return cv2.warpAffine(picture, matrix.astype(np.float32), (size, size), borderValue=(114, 114, 114)).astype(np.float32)


def seen_by_camera(frames, r):
    """Light, colour, softness, noise and compression: the first three alike on all frames, the others new on each."""
    out = np.stack(frames)
    out *= (r.uniform(0.9, 1.1, 3) * r.uniform(0.7, 1.2)).astype(np.float32)
    if r.random() < 0.12:
        out[:] = out @ np.array([[0.114], [0.587], [0.299]], np.float32)
    np.clip(out, 0, 255, out=out)
    blur, grain = abs(r.normal(0, 0.6)), abs(r.normal(0, 4)) if r.random() < 0.6 else 0.0
    quality = int(r.integers(25, 95)) if r.random() < 0.6 else None
    done = []
    for frame in out:
        if blur > 0.3:
            frame = cv2.GaussianBlur(frame, (0, 0), blur)
        if grain:
            frame = frame + grain * r.standard_normal(frame.shape, np.float32)
        frame = np.clip(frame, 0, 255).astype(np.uint8)
        if quality:
            frame = cv2.imdecode(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)
        done.append(frame)
    return np.stack(done)
