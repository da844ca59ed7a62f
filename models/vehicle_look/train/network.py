"""The embedding: 64 × 64 RGB to 64 numbers of length 1; dense residual blocks, then a learned weight for each place of the last 4 × 4 map."""
import torch
from torch import nn

SIZE, DIMENSIONS = 64, 64
WIDTHS, DEPTHS = (24, 48, 96, 128), (1, 2, 2, 1)


def conv(inputs, outputs, kernel, stride=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Block(nn.Module):
    """1×1 to half the channels, 3×3 back."""

    def __init__(self, channels):
        super().__init__()
        self.layers = nn.Sequential(conv(channels, channels // 2, 1), conv(channels // 2, channels, 3))

    def forward(self, x):
        return x + self.layers(x)


class Look(nn.Module):
    """Pictures float [N,3,64,64] in 0..1 to vectors of length 1 [N,64]."""

    def __init__(self):
        super().__init__()
        stages, inputs = [], 3
        for width, depth in zip(WIDTHS, DEPTHS):
            stages += [conv(inputs, width, 3, 2), *(Block(width) for _ in range(depth))]
            inputs = width
        self.stages = nn.Sequential(*stages)
        self.place = nn.Sequential(nn.Conv2d(inputs, inputs, SIZE // 16, groups=inputs, bias=False), nn.BatchNorm2d(inputs))
        self.head = nn.Linear(inputs, DIMENSIONS)

    def forward(self, x):
        x = self.place(self.stages((x - 0.45) / 0.25)).flatten(1)
        return nn.functional.normalize(self.head(x).float(), dim=1)


class Exported(nn.Module):
    """What is shipped: `image` uint8 [1,64,64,3] RGB to `embedding` float [1,64]."""

    def __init__(self, look):
        super().__init__()
        self.look = look

    def forward(self, image):
        return self.look(image.permute(0, 3, 1, 2).float() / 255)
