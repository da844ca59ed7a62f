"""Painted smoke, flames and what is mistaken for them (lamps, sunsets, red roofs, vests, fog), with exact masks; seeded by the generator given.

All functions take a BGR picture (uint8) and a generator; those that paint smoke or fire return (picture, mask 0..1).
"""
import cv2
import numpy as np


def noise(r, h, w, octaves=5, base=3, roughness=0.55):
    """Fractal noise 0..1."""
    out, amplitude = np.zeros((h, w), np.float32), 1.0
    for octave in range(octaves):
        cells = base * 2**octave
        out += amplitude * cv2.resize(r.random((cells + 1, cells + 1), np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
        amplitude *= roughness
    out -= out.min()
    return out / (out.max() + 1e-6)


def placed(r, shape, layer_shape):
    """Slices that put a layer of this shape somewhere on a picture, partly beyond its rim."""
    (h, w), (lh, lw) = shape, layer_shape
    top, left = int(r.uniform(-0.2 * lh, h - 0.8 * lh)), int(r.uniform(-0.2 * lw, w - 0.8 * lw))
    y1, x1, y2, x2 = max(0, top), max(0, left), min(h, top + lh), min(w, left + lw)
    return (slice(y1, y2), slice(x1, x2)), (slice(y1 - top, y2 - top), slice(x1 - left, x2 - left))


def blend(picture, layer, alpha, r):
    """Lays colour (h,w,3 or 3 values) with its alpha somewhere on the picture; returns the picture and the alpha in its frame."""
    at, of = placed(r, picture.shape[:2], alpha.shape)
    mask = np.zeros(picture.shape[:2], np.float32)
    mask[at] = alpha[of]
    colour = layer[of] if getattr(layer, "ndim", 1) == 3 else np.asarray(layer, np.float32)
    part = picture[at].astype(np.float32)
    out = picture.copy()
    out[at] = np.clip(part + alpha[of][..., None] * (colour - part), 0, 255).astype(np.uint8)
    return out, mask


def smoke(picture, r):
    h, w = picture.shape[:2]
    lh, lw = int(h * r.uniform(0.2, 1.1)), int(w * r.uniform(0.2, 1.0))
    y, x = np.mgrid[0:1:lh * 1j, 0:1:lw * 1j].astype(np.float32)
    if r.random() < 0.65:  # a plume: narrow below, wide and drifting above
        centre = 0.5 + r.uniform(-0.3, 0.3) * (1 - y) + 0.12 * (noise(r, lh, lw, 3) - 0.5)
        width = r.uniform(0.06, 0.2) + r.uniform(0.15, 0.5) * (1 - y)
        shape = np.clip(1.4 - np.abs(x - centre) / width, 0, 1) * np.clip(y * 8, 0, 1) * np.clip((1 - y) * 12, 0, 1)
    else:  # a cloud
        shape = np.clip(1.6 - 2.6 * np.hypot((x - 0.5), (y - 0.5)) * r.uniform(0.9, 1.3), 0, 1)
    texture = noise(r, lh, lw, 6, int(r.integers(2, 5)), r.uniform(0.5, 0.7))
    alpha = np.clip(shape * (0.35 + 1.1 * texture) - 0.12, 0, 1) * r.uniform(0.55, 1.0)
    bright = r.uniform(25, 245)
    tint = np.array([r.uniform(0.93, 1.07), 1.0, r.uniform(0.93, 1.07)], np.float32)
    shade = bright * (0.72 + 0.5 * noise(r, lh, lw, 6, 4, 0.65))
    return blend(picture, np.clip(shade[..., None] * tint, 0, 255), cv2.GaussianBlur(alpha, (0, 0), max(0.6, lh / 150)), r)


def flame_shape(r, lh, lw):
    """Heat 0..1 of tongues that rise from a base."""
    y, x = np.mgrid[0:1:lh * 1j, 0:1:lw * 1j].astype(np.float32)
    turbulent = noise(r, lh, lw, 5, 3, 0.6)
    x = x + 0.25 * (turbulent - 0.5) * (1.2 - y)
    reach = noise(r, 2, lw, 4, 3)[1][None]  # how high each column burns
    width = np.clip(1.25 - 2.1 * np.abs(x - 0.5), 0, 1)
    heat = width * (1.15 - (1 - y) / (0.35 + 0.75 * reach)) + 0.55 * (turbulent - 0.5)
    return np.clip(heat * np.clip((1 - y) * 14, 0, 1), 0, 1)


def fire(picture, r):
    h, w = picture.shape[:2]
    size = np.exp(r.uniform(np.log(0.06), np.log(0.6)))
    lh = max(10, int(h * size))
    lw = max(10, int(lh * r.uniform(0.5, 1.8)))
    heat = flame_shape(r, lh, lw)
    # black body towards what a camera makes of it: red, orange, yellow, white where it clips
    gain = r.uniform(1.1, 2.6)
    red = np.clip(heat * 2.6 * gain, 0, 1)
    green = np.clip(heat * 1.9 * gain - r.uniform(0.25, 0.6), 0, 1)
    blue = np.clip(heat * 1.6 * gain - r.uniform(0.7, 1.3), 0, 1)
    colour = 255 * np.stack([np.maximum(blue, r.uniform(0, 0.25) * red), green, red], -1)
    if r.random() < 0.5:  # by day, behind glass or on a camera that clips: pale, pink, thin
        colour += r.uniform(0, 0.45) * (255 - colour)
    alpha = np.clip((heat - 0.08) * r.uniform(3, 7), 0, r.uniform(0.55, 1))
    out, mask = blend(picture, colour, alpha, r)
    if r.random() < 0.7:  # light on what is near
        ys, xs = np.nonzero(mask > 0.3)
        if len(xs):
            out = glow(out, (xs.mean(), ys.mean()), r.uniform(1.0, 3.0) * max(lh, lw), (20, 90, 230), r.uniform(0.1, 0.5))
    return out, mask


def real_fire(picture, flame, r):
    """A real flame (BGR, alpha) cut from a frame of the training scenes, laid on another picture."""
    colour, alpha = flame
    scale = r.uniform(0.15, 0.8) * picture.shape[0] / max(alpha.shape)
    size = (max(8, round(alpha.shape[1] * scale)), max(8, round(alpha.shape[0] * scale)))
    colour, alpha = (cv2.resize(a, size, interpolation=cv2.INTER_AREA) for a in (colour, alpha))
    if r.random() < 0.5:
        colour, alpha = colour[:, ::-1], alpha[:, ::-1]
    return blend(picture, np.clip(colour.astype(np.float32) * r.uniform(0.85, 1.2), 0, 255), alpha, r)


def flame_of(picture, box):
    """Colour and alpha of the flames in a labelled box: what is bright and not blue."""
    h, w = picture.shape[:2]
    x1, y1, x2, y2 = (int(round(v)) for v in (box[0] * w, box[1] * h, box[2] * w, box[3] * h))
    part = picture[max(0, y1) : y2, max(0, x1) : x2]
    if min(part.shape[:2], default=0) < 12:
        return None
    b, g, r = (part[..., c].astype(np.float32) for c in range(3))
    bright = np.clip((r - 170) / 60, 0, 1) * np.clip((r - 0.9 * b + 10) / 25, 0, 1)
    rest = np.median(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY))
    alpha = cv2.GaussianBlur(bright, (0, 0), 1.0)
    share = float((alpha > 0.5).mean())
    return (part, alpha) if 0.04 < share < 0.6 and rest < 170 else None


def glow(picture, centre, radius, colour, strength):
    h, w = picture.shape[:2]
    y, x = np.ogrid[:h, :w]
    halo = strength * np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * (0.5 * radius) ** 2))
    return np.clip(picture + halo[..., None].astype(np.float32) * np.array(colour, np.float32), 0, 255).astype(np.uint8)


