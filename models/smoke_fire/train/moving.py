"""What moves, seen over T frames of a window: flames and smoke (with masks), and what must not be taken for them. All BGR, seeded by the generator given.

Frames are a list of T pictures (float32, [S,S,3], 0..255) and are painted in place. Flames and smoke return the mean of their masks (0..1).
"""
import cv2
import numpy as np

from painted import noise


def lay(frame, colour, alpha, left, top):
    """Blends a layer at a place, cut at the rim; returns the slices it took on the frame and on the layer, or None."""
    h, w = frame.shape[:2]
    left, top = int(round(left)), int(round(top))
    y1, x1, y2, x2 = max(0, top), max(0, left), min(h, top + alpha.shape[0]), min(w, left + alpha.shape[1])
    if y2 <= y1 or x2 <= x1:
        return None
    at, of = (slice(y1, y2), slice(x1, x2)), (slice(y1 - top, y2 - top), slice(x1 - left, x2 - left))
    part = frame[at]
    part += alpha[of][..., None] * ((colour[of] if getattr(colour, "ndim", 1) == 3 else colour) - part)
    return at, of


def glow(frame, x, y, radius, colour, strength):
    h, w = frame.shape[:2]
    gy = np.exp(-((np.arange(h) - y) ** 2) / (0.5 * radius**2))
    gx = np.exp(-((np.arange(w) - x) ** 2) / (0.5 * radius**2))
    frame += (strength * np.outer(gy, gx)[..., None] * np.array(colour)).astype(np.float32)


def flames(frames, r):
    """Tongues that rise and change from frame to frame."""
    size = len(frames[0])
    lh = int(np.exp(r.uniform(np.log(9), np.log(0.8 * size))))
    lw = max(7, int(lh * r.uniform(0.45, 1.7)))
    left, base = r.uniform(-0.3 * lw, size - 0.7 * lw), r.uniform(0.25 * size, size + 0.2 * lh)
    rise, count = r.uniform(0.15, 0.7), len(frames)
    tall = noise(r, int(lh * (1 + rise * count)) + 2, lw, 5, 3, 0.6)
    reach = noise(r, count * 3, lw, 4, 3)
    y, x = np.mgrid[0:1:lh * 1j, 0:1:lw * 1j].astype(np.float32)
    gain, thick, top_alpha, keep = r.uniform(1.1, 2.6), r.uniform(3, 7), r.uniform(0.55, 1), r.uniform(0, 0.25)
    green_less, blue_less = r.uniform(0.25, 0.6), r.uniform(0.7, 1.3)
    pale = r.uniform(0, 0.45) if r.random() < 0.5 else 0.0
    purple = r.uniform(0.1, 0.5) if r.random() < 0.2 else 0.0  # what infrared and clipping make of it
    lit = r.uniform(0.05, 0.4) if r.random() < 0.7 else 0.0
    mask = np.zeros(frames[0].shape[:2], np.float32)
    for t, frame in enumerate(frames):
        turbulent = tall[int(t * rise * lh) :][:lh]
        bent = x + 0.25 * (turbulent - 0.5) * (1.2 - y)
        width = np.clip(1.25 - 2.1 * np.abs(bent - 0.5), 0, 1)
        heat = width * (1.15 - (1 - y) / (0.35 + 0.75 * reach[3 * t][None])) + 0.55 * (turbulent - 0.5)
        heat = np.clip(heat * np.clip((1 - y) * 14, 0, 1), 0, 1) * r.uniform(0.85, 1.1)
        red = np.clip(heat * 2.6 * gain, 0, 1)
        green = np.clip(heat * 1.9 * gain - green_less, 0, 1)
        blue = np.clip(heat * 1.6 * gain - blue_less, 0, 1)
        colour = 255 * np.stack([np.maximum(blue, (keep + purple) * red), green, red], -1)
        colour += pale * (255 - colour)
        alpha = np.clip((heat - 0.08) * thick, 0, top_alpha)
        if lit:
            glow(frame, left + lw / 2, base - lh / 3, 1.5 * max(lh, lw), (20, 90, 230), lit * r.uniform(0.7, 1.2))
        placed = lay(frame, colour, alpha, left + r.normal(0, 0.3), base - lh)
        if placed:
            mask[placed[0]] += alpha[placed[1]] / count
    return mask


def real_flames(frames, sprites, r):
    """Flames cut from successive frames of one training scene, on one base."""
    size = len(frames[0])
    begin = int(r.integers(len(sprites)))
    scale = np.exp(r.uniform(np.log(10), np.log(0.8 * size))) / max(sprites[begin][1].shape)
    middle, base, flip, light = r.uniform(0, size), r.uniform(0.25 * size, size), r.random() < 0.5, r.uniform(0.85, 1.15)
    mask = np.zeros(frames[0].shape[:2], np.float32)
    for t, frame in enumerate(frames):
        colour, alpha = sprites[(begin + t) % len(sprites)]
        shape = tuple(int(np.clip(round(side * scale), 4, 1.5 * size)) for side in (alpha.shape[1], alpha.shape[0]))
        colour, alpha = (cv2.resize(a, shape, interpolation=cv2.INTER_AREA) for a in (colour, alpha))
        if flip:
            colour, alpha = colour[:, ::-1], alpha[:, ::-1]
        placed = lay(frame, np.clip(colour.astype(np.float32) * light, 0, 255), alpha, middle - shape[0] / 2, base - shape[1])
        if placed:
            mask[placed[0]] += alpha[placed[1]] / len(frames)
    return mask


