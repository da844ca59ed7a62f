"""Smoke and fire as a map over several frames: what changes and how, with the colours, through a small residual network; two logits a cell of 8 px.

`Network` takes float RGB 0..1 [B,T,3,H,W], oldest first, and gives logits [B,2,H/8,W/8]. `Exported` is the product's own family for models of
several frames: `image` uint8 [1,T*H,W,3], the frames below each other; every cell is a box of three cells' width around it.
"""
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "street/train"))
from detector import Context, conv, stage  # noqa: E402

FRAMES, STRIDE = 6, 8
WIDTHS, DEPTHS = (24, 40, 72), (1, 2)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        w = WIDTHS
        self.register_buffer("grey", torch.tensor([0.299, 0.587, 0.114]).view(1, 1, 3, 1, 1))
        self.body = nn.Sequential(conv(3 * 3 + FRAMES + 1, w[0], 3, 2), *[stage(w[i], w[i + 1], DEPTHS[i]) for i in range(2)], Context(w[2]))
        self.wide = nn.Sequential(stage(w[2], 96, 1), nn.Upsample(scale_factor=2, mode="nearest"), conv(96, 48, 1))
        self.head = nn.Sequential(conv(w[2] + 48, 64, 3), nn.Dropout2d(0.1), nn.Conv2d(64, 2, 1))
        nn.init.constant_(self.head[-1].bias, -3.0)

    def forward(self, x):
        mean = x.mean(1)
        grey = (x * self.grey).sum(2)
        level = grey.mean(1, keepdim=True)
        change = grey - level
        energy = (change.square().mean(1, keepdim=True) + 1e-5).sqrt()
        spread = ((x - mean[:, None]).square().mean(1) + 1e-5).sqrt()
        y = self.body(torch.cat([x[:, -1], mean, 4 * spread, 4 * change, 4 * energy], 1))
        return self.head(torch.cat([y, self.wide(y)], 1)).float()


class Exported(nn.Module):
    def __init__(self, network, size):
        super().__init__()
        self.network, self.size = network, size
        cells = size // STRIDE
        y, x = torch.meshgrid(torch.arange(cells), torch.arange(cells), indexing="ij")
        centre = torch.stack([x, y], -1).reshape(-1, 2).float() * STRIDE + STRIDE / 2
        self.register_buffer("boxes", torch.cat([centre - 1.5 * STRIDE, centre + 1.5 * STRIDE], 1).clamp(0, size)[None])

    def forward(self, image):
        x = image.reshape(1, FRAMES, self.size, self.size, 3).permute(0, 1, 4, 2, 3).float() / 255.0
        scores = self.network(x).sigmoid().flatten(2).transpose(1, 2)
        return self.boxes + 0.0 * scores.sum(), scores
