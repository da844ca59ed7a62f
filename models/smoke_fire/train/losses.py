"""What the map is trained by: cells that are known, bags in which something must show, and pictures in which nothing may."""
import torch
from torch.nn import functional as F


def losses_of(network, x, batch):
    """Cross entropy on cells that are known; the surest fifth of a bag must show it; the surest cells of what shows nothing must not."""
    _, target, bag = batch
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network(x)
    logits = logits.float()
    wanted, known = target.clamp(min=0), (target >= 0).float()
    each = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    positive = wanted * known
    dense = (each * positive).sum() / positive.sum().clamp(min=1) + 2 * (each * (known - positive)).sum() / known.sum()
    flat, in_bag = logits.flatten(2), bag.flatten(2)
    count = in_bag.sum(-1)
    some = count > 0
    sure = flat.masked_fill(~in_bag, -1e4).sort(-1, descending=True).values.cumsum(-1)
    k = (count // 5).clamp(min=1)
    top = sure.gather(-1, (k - 1)[..., None])[..., 0] / k
    found = F.softplus(-top[some]).mean() if some.any() else logits.sum() * 0
    empty = (target == 0).flatten(2)
    quiet_pictures = ~(target == 1).flatten(2).any(-1) & (empty.sum(-1) >= 8)
    worst = flat.masked_fill(~empty, -1e4).topk(4).values.mean(-1)
    quiet = F.softplus(worst[quiet_pictures]).mean() if quiet_pictures.any() else logits.sum() * 0
    return dense, found, 1.3 * quiet
