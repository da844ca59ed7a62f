"""The training loop of the one-process models: AdamW, cosine over the minutes given, EMA, checkpoint; goes on from the checkpoint if there is one."""
import copy
import math
import time

import numpy as np
import torch

DECAY, WARMUP = 0.03, 60


def run(network, file, minutes, rate, stream, losses_of, phases=((0.0, 256),), momentum=0.995):
    """
    stream(step, size): an IterableDataset of batches whose first part is the pictures [B,S,S,3] uint8; `size` is shared and changes with `phases`
    (share of the time, pixels). losses_of(network, x, batch) gives a tuple of terms; their sum is descended.
    """
    torch.set_num_threads(1)
    average = copy.deepcopy(network).eval()
    groups = [{"params": [p for p in network.parameters() if p.ndim > 1], "weight_decay": DECAY}, {"params": [p for p in network.parameters() if p.ndim < 2], "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=rate)
    step, spent = 0, 0.0
    if file.exists():
        state = torch.load(file, weights_only=True)
        network.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step, spent = state["step"], state["spent"]
    print(f"{sum(p.numel() for p in network.parameters())} parameters; from step {step}, {spent / 60:.1f} min", flush=True)
    size = torch.multiprocessing.Value("i", phases[0][1])
    loader = iter(torch.utils.data.DataLoader(stream(step, size), batch_size=None, num_workers=1, prefetch_factor=6))
    network.train()
    sums, saved, last = 0.0, time.monotonic(), time.monotonic()
    while spent < minutes * 60:
        progress = spent / (minutes * 60)
        size.value = [pixels for share, pixels in phases if progress >= share][-1]
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / WARMUP) * (0.02 + 0.49 * (1 + math.cos(math.pi * progress)))
        batch = next(loader)
        x = pixels(batch[0])
        losses = losses_of(network, x, batch)
        optimiser.zero_grad(set_to_none=True)
        sum(losses).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        step += 1
        follow(average, network, min(momentum, (1 + step) / (10 + step)))
        sums = sums + np.array([loss.item() for loss in losses])
        now = time.monotonic()
        spent += min(5.0, now - last)  # a pause of the process is no training
        last = now
        if step % 25 == 0:
            print(f"{spent / 60:5.1f} min step {step} size {x.shape[-1]} losses {np.round(sums / 25, 3)}", flush=True)
            sums = 0.0
        if now - saved > 60:
            save(file, network, average, optimiser, step, spent)
            saved = now
    save(file, network, average, optimiser, step, spent)
    print("done", flush=True)


def pixels(pictures):
    """0..1, channels first; sequences [B,T,S,S,3] keep their frames."""
    if pictures.ndim == 5:
        return pictures.permute(0, 1, 4, 2, 3).float().div_(255)
    return pictures.permute(0, 3, 1, 2).float().div_(255).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def follow(average, model, decay):
    for a, b in zip(average.state_dict().values(), model.state_dict().values()):
        a.lerp_(b, 1 - decay) if a.dtype.is_floating_point else a.copy_(b)


def save(file, model, average, optimiser, step, spent):
    part = file.with_suffix(".part")
    torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "spent": spent}, part)
    part.replace(file)