def lamp(picture, r):
    h, w = picture.shape[:2]
    colour = [(255, 255, 255), (170, 230, 255), (90, 180, 255), (40, 120, 255), (40, 40, 255), (255, 230, 200)][int(r.integers(6))]
    for _ in range(int(r.integers(1, 6))):
        x, y, size = int(r.uniform(0, w)), int(r.uniform(0, h)), r.uniform(0.008, 0.06) * w
        picture = glow(picture, (x, y), size * r.uniform(2, 8), colour, r.uniform(0.3, 0.9))
        core = tuple(int(v) for v in np.minimum(255, np.array(colour) * 0.3 + 190)) if r.random() < 0.7 else colour
        cv2.ellipse(picture, (x, y), (max(1, int(size)), max(1, int(size * r.uniform(0.3, 1)))), r.uniform(0, 180), 0, 360, core, -1, cv2.LINE_AA)
    return picture


def sunset(picture, r):
    h, w = picture.shape[:2]
    horizon = int(h * r.uniform(0.25, 0.7))
    top, low = np.array([r.uniform(60, 190), r.uniform(60, 150), r.uniform(60, 200)]), np.array([r.uniform(20, 120), r.uniform(110, 210), r.uniform(200, 255)])
    t = np.linspace(0, 1, horizon)[:, None, None] ** r.uniform(0.7, 2.5)
    sky = np.repeat(top + (low - top) * t, w, 1) * (0.85 + 0.3 * noise(r, horizon, w, 4, 2)[..., None])
    alpha = (0.6 + 0.4 * t) * np.clip((horizon - np.arange(horizon)) / (0.1 * h), 0, 1)[:, None, None]
    out = picture.astype(np.float32) * np.array([0.6, 0.75, 0.9], np.float32)
    out[:horizon] += alpha * (sky - out[:horizon])
    out = np.clip(out, 0, 255).astype(np.uint8)
    sun = (r.uniform(0, w), horizon * r.uniform(0.4, 1.0))
    out = glow(out, sun, w * r.uniform(0.1, 0.5), (60, 150, 255), r.uniform(0.3, 0.9))
    if r.random() < 0.6:
        cv2.circle(out, (int(sun[0]), int(sun[1])), int(w * r.uniform(0.01, 0.05)), (210, 245, 255), -1, cv2.LINE_AA)
    return out


