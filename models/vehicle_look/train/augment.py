"""The same vehicle on another day: other light, weather, camera noise, a box drawn a little otherwise, something before it.

All on batches: uint8 crops [N,3,STORED,STORED] of 1.6 times the box to float [N,3,64,64] in 0..1 of about 1.2 times the box.
"""
import math

import cv2
import numpy as np
import torch
from torch.nn import functional

from network import SIZE

SEEN = 1.2 / 1.6  # of what is stored


def uniform(n, low, high, dims=1):
    return (low + (high - low) * torch.rand(n)).view(n, *([1] * (dims - 1)))


def chosen(n, share, dims=4):
    return (torch.rand(n) < share).view(n, *([1] * (dims - 1)))


def plain(crops):
    """As the product cuts: no change."""
    return warp(crops.float() / 255, torch.zeros(len(crops), dtype=torch.bool), 0.0)


def other_day(crops, mirrored):
    """`mirrored`: the views of one vehicle must agree on it."""
    x = warp(crops.float() / 255, mirrored, 1.0)
    n = len(x)
    x = other_rim(x)
    x = light(x)
    x = occlude(x)
    x = weather(x)
    x = optics(x)
    noise = torch.randn_like(x) * uniform(n, 0, 1, 4) ** 2 * 0.09
    x = (x + noise).clamp(0, 1)
    grains = torch.rand(n, 1, SIZE, SIZE)
    dense = chosen(n, 0.1) * uniform(n, 0.01, 0.08, 4)
    x = torch.where(grains < dense / 2, torch.zeros(()), torch.where(grains > 1 - dense / 2, torch.ones(()), x))
    return jpeg(x)


def warp(x, mirrored, strength):
    """The part that is seen, with a box that is drawn a little otherwise and a camera that swings a little."""
    n = len(x)
    by = lambda amount: strength * uniform(n, -amount, amount)
    sx, sy = SEEN * (1 + by(0.12)), SEEN * (1 + by(0.12))
    turn, shear = by(0.07), by(0.06)
    flip = torch.where(mirrored, -1.0, 1.0)
    theta = torch.stack([
        torch.stack([sx * torch.cos(turn) * flip, sy * (shear - torch.sin(turn)), by(0.09)], 1),
        torch.stack([sx * torch.sin(turn) * flip, sy * torch.cos(turn), by(0.09)], 1),
    ], 1)
    grid = functional.affine_grid(theta, (n, 3, SIZE, SIZE), align_corners=False)
    tilt = 1 + by(0.06).view(n, 1, 1, 1) * grid[..., :1] + by(0.06).view(n, 1, 1, 1) * grid[..., 1:]
    return functional.grid_sample(x, grid / tilt, mode="bilinear", padding_mode="border", align_corners=False)


def coordinates():
    line = torch.linspace(-1, 1, SIZE)
    return line.view(1, 1, 1, SIZE), line.view(1, 1, SIZE, 1)


def other_rim(x):
    """Around the vehicle lies something else: the place must not tell who stands there."""
    n = len(x)
    across, down = coordinates()
    far = (across.abs() ** 3 + down.abs() ** 3) ** (1 / 3)
    mask = torch.sigmoid((far - uniform(n, 0.78, 1.0, 4)) * 14) * chosen(n, 0.35)
    return x * (1 - mask) + x[torch.randperm(n)] * mask


