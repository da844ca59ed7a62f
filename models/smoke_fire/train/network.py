"""Smoke and fire as a map: a small residual network of the street detector's parts and two logits (fire, smoke) a cell of 16 px.

`Network` takes float RGB 0..1 [B,3,H,W] and gives logits [B,2,H/16,W/16]. `Exported` is the product's own family: every cell is a box of
three cells' width around it.
"""
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "street/train"))
from detector import Context, conv, stage  # noqa: E402

STRIDE = 16
WIDTHS, DEPTHS = (16, 24, 48, 96), (1, 2, 3)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        w = WIDTHS
        self.body = nn.Sequential(conv(3, w[0], 3, 2), *[stage(w[i], w[i + 1], DEPTHS[i]) for i in range(3)], Context(w[3]))
        self.head = nn.Sequential(conv(w[3], 64, 3), nn.Dropout2d(0.1), nn.Conv2d(64, 2, 1))
        nn.init.constant_(self.head[-1].bias, -3.0)

    def forward(self, x):
        return self.head(self.body(x)).float()


class Exported(nn.Module):
    def __init__(self, network, size):
        super().__init__()
        self.network = network
        cells = size // STRIDE
        y, x = torch.meshgrid(torch.arange(cells), torch.arange(cells), indexing="ij")
        centre = torch.stack([x, y], -1).reshape(-1, 2).float() * STRIDE + STRIDE / 2
        self.register_buffer("boxes", torch.cat([centre - 1.5 * STRIDE, centre + 1.5 * STRIDE], 1).clamp(0, size)[None])

    def forward(self, image):
        x = image.permute(0, 3, 1, 2).float() / 255.0
        scores = self.network(x).sigmoid().flatten(2).transpose(1, 2)
        return self.boxes + 0.0 * scores.sum(), scores
