"""Training pictures: real frames, painted smoke and flames on real and simulated pictures without any, and plain or misleading negatives.

A sample is (RGB [S,S,3], target [2,S/16,S/16] of 1, 0 or -1 (no loss), bag [2,S/16,S/16] of bool). Real boxes are loose: somewhere in the bag
there is smoke or fire; painted masks are exact and go into the target.
"""
import cv2
import numpy as np

from network import STRIDE
from painted import DISTRACTORS, fire, flame_of, real_fire, smoke
from scenes import FIRE, SMOKE
from windows import camera

REAL, PAINTED = 0.34, 0.68  # cumulative shares; the rest are negatives


class Pictures:
    def __init__(self, frames, negatives, seed):
        self.random = np.random.default_rng(seed)
        self.negatives, self.scenes = negatives, {}
        for frame in frames:
            self.scenes.setdefault((frame["scene"], tuple(frame["has"])), []).append(frame)
        self.groups = list(self.scenes)
        fiery = [f for f in frames if f["has"][FIRE]]
        cut = [flame_of(f["picture"], box) for f in fiery for box in f["boxes"] if box[4] == FIRE]
        self.flames = [c for c in cut if c is not None]

    def sample(self, size):
        r, draw = self.random, self.random.random()
        masks = [None, None]
        if draw < REAL:
            picture, bags, known = self.real()
            picture, bags, kept = self.window(picture, bags, known, size)
        else:
            picture, bags, kept = self.window(self.negatives[r.integers(len(self.negatives))], [None, None], [True, True], size)
            misled = 0.35 if draw < PAINTED else 0.6
            while r.random() < misled:
                picture = DISTRACTORS[r.integers(len(DISTRACTORS))](picture, r)
                misled *= 0.5
            if draw < PAINTED:
                picture, masks = self.painted(picture)
        cells = size // STRIDE
        target = np.zeros((2, cells, cells), np.float32)
        bag = np.zeros((2, cells, cells), bool)
        for c in (FIRE, SMOKE):
            if masks[c] is not None:
                share = cv2.resize(masks[c], (cells, cells), interpolation=cv2.INTER_AREA)
                target[c] = np.where(share > (0.1 if c == FIRE else 0.2), 1, np.where(share > 0.01, -1, 0))
            if bags[c] is not None:
                share = cv2.resize(bags[c], (cells, cells), interpolation=cv2.INTER_AREA)
                target[c][share > 0.01] = -1
                bag[c] = (share > 0.5) if kept[c] else False
        if r.random() < 0.5:
            picture, target, bag = picture[:, ::-1], target[..., ::-1], bag[..., ::-1]
        picture = camera(np.ascontiguousarray(picture), r)
        return picture[..., ::-1].copy(), target.copy(), bag.copy()

    def real(self):
        """A labelled frame, where in it something may be (per class: the boxes; everything where the label cannot be trusted), and what is known."""
        r = self.random
        frames = self.scenes[self.groups[r.integers(len(self.groups))]]
        frame = frames[r.integers(len(frames))]
        picture = frame["picture"]
        h, w = picture.shape[:2]
        bags = [None if known else np.ones((h, w), np.float32) for known in frame["known"]]
        for x1, y1, x2, y2, c in frame["boxes"]:
            c = int(c)
            if bags[c] is None:
                bags[c] = np.zeros((h, w), np.float32)
            cv2.rectangle(bags[c], (int(x1 * w), int(y1 * h)), (int(x2 * w), int(y2 * h)), 1.0, -1)
        return picture, bags, frame["known"]

    def painted(self, picture):
        r, masks, draw = self.random, [None, None], self.random.random()
        if draw < 0.55:
            picture, masks[SMOKE] = smoke(picture, r)
        if draw > 0.4:
            if self.flames and r.random() < 0.5:
                picture, masks[FIRE] = real_fire(picture, self.flames[r.integers(len(self.flames))], r)
            else:
                picture, masks[FIRE] = fire(picture, r)
        return picture, masks

    def window(self, picture, bags, known, size):
        """A random part of the picture, stretched a little; `kept`: enough of a bag is still to be seen."""
        r = self.random
        h, w = picture.shape[:2]
        if r.random() < 0.3:  # the whole, letterboxed as the product does
            sx = sy = size / max(h, w)
            left, top = (w * sx - size) / 2, (h * sy - size) / 2
        else:
            scale = np.exp(r.uniform(np.log(size / max(h, w)), np.log(2.2 * size / max(h, w))))
            sx, sy = scale * r.uniform(0.85, 1.18), scale * r.uniform(0.85, 1.18)
            left = r.uniform(min(0, w * sx - size), max(0, w * sx - size))
            top = r.uniform(min(0, h * sy - size), max(0, h * sy - size))
        matrix = np.array([[sx, 0, -left], [0, sy, -top]], np.float32)
        if min(sx, sy) < 0.55:
            half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            out = cv2.warpAffine(half, matrix @ np.diag([w / half.shape[1], h / half.shape[0], 1]), (size, size), borderValue=(114, 114, 114))
        else:
            out = cv2.warpAffine(picture, matrix, (size, size), borderValue=(114, 114, 114))
        moved = [None if bag is None else cv2.warpAffine(bag, matrix, (size, size)) for bag in bags]
        kept = [known[c] and bag is not None and moved[c].sum() > 0.45 * bag.sum() * sx * sy for c, bag in enumerate(bags)]
        return out, moved, kept
