"""Training loss: dynamic-k assignment, quality focal loss towards the IoU, GIoU on the boxes.

Anchor points inside an ignore region (a place where labels are known to be missing) give no loss for that region's classes.
"""
import torch
import torch.nn.functional as F


def pair_iou(a, b):
    """IoU of every box of a [N,4] with every box of b [M,4]."""
    lt, rb = torch.max(a[:, None, :2], b[None, :, :2]), torch.min(a[:, None, 2:], b[None, :, 2:])
    inter = (rb - lt).clamp(min=0).prod(-1)
    area = lambda t: (t[:, 2:] - t[:, :2]).clamp(min=0).prod(-1)
    return inter / (area(a)[:, None] + area(b)[None] - inter + 1e-9)


def giou(a, b):
    lt, rb = torch.max(a[:, :2], b[:, :2]), torch.min(a[:, 2:], b[:, 2:])
    inter = (rb - lt).clamp(min=0).prod(-1)
    area = lambda t: (t[:, 2:] - t[:, :2]).clamp(min=0).prod(-1)
    union = area(a) + area(b) - inter + 1e-9
    hull = (torch.max(a[:, 2:], b[:, 2:]) - torch.min(a[:, :2], b[:, :2])).clamp(min=0).prod(-1) + 1e-9
    return inter / union - (hull - union) / hull, inter / union


@torch.no_grad()
def assign(logits, boxes, gt, labels, points, strides, top=10, radius=2.0):
    """For one picture: the ground-truth index of each anchor point, -1 for background."""
    n, m = boxes.shape[0], gt.shape[0]
    owner = torch.full((n,), -1, dtype=torch.long)
    if m == 0:
        return owner
    centre = (gt[:, :2] + gt[:, 2:]) / 2
    near = ((points[:, None] - centre[None]).abs() < radius * strides[:, None, None]).all(-1)
    inside = ((points[:, None] > gt[None, :, :2]) & (points[:, None] < gt[None, :, 2:])).all(-1)
    candidate = near | inside
    keep = candidate.any(1).nonzero(as_tuple=True)[0]
    if keep.numel() == 0:
        return owner
    iou = pair_iou(boxes[keep], gt)
    probability = logits[keep].sigmoid()[:, labels]
    cost = -torch.log(probability.clamp(min=1e-6)) * 1.0 - 3.0 * torch.log(iou + 1e-7)
    cost = cost + 1e5 * (~near[keep]) + 1e7 * (~candidate[keep])
    k = min(top, keep.numel())
    wanted = iou.topk(k, dim=0).values.sum(0).int().clamp(min=1)
    order = cost.argsort(dim=0)
    rank = torch.empty_like(order)
    rank.scatter_(0, order, torch.arange(keep.numel())[:, None].expand_as(order))
    chosen = (rank < wanted[None]) & (cost < 1e6)
    cost = cost.masked_fill(~chosen, float("inf"))
    best = cost.min(1)
    taken = torch.isfinite(best.values)
    owner[keep[taken]] = best.indices[taken]
    return owner


def detection_loss(logits, boxes, targets, points, strides, box_weight=2.0):
    """targets: per picture (boxes [M,4], labels [M], ignore [K,5] with the class group in the last column)."""
    quality = torch.zeros_like(logits)
    weight = torch.ones_like(logits)
    predicted, wanted = [], []
    for i, (gt, labels, ignore) in enumerate(targets):
        owner = assign(logits[i].detach(), boxes[i].detach(), gt, labels, points, strides)
        for region in ignore:
            hit = ((points > region[:2]) & (points < region[2:4])).all(-1)
            classes = slice(0, 3) if region[4] == 0 else slice(3, 4)
            weight[i, hit, classes] = 0
        positive = (owner >= 0).nonzero(as_tuple=True)[0]
        if positive.numel() == 0:
            continue
        g = gt[owner[positive]]
        with torch.no_grad():
            _, iou = giou(boxes[i][positive].detach(), g)
            quality[i, positive, labels[owner[positive]]] = iou.clamp(min=0.05)
            weight[i, positive, labels[owner[positive]]] = 1
        predicted.append(boxes[i][positive])
        wanted.append(g)
    p = logits.sigmoid()
    focal = (quality - p.detach()).abs().pow(2)
    class_loss = (F.binary_cross_entropy_with_logits(logits, quality, reduction="none") * focal * weight).sum()
    total = quality.sum().clamp(min=1.0)
    if not predicted:
        return class_loss / total, logits.sum() * 0
    g, iou = giou(torch.cat(predicted), torch.cat(wanted))
    box_loss = ((1 - g) * iou.detach().clamp(min=0.05)).sum()
    return class_loss / total, box_weight * box_loss / total
