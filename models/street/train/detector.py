"""The street detector: a dense residual backbone, a 64-channel PAN and one head shared over strides 8, 16 and 32.

Input of `Detector` is float RGB 0..1 [B,3,H,W]; output per anchor point: class logits and boxes (xyxy, input pixels).
`Exported` wraps it into the product's own family: `image` uint8 [1,H,W,3] in, `boxes` [1,N,4] and `scores` [1,N,C] out.
"""
import torch
from torch import nn

LABELS = ["car", "large_vehicle", "two_wheeler", "person"]
STRIDES = (8, 16, 32)


def conv(cin, cout, k=3, s=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(cin, cout, k, s, k // 2, groups=groups, bias=False),
        nn.BatchNorm2d(cout, momentum=0.03, eps=1e-3),
        nn.ReLU(inplace=True),
    )


class Depthwise(nn.Conv2d):
    """Stays in float32 under autocast: its bfloat16 gradient is eight times slower on CPUs."""

    def __init__(self, c, k, s):
        super().__init__(c, c, k, s, k // 2, groups=c, bias=False)

    def forward(self, x):
        with torch.autocast("cpu", enabled=False):
            return super().forward(x.float())


def separable(cin, cout, k=5, s=1):
    return nn.Sequential(
        Depthwise(cin, k, s),
        nn.BatchNorm2d(cin, momentum=0.03, eps=1e-3),
        nn.Conv2d(cin, cout, 1, bias=False),
        nn.BatchNorm2d(cout, momentum=0.03, eps=1e-3),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.body = nn.Sequential(conv(c, c // 2, 1), conv(c // 2, c, 3))

    def forward(self, x):
        return x + self.body(x)


def stage(cin, cout, depth):
    return nn.Sequential(conv(cin, cout, 3, 2), *[Residual(cout) for _ in range(depth)])


class Context(nn.Module):
    """Max pools of growing reach, so that a stride-32 cell sees the whole of a large vehicle."""

    def __init__(self, c):
        super().__init__()
        self.reduce, self.merge = conv(c, c // 2, 1), conv(c * 2, c, 1)
        self.pool = nn.MaxPool2d(5, 1, 2)

    def forward(self, x):
        x = self.reduce(x)
        a = self.pool(x)
        b = self.pool(a)
        return self.merge(torch.cat([x, a, b, self.pool(b)], 1))


class Detector(nn.Module):
    def __init__(self, classes=len(LABELS), widths=(16, 32, 64, 128, 192), depths=(1, 2, 3, 2), neck=64):
        super().__init__()
        w = widths
        self.stem = conv(3, w[0], 3, 2)
        self.s4, self.s8 = stage(w[0], w[1], depths[0]), stage(w[1], w[2], depths[1])
        self.s16 = stage(w[2], w[3], depths[2])
        self.s32 = nn.Sequential(stage(w[3], w[4], depths[3]), Context(w[4]))
        self.lateral = nn.ModuleList([conv(w[i], neck, 1) for i in (2, 3, 4)])
        self.top_down = nn.ModuleList([separable(neck, neck) for _ in range(2)])
        self.down = nn.ModuleList([separable(neck, neck, s=2) for _ in range(2)])
        self.bottom_up = nn.ModuleList([separable(neck, neck) for _ in range(2)])
        self.class_tower = nn.Sequential(separable(neck, neck), separable(neck, neck))
        self.box_tower = nn.Sequential(separable(neck, neck), separable(neck, neck))
        self.class_out, self.box_out = nn.Conv2d(neck, classes, 1), nn.Conv2d(neck, 4, 1)
        self.size_scale = nn.Parameter(torch.ones(len(STRIDES)))
        nn.init.constant_(self.class_out.bias, -4.6)  # prior of 1 %
        nn.init.normal_(self.class_out.weight, std=0.01)
        nn.init.normal_(self.box_out.weight, std=0.01)
        nn.init.zeros_(self.box_out.bias)

    def features(self, x):
        c3 = self.s8(self.s4(self.stem(x)))
        c4 = self.s16(c3)
        c5 = self.s32(c4)
        p3, p4, p5 = (lateral(c) for lateral, c in zip(self.lateral, (c3, c4, c5)))
        up = lambda t: nn.functional.interpolate(t, scale_factor=2, mode="nearest")
        p4 = self.top_down[0](p4 + up(p5))
        p3 = self.top_down[1](p3 + up(p4))
        p4 = self.bottom_up[0](p4 + self.down[0](p3))
        p5 = self.bottom_up[1](p5 + self.down[1](p4))
        return p3, p4, p5

    def forward(self, x):
        """Class logits [B,N,C] and boxes [B,N,4] in input pixels."""
        logits, boxes = [], []
        for level, p in enumerate(self.features(x)):
            stride = STRIDES[level]
            cls = self.class_out(self.class_tower(p)).float()
            raw = self.box_out(self.box_tower(p)).float()
            h, w = p.shape[2:]
            gy, gx = torch.meshgrid(torch.arange(h, device=x.device), torch.arange(w, device=x.device), indexing="ij")
            centre = torch.stack([gx, gy]).float() + 0.5
            xy = (raw[:, :2] + centre) * stride
            half = torch.exp((raw[:, 2:] * self.size_scale[level]).clamp(-4, 5)) * stride
            box = torch.cat([xy - half, xy + half], 1)
            logits.append(cls.flatten(2).transpose(1, 2))
            boxes.append(box.flatten(2).transpose(1, 2))
        return torch.cat(logits, 1), torch.cat(boxes, 1)


def anchor_points(size):
    """Centres [N,2] and strides [N] of all anchor points of a square input."""
    points, strides = [], []
    for s in STRIDES:
        n = size // s
        gy, gx = torch.meshgrid(torch.arange(n), torch.arange(n), indexing="ij")
        points.append((torch.stack([gx, gy], -1).reshape(-1, 2).float() + 0.5) * s)
        strides.append(torch.full((n * n,), float(s)))
    return torch.cat(points), torch.cat(strides)


class Exported(nn.Module):
    def __init__(self, detector):
        super().__init__()
        self.detector = detector

    def forward(self, image):
        x = image.permute(0, 3, 1, 2).float() * (1.0 / 255.0)
        logits, boxes = self.detector(x)
        return boxes, torch.sigmoid(logits)
