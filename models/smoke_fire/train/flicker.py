"""What burns over the frames of a window: flames and smoke of the fluid solver (with masks), and the flames and smoke of real stills made to flicker and drift.

Frames are a list of T pictures (float32 BGR, [S,S,3], 0..255), painted in place; masks are means over time, 0..1. Seeded by the generator given.
"""
import cv2
import numpy as np

from moving import glow, lay
from painted import noise


class Fluids:
    """The sequences of fluid.py, each cut to where it ever is anything."""

    def __init__(self, file):
        with np.load(file) as kept:
            self.sequences = {kind: [trimmed(s) for s in kept[kind]] for kind in ("flames", "smoke")}

    def draw(self, kind, r, count):
        """`count` successive maps 0..1 [T,h,w]."""
        sequences = self.sequences[kind]
        sequence = sequences[int(r.integers(len(sequences)))]
        begin = int(r.integers(len(sequence) - count + 1))
        maps = sequence[begin : begin + count].astype(np.float32) / 255
        return maps[..., ::-1] if r.random() < 0.5 else maps


def trimmed(sequence):
    most = sequence.max(0) > 20
    rows, columns = np.nonzero(most.any(1))[0], np.nonzero(most.any(0))[0]
    if len(rows) < 6 or len(columns) < 6:
        return sequence
    return sequence[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def flame_colours(r):
    """From heat to colour as cameras make it: red, orange, yellow, white where it clips; pale by day; purple or grey where infrared shines in."""
    gain, green_less, blue_less = r.uniform(1.0, 2.8), r.uniform(0.2, 0.6), r.uniform(0.6, 1.3)
    pale = r.uniform(0, 0.6) if r.random() < 0.5 else 0.0
    purple = r.uniform(0.3, 0.9) if r.random() < 0.25 else r.uniform(0, 0.25)
    grey = r.random() < 0.1

    def colours(heat):
        red = np.clip(heat * 2.6 * gain, 0, 1)
        green = np.clip(heat * 1.9 * gain - green_less, 0, 1)
        blue = np.maximum(np.clip(heat * 1.6 * gain - blue_less, 0, 1), purple * red)
        colour = np.stack([blue, green, red], -1)
        colour += pale * (1 - colour)
        if grey:
            colour[:] = colour.max(-1, keepdims=True)
        return 255 * colour

    return colours


def flames(frames, fluids, r):
    size, count = len(frames[0]), len(frames)
    mask = np.zeros(frames[0].shape[:2], np.float32)
    tall = np.exp(r.uniform(np.log(8), np.log(0.9 * size)))
    left, base = r.uniform(-0.1 * size, 0.95 * size), r.uniform(0.2 * size, 1.1 * size)
    colours, thick, top, lit = flame_colours(r), r.uniform(2.5, 7), r.uniform(0.6, 1), r.uniform(0.05, 0.5) if r.random() < 0.75 else 0.0
    soft = abs(r.normal(0, 0.8))
    for _ in range(1 if r.random() < 0.6 else int(r.integers(2, 5))):
        maps = fluids.draw("flames", r, count)
        lh = max(6, int(tall * r.uniform(0.6, 1.2)))
        lw = max(5, int(lh * maps.shape[2] / maps.shape[1] * r.uniform(0.7, 1.6)))
        grain = noise(r, lh, lw, 4, 3) if lh > 40 else 0.5
        at, foot = left + r.normal(0, 0.4 * lh), base + r.normal(0, 0.08 * lh)
        for t, frame in enumerate(frames):
            heat = cv2.resize(maps[t], (lw, lh), interpolation=cv2.INTER_AREA if lh < maps.shape[1] else cv2.INTER_CUBIC)
            heat = np.clip(heat * (0.8 + 0.4 * np.roll(grain, -int(t * 0.3 * lh), 0) if lh > 40 else heat), 0, 1)
            if soft > 0.4:
                heat = cv2.GaussianBlur(heat, (0, 0), soft)
            alpha = np.clip((heat - 0.07) * thick, 0, top)
            if lit:
                glow(frame, at + lw / 2, foot - lh / 3, 1.5 * max(lh, lw), (20, 90, 230), lit * (0.5 + 2 * float(heat.mean())))
            placed = lay(frame, colours(heat), alpha, at, foot - lh)
            if placed:
                mask[placed[0]] += alpha[placed[1]] / count
    return mask


def smoke(frames, fluids, r):
    size, count = len(frames[0]), len(frames)
    mask = np.zeros(frames[0].shape[:2], np.float32)
    bright, tint = r.uniform(20, 245), np.array([r.uniform(0.92, 1.08), 1.0, r.uniform(0.92, 1.08)], np.float32)
    most, tall = r.uniform(0.35, 1.0), np.exp(r.uniform(np.log(24), np.log(1.6 * size)))
    left, base = r.uniform(-0.3 * size, 0.9 * size), r.uniform(0.4 * size, 1.3 * size)
    for _ in range(1 if r.random() < 0.5 else int(r.integers(2, 5))):
        maps = fluids.draw("smoke", r, count)
        lh = max(12, int(tall * r.uniform(0.7, 1.2)))
        lw = max(12, int(lh * maps.shape[2] / maps.shape[1] * r.uniform(0.8, 2)))
        fine = noise(r, lh, lw, 6, 4, 0.6)
        billow = np.gradient(noise(r, lh, lw, 6, 3, 0.6), axis=int(r.integers(2)))
        shade = np.clip(bright * (0.8 + 0.3 * fine + np.clip(billow * r.uniform(2, 10), -0.4, 0.4)), 0, 255)[..., None] * tint
        gain, drift = r.uniform(1.2, 3), r.uniform(0, 0.04)
        at = left + r.normal(0, 0.3 * lh)
        for t, frame in enumerate(frames):
            density = cv2.resize(maps[t], (lw, lh), interpolation=cv2.INTER_CUBIC if lh > maps.shape[1] else cv2.INTER_AREA)
            texture = np.roll(fine, -int(t * drift * lh), 0)
            alpha = np.clip(cv2.GaussianBlur(density, (0, 0), max(0.6, lh / 90)) * gain * (0.45 + 0.9 * texture), 0, 1) * most
            placed = lay(frame, shade, alpha, at, base - lh)
            if placed:
                mask[placed[0]] += alpha[placed[1]] / count
    return np.clip(mask, 0, 1)


def stirred(picture, where, r, count, fiery):
    """`count` pictures of a still in which what is within `where` (0..1) wavers: fast and upwards (flames), slowly and softly (smoke)."""
    h, w = picture.shape[:2]
    grain = np.exp(r.uniform(np.log(4), np.log(24)))
    cells = max(3, int(min(h, w) / (grain if fiery else 3 * grain)))
    rise, reach = (r.uniform(0.5, 2.5) * grain, r.uniform(0.3, 1.1) * grain) if fiery else (r.uniform(0.3, 3), r.uniform(1, 4))
    dx, dy, light = (noise(r, int(h + count * rise) + 2, w, 3, cells, 0.6) - 0.5 for _ in range(3))
    soft = cv2.GaussianBlur(where, (0, 0), 3)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    out = []
    for t in range(count):
        at = slice(int(t * rise), int(t * rise) + h)
        to = (x + 2 * reach * soft * dx[at]).astype(np.float32), (y + 2 * reach * soft * dy[at] + (0 if fiery else t * 0.3 * rise * soft)).astype(np.float32)
        moved = cv2.remap(picture, *to, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        out.append(moved * (1 + (0.35 if fiery else 0.06) * soft * (light[at] + (r.normal(0, 0.12) if fiery else 0)))[..., None])
    return [np.clip(frame, 0, 255).astype(np.float32) for frame in out]


def flaming(picture, boxes):
    """Where in loose boxes flames are: bright and not blue, 0..1."""
    h, w = picture.shape[:2]
    inside = np.zeros((h, w), np.float32)
    for x1, y1, x2, y2, _ in boxes:
        cv2.rectangle(inside, (int(x1 * w), int(y1 * h)), (int(x2 * w), int(y2 * h)), 1.0, -1)
    b, _, r = (picture[..., c].astype(np.float32) for c in range(3))
    level = np.quantile(r[inside > 0.5], 0.6) if (inside > 0.5).any() else 128
    return inside * np.clip((r - max(110, min(200, level)) + 20) / 40, 0, 1) * np.clip((r - 0.9 * b + 20) / 25, 0, 1)
