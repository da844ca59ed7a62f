"""Smoke and fire as a map over several frames: measures a fire engineer would take (colours of flames, flicker there and back, contrast and colour
lost behind smoke), the frozen first half of our street detector, and a head too small to learn the few scenes by heart. Two logits a cell of 8 px.
"""
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "street/train"))
from detector import Detector  # noqa: E402

FRAMES, STRIDE = 6, 8
BACKBONE = 64 + 128


def ramp(x, begin, end):
    return ((x - begin) / (end - begin)).clamp(0, 1)


class Measures(nn.Module):
    """[B,T,3,H,W] RGB 0..1 → [B,40,H/8,W/8], without any weight."""

    COUNT = 40

    def forward(self, x):
        b, t, _, h, w = x.shape
        half = F.avg_pool2d(x.flatten(0, 1), 2).view(b, t, 3, h // 2, w // 2)
        red, green, blue = half[:, :, 0], half[:, :, 1], half[:, :, 2]
        high, low = torch.maximum(torch.maximum(red, green), blue), torch.minimum(torch.minimum(red, green), blue)
        grey = 0.299 * red + 0.587 * green + 0.114 * blue
        orange = ramp(red, 0.45, 0.75) * ramp(red - blue, 0.05, 0.35) * ramp(red - green, -0.02, 0.15)
        yellow = ramp(red, 0.7, 0.95) * ramp(red - blue, 0.03, 0.3) * ramp(green - blue, 0, 0.2)
        purple = ramp(red, 0.5, 0.85) * ramp(red - green, 0.02, 0.2) * ramp(blue - green, -0.05, 0.1)
        clipped = ramp(low, 0.8, 0.97)
        bright = ramp(high, 0.6, 0.95)
        dull = 1 - ramp(high - low, 0.03, 0.15)
        maps = torch.stack([orange, yellow, purple, clipped, bright, dull, grey, high - low, red - blue], 2)  # [B,T,9,h,w]
        change = maps[:, 1:] - maps[:, :-1]
        path, net = change.abs().mean(1), (maps[:, -1] - maps[:, 0]).abs() / (t - 1)
        back = path - net  # there and back: flames; what passes changes once
        mean = maps.mean(1)
        level = grey.mean(1, keepdim=True)
        local = F.avg_pool2d(level, 5, 1, 2)
        texture = (level - local).abs()
        now = (grey[:, -1:] - F.avg_pool2d(grey[:, -1:], 5, 1, 2)).abs()
        dark = -F.max_pool2d(-low.mean(1, keepdim=True), 5, 1, 2)
        everywhere = path[:, 6:7].mean((2, 3), keepdim=True)
        pool = lambda m: F.avg_pool2d(m, 4)  # noqa: E731
        most = lambda m: F.max_pool2d(F.avg_pool2d(m, 2), 2)  # noqa: E731
        cells = [pool(half[:, -1]), pool(mean), most(mean[:, :5]), 6 * pool(path[:, [0, 2, 6, 7]]), 6 * pool(back), 6 * most(back[:, [0, 3, 4, 6]]), 5 * pool(texture), 5 * pool(now), pool(dark)]
        flicker = pool(path[:, 6:7])
        cells += [torch.log((flicker + 0.003) / (everywhere + 0.003)), (20 * everywhere).clamp(max=2).expand_as(flicker), (everywhere < 1e-4).to(x.dtype).expand_as(flicker)]
        return torch.cat(cells, 1)


class Backbone(nn.Module):
    """The street detector's stages of stride 8 and 16 on one picture [B,3,H,W] → [B,192,H/8,W/8]. Its weights stay as they are."""

    def __init__(self):
        super().__init__()
        street = Detector()
        self.stem, self.s4, self.s8, self.s16 = street.stem, street.s4, street.s8, street.s16

    def load(self, checkpoint):
        state = torch.load(checkpoint, weights_only=True)["average"]
        self.load_state_dict({k: v for k, v in state.items() if k in self.state_dict()})
        return self

    def forward(self, x):
        c8 = self.s8(self.s4(self.stem(x)))
        return torch.cat([c8, F.interpolate(self.s16(c8), scale_factor=2, mode="nearest")], 1)


class Head(nn.Module):
    def __init__(self, measures=True, backbone=True, width=32):
        super().__init__()
        self.use = (measures, backbone)
        self.norm_measures, self.norm_backbone = nn.BatchNorm2d(Measures.COUNT, affine=False, momentum=0.02), nn.BatchNorm2d(BACKBONE, affine=False, momentum=0.02)
        self.from_measures, self.from_backbone = nn.Conv2d(Measures.COUNT, width, 1), nn.Conv2d(BACKBONE, width, 1)
        self.mix = nn.Sequential(nn.ReLU(), nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.Dropout2d(0.1), nn.Conv2d(width, width, 3, padding=3, dilation=3), nn.ReLU())
        self.out = nn.Conv2d(2 * width, 2, 1)
        nn.init.constant_(self.out.bias, -3.0)

    def forward(self, features):
        measures, backbone = features[:, : Measures.COUNT], features[:, Measures.COUNT :]
        y = 0
        if self.use[0]:
            y = y + self.from_measures(F.dropout2d(self.norm_measures(measures).clamp(-4, 4), 0.1, self.training))
        if self.use[1]:
            y = y + self.from_backbone(F.dropout2d(self.norm_backbone(backbone).clamp(-4, 4), 0.3, self.training))
        return self.out(torch.cat([F.relu(y), self.mix(y)], 1)).float()


class Features(nn.Module):
    """[B,T,3,H,W] → [B,232,H/8,W/8]: all that is not learned here."""

    def __init__(self):
        super().__init__()
        self.measures, self.backbone = Measures(), Backbone()

    def forward(self, x):
        return torch.cat([self.measures(x), self.backbone(x[:, -1])], 1)


class Extent(nn.Module):
    """Scores [1,2,n,n] → a box for every cell and class: where within REACH cells the scores lie, so that a flame that grows or flickers has a box that does."""

    REACH = 10

    def __init__(self, cells):
        super().__init__()
        y, x = torch.meshgrid(torch.arange(cells) + 0.5, torch.arange(cells) + 0.5, indexing="ij")
        self.size = float(cells * STRIDE)
        self.register_buffer("at", torch.stack([x, y])[:, None].float())

    def forward(self, scores):
        weight = scores[0].square()[:, None] + 1e-6  # [2,1,n,n]
        around = lambda m: F.avg_pool2d(m, 2 * self.REACH + 1, 1, self.REACH)  # noqa: E731
        total = around(weight)
        corners = []
        for at in self.at:
            middle = around(weight * at) / total
            spread = (around(weight * at * at) / total - middle.square()).clamp(min=0.5).sqrt()
            corners.append((middle - 1.8 * spread, middle + 1.8 * spread))
        (x1, x2), (y1, y2) = corners
        return (STRIDE * torch.cat([x1, y1, x2, y2], 1)).clamp(0, self.size).flatten(2).transpose(1, 2).reshape(1, -1, 4)


class Exported(nn.Module):
    """The product's own family for models of several frames: `image` uint8 [1,T*S,S,3], oldest first; boxes of fire, then boxes of smoke."""

    def __init__(self, size):
        super().__init__()
        self.features, self.head, self.size, self.extent = Features(), Head(), size, Extent(size // STRIDE)

    def forward(self, image):
        x = image.reshape(1, FRAMES, self.size, self.size, 3).permute(0, 1, 4, 2, 3).float() / 255.0
        scores = self.head(self.features(x)).sigmoid()
        fire, smoke = scores.flatten(2).transpose(1, 2).unbind(2)
        nothing = torch.zeros_like(fire)
        return self.extent(scores), torch.stack([torch.cat([fire, nothing], 1), torch.cat([nothing, smoke], 1)], 2)