def smoke(frames, r):
    """A plume or cloud whose texture rises and drifts."""
    size = len(frames[0])
    lh, lw = int(size * r.uniform(0.2, 1.3)), int(size * r.uniform(0.2, 1.1))
    y, x = np.mgrid[0:1:lh * 1j, 0:1:lw * 1j].astype(np.float32)
    rise, drift, count = r.uniform(0.02, 0.2) * lh, r.uniform(-0.06, 0.06) * lw, len(frames)
    extra = int(rise * count) + 2, int(abs(drift) * count) + 2
    texture = noise(r, lh + extra[0], lw + extra[1], 5, int(r.integers(2, 6)), r.uniform(0.5, 0.7))
    if r.random() < 0.65:
        centre = 0.5 + r.uniform(-0.3, 0.3) * (1 - y) + 0.12 * (noise(r, lh, lw, 3) - 0.5)
        shape = np.clip(1.4 - np.abs(x - centre) / (r.uniform(0.06, 0.2) + r.uniform(0.15, 0.5) * (1 - y)), 0, 1) * np.clip(y * 8, 0, 1) * np.clip((1 - y) * 12, 0, 1)
    else:
        shape = np.clip(1.6 - 2.6 * np.hypot(x - 0.5, y - 0.5) * r.uniform(0.9, 1.3), 0, 1)
    strength, bright = r.uniform(0.55, 1.0), r.uniform(25, 245)
    tint = np.array([r.uniform(0.93, 1.07), 1.0, r.uniform(0.93, 1.07)], np.float32)
    left, top = r.uniform(-0.2 * lw, size - 0.8 * lw), r.uniform(-0.2 * lh, size - 0.8 * lh)
    mask = np.zeros(frames[0].shape[:2], np.float32)
    for t, frame in enumerate(frames):
        moved = int(t * abs(drift)) if drift < 0 else extra[1] - 2 - int(t * drift)
        part = texture[int(t * rise) :][:lh, max(0, moved) :][:, :lw]
        alpha = np.clip(shape * (0.35 + 1.1 * part) - 0.12, 0, 1) * strength
        placed = lay(frame, np.clip((bright * (0.7 + 0.5 * part))[..., None] * tint, 0, 255), cv2.GaussianBlur(alpha, (0, 0), 0.8), left, top)
        if placed:
            mask[placed[0]] += alpha[placed[1]] / count
    return mask


# --- what must not be taken for them


def thing(frames, pieces, r):
    """Something that drives, walks or is carried by: a piece of another picture, sometimes red, orange or white, sometimes with lamps."""
    size = len(frames[0])
    piece = pieces[int(r.integers(len(pieces)))]
    lw = int(np.exp(r.uniform(np.log(8), np.log(size))))
    lh = max(6, int(lw * piece.shape[0] / piece.shape[1]))
    if lh > 1.4 * size:
        lh = int(1.4 * size)
    piece = cv2.resize(piece, (lw, lh), interpolation=cv2.INTER_AREA).astype(np.float32)
    if r.random() < 0.4:
        hue = np.array([[[int(r.integers(0, 28)), int(r.integers(0, 60)) if r.random() < 0.3 else int(r.integers(130, 256)), int(r.integers(150, 256))]]], np.uint8)
        colour = cv2.cvtColor(hue, cv2.COLOR_HSV2BGR)[0, 0].astype(np.float32)
        piece = np.clip(colour * (piece.mean(-1, keepdims=True) / max(60.0, float(piece.mean()))) ** r.uniform(0.4, 1), 0, 255)
    y, x = np.mgrid[-1:1:lh * 1j, -1:1:lw * 1j]
    power = r.uniform(2, 8)
    alpha = np.clip((1 - np.abs(x) ** power - np.abs(y) ** power) * 6, 0, 1).astype(np.float32)
    cx, cy = r.uniform(0, size), r.uniform(0, size)
    still = r.random() < 0.25
    speed, way = (0.0 if still else np.exp(r.uniform(np.log(0.3), np.log(0.35 * size)))), r.uniform(0, 2 * np.pi)
    vx, vy = speed * np.cos(way), 0.6 * speed * np.sin(way)
    if not still and r.random() < 0.7:  # in the window in the middle of the time
        cx, cy = cx - vx * len(frames) / 2, cy - vy * len(frames) / 2
    grow, wobble, bend, turn = r.normal(0, 0.02), abs(r.normal(0, 1.5)), abs(r.normal(0, 0.05)), r.uniform(0.5, 3)
    lamps = [(r.uniform(-0.4, 0.4) * lw, r.uniform(-0.4, 0.4) * lh) for _ in range(int(r.integers(1, 3)))] if r.random() < 0.2 else []
    lamp_colour = [(255, 255, 255), (150, 225, 255), (60, 140, 255), (40, 40, 255)][int(r.integers(4))]
    start = r.uniform(0, 6)
    for t, frame in enumerate(frames):
        sway = np.sin(start + turn * t)
        w2, h2 = max(4, int(lw * (1 + grow * t + bend * sway))), max(4, int(lh * (1 + grow * t + 0.5 * bend * np.cos(start + turn * t))))
        layer, cover = cv2.resize(piece, (w2, h2)), cv2.resize(alpha, (w2, h2))
        px, py = cx + vx * t + wobble * sway, cy + vy * t + 0.5 * wobble * np.cos(start + 2 * turn * t)
        lay(frame, layer * (1 + 0.03 * r.normal()), cover, px - w2 / 2, py - h2 / 2)
        for dx, dy in lamps:
            glow(frame, px + dx, py + dy, r.uniform(0.95, 1.05) * max(3, 0.15 * lw), lamp_colour, 1.2)