def light(x):
    """In linear light: exposure, colour of the light, a shadow's edge, lamps; then the camera's curve and saturation."""
    n = len(x)
    across, down = coordinates()
    y = x.clamp(0, 1) ** 2.2
    y = y * torch.exp(uniform(n, -1.5, 0.9, 4))
    tint = torch.exp(torch.randn(n, 3, 1, 1) * 0.16 * chosen(n, 0.8))
    warmth = torch.randn(n, 1, 1, 1) * 0.22
    y = y * tint * torch.exp(torch.cat([warmth, warmth * 0, -warmth], 1))
    angle, at = uniform(n, 0, 2 * math.pi, 4), uniform(n, -0.8, 0.8, 4)
    side = torch.sigmoid((across * torch.cos(angle) + down * torch.sin(angle) - at) * uniform(n, 2, 30, 4))
    shade = uniform(n, 0.25, 0.85, 4) * torch.cat([uniform(n, 0.85, 1, 4), torch.ones(n, 1, 1, 1), uniform(n, 1, 1.2, 4)], 1)
    y = torch.where(chosen(n, 0.4), y * (shade + (1 - shade) * side), y)
    for colour in ((1.0, 0.95, 0.8), (1.0, 0.25, 0.15)):  # headlights, tail lights
        reach = uniform(n, 0.04, 0.3, 4)
        glow = torch.exp(-((across - uniform(n, -0.9, 0.9, 4)) ** 2 + (down - uniform(n, -0.4, 0.9, 4)) ** 2) / reach**2)
        y = y + chosen(n, 0.1) * uniform(n, 0.2, 1.5, 4) * glow * torch.tensor(colour).view(1, 3, 1, 1)
    z = y.clamp(0, 1.6).clamp(max=1) ** (1 / 2.2)
    z = z ** uniform(n, 0.65, 1.6, 4)
    grey = (z * torch.tensor([0.3, 0.59, 0.11]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    saturation = torch.where(chosen(n, 0.08), torch.zeros(()), uniform(n, 0.35, 1.5, 4))
    z = grey + (z - grey) * saturation
    return ((z - 0.45) * uniform(n, 0.6, 1.3, 4) + 0.45 + uniform(n, -0.08, 0.08, 4)).clamp(0, 1)


def occlude(x):
    """A pole, a branch, a passer-by: a strip or a patch of another crop or of one colour, a quarter of the picture at most."""
    n = len(x)
    across, down = coordinates()
    strip = torch.rand(n).view(n, 1, 1, 1) < 0.5
    wide = torch.where(strip, uniform(n, 0.03, 0.15, 4), uniform(n, 0.1, 0.35, 4))
    tall = torch.where(strip, torch.full((n, 1, 1, 1), 2.0), uniform(n, 0.1, 0.35, 4))
    inside = ((across - uniform(n, -1, 1, 4)).abs() < wide) & ((down - uniform(n, -1, 1, 4)).abs() < tall) & chosen(n, 0.3)
    cover = torch.where(chosen(n, 0.5), x[torch.randperm(n)], torch.rand(n, 3, 1, 1))
    return torch.where(inside, cover, x)


def weather(x):
    """Mist, and streaks of rain."""
    n = len(x)
    mist = uniform(n, 0, 0.55, 4) * chosen(n, 0.25)
    x = x * (1 - mist) + mist * uniform(n, 0.3, 0.9, 4)
    some = torch.nonzero(torch.rand(n) < 0.12).flatten()
    drops = (torch.rand(len(some), 1, SIZE, SIZE) < 0.012).float()
    streaks = functional.max_pool2d(functional.pad(drops, (0, 0, 4, 4)), (9, 1), 1)
    x[some] += streaks * uniform(len(some), 0.05, 0.2, 4)
    return x


def optics(x):
    """Few pixels, or a soft lens."""
    for share, low, high in ((0.35, 28, 56), (0.2, 14, 28)):
        some = torch.nonzero(torch.rand(len(x)) < share).flatten()
        if len(some):
            part = functional.interpolate(x[some], size=int(torch.randint(low, high, ())), mode="area")
            x[some] = functional.interpolate(part, size=SIZE, mode="bilinear", align_corners=False)
    return x


def jpeg(x):
    """Half of them through the blocks of a coarse JPEG."""
    for i in torch.nonzero(torch.rand(len(x)) < 0.5).flatten().tolist():
        pixels = (x[i] * 255).round().byte().permute(1, 2, 0).numpy()[..., ::-1]
        data = cv2.imencode(".jpg", np.ascontiguousarray(pixels), [cv2.IMWRITE_JPEG_QUALITY, int(np.random.randint(22, 90))])[1]
        x[i] = torch.from_numpy(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1].copy()).permute(2, 0, 1).float() / 255
    return x