def coloured(picture, r):
    """Roofs, vests, signs, cloth, leaves: red, orange and yellow shapes with their own texture and the light of the picture."""
    h, w = picture.shape[:2]
    for _ in range(int(r.integers(1, 4))):
        size = r.uniform(0.05, 0.45) * w
        angle = np.sort(r.uniform(0, 2 * np.pi, int(r.integers(4, 9))))
        centre = np.array([r.uniform(0, w), r.uniform(0, h)])
        points = centre + size * np.column_stack([np.cos(angle), np.sin(angle) * r.uniform(0.3, 1)]) * r.uniform(0.5, 1, (len(angle), 1))
        mask = np.zeros((h, w), np.uint8)
        cv2.fillPoly(mask, [points.astype(np.int32)], 255, cv2.LINE_AA)
        hsv = np.array([[[r.integers(0, 30) if r.random() < 0.8 else r.integers(165, 180), r.integers(120, 256), r.integers(80, 256)]]], np.uint8)
        colour = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)[0, 0].astype(np.float32)
        texture = 0.8 + 0.4 * noise(r, h, w, 3, int(r.integers(2, 20)))
        light = 0.5 + 0.5 * cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32) / 160
        alpha = (mask / 255.0 * r.uniform(0.7, 1))[..., None]
        picture = np.clip(picture * (1 - alpha) + alpha * colour * (texture * np.minimum(light, 1.3))[..., None], 0, 255).astype(np.uint8)
    return picture


def fog(picture, r):
    """Weather: an even veil that grows with height in the picture, without shape."""
    h, w = picture.shape[:2]
    y = np.linspace(1, 0, h, dtype=np.float32)[:, None] ** r.uniform(0.5, 2)
    alpha = np.clip(r.uniform(0.1, 0.5) + r.uniform(0, 0.4) * y, 0, 0.8)[..., None] * np.ones((1, w, 1), np.float32)
    return np.clip(picture + alpha * (r.uniform(120, 235) - picture.astype(np.float32)), 0, 255).astype(np.uint8)


DISTRACTORS = [lamp, sunset, coloured, fog]
