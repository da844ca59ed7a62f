"""The river's network: the street detector for debris, and beside it the water's surface as a map of 8 px cells.

`Exported` is the product's own family. Its last box is the whole input: the score of `water` there is the share of the picture that shows water
(the grey of the letterbox does not count).
"""
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "synthetic/train"))
import pictures  # noqa: E402, F401  puts models/street/train on the path
from detector import Detector, conv  # noqa: E402

LABELS = ["debris", "water"]


class Network(Detector):
    def __init__(self):
        super().__init__(classes=1)
        self.surface = nn.Sequential(conv(64, 32, 3), nn.Conv2d(32, 1, 1))

    def features(self, x):
        levels = super().features(x)
        self.water = self.surface(levels[0]).float()[:, 0]  # of the latest picture; logits [B,H/8,W/8]
        return levels


class Exported(nn.Module):
    def __init__(self, network, size):
        super().__init__()
        self.network = network
        self.register_buffer("whole", torch.tensor([[[0.0, 0.0, size, size]]]))

    def forward(self, image):
        pixels = image.permute(0, 3, 1, 2).float()
        logits, boxes = self.network(pixels * (1.0 / 255.0))
        debris = torch.sigmoid(logits)
        seen = nn.functional.avg_pool2d(((pixels - 114.0).abs().sum(1, keepdim=True) > 0).float(), pictures.CELL)[:, 0]
        share = (torch.sigmoid(self.network.water) * seen).sum((1, 2)) / seen.sum((1, 2)).clamp(min=1.0)
        nothing = torch.zeros_like(debris)
        scores = torch.cat([torch.cat([debris, nothing], 2), torch.stack([share * 0, share], 1)[:, None]], 1)
        return torch.cat([boxes, self.whole], 1), scores