def blinking(frames, r):
    """Lamps that are steady, blink, or turn: their shape stays."""
    size = len(frames[0])
    for _ in range(int(r.integers(1, 4))):
        x, y, radius = r.uniform(0, size), r.uniform(0, size), np.exp(r.uniform(np.log(1.5), np.log(0.25 * size)))
        colour = [(255, 255, 255), (170, 230, 255), (60, 150, 255), (30, 90, 255), (40, 40, 255), (255, 120, 40)][int(r.integers(6))]
        kind, phase, period = r.integers(3), r.uniform(0, 6), r.uniform(1.5, 6)
        for t, frame in enumerate(frames):
            on = 1.0 if kind == 0 else float(np.sin(phase + 2 * np.pi * t / period) > 0) if kind == 1 else 0.5 + 0.5 * np.sin(phase + 2 * np.pi * t / period)
            glow(frame, x, y, radius, colour, on * r.uniform(0.95, 1.05))
            glow(frame, x, y, radius * 4, colour, 0.25 * on)


def waving(frames, r):
    """Cloth, leaves, reflections on water: a textured part whose shading and place go to and fro."""
    size = len(frames[0])
    lh, lw = (int(size * r.uniform(0.1, 0.8)) for _ in range(2))
    texture = noise(r, lh, lw, 5, int(r.integers(3, 10)), 0.7)[..., None]
    hue = np.array([[[int(r.integers(0, 32)) if r.random() < 0.5 else int(r.integers(0, 180)), int(r.integers(20, 256)), int(r.integers(60, 256))]]], np.uint8)
    colour = cv2.cvtColor(hue, cv2.COLOR_HSV2BGR)[0, 0].astype(np.float32)
    own = r.random() < 0.5  # its own colour, or the picture itself, moved
    y, x = np.mgrid[0:lh, 0:lw].astype(np.float32)
    k, way, pace, deep, shift, phase = r.uniform(0.05, 0.5), r.uniform(0, 6.28), r.uniform(0.3, 3), r.uniform(0, 0.35), r.uniform(0.3, 3), r.uniform(0, 6)
    left, top = int(r.uniform(0, size - lw)), int(r.uniform(0, size - lh))
    alpha = np.clip(texture * 3 - r.uniform(0, 1.2), 0, 1) if r.random() < 0.6 else np.ones_like(texture)
    for t, frame in enumerate(frames):
        wave = np.sin(phase + k * (np.cos(way) * x + np.sin(way) * y) - pace * t)
        part = frame[top : top + lh, left : left + lw]
        source = (colour * (0.6 + 0.6 * texture)).astype(np.float32) if own else part.copy()
        to = (x + shift * wave).astype(np.float32), (y + 0.5 * shift * np.cos(phase + pace * t + 0.3 * y)).astype(np.float32)
        moved = cv2.remap(source, *to, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        part += alpha * (moved * (1 + deep * wave[..., None]) - part)


def light(frames, r):
    """The sun comes out, a lamp goes on, the exposure hunts."""
    kind = r.integers(3)
    step, by = int(r.integers(1, len(frames))), r.uniform(0.6, 1.5)
    for t, frame in enumerate(frames):
        gain = (by if t >= step else 1.0) if kind == 0 else 1 + (by - 1) * t / len(frames) if kind == 1 else 1 + r.normal(0, 0.04)
        frame *= np.float32(gain)


MISLEADING = [thing, thing, thing, blinking, waving, waving, light]


def mislead(frames, pieces, r):
    what = MISLEADING[int(r.integers(len(MISLEADING)))]
    what(frames, pieces, r) if what is thing else what(frames, r)
