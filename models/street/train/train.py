"""Trains the street detector from random initialisation; resumable, seeded, scheduled by time.

Two processes of one thread each share every batch (gradients are averaged): on a busy machine that loses far less to waiting than two
threads in every convolution.

python train.py --cache ~/.cache/qly-train --minutes 95 [--simulated DIR]   continues from <cache>/checkpoint.pt if it is there.
Pictures of the simulator join as soon as DIR holds a YOLO folder (it is looked at again every 2,000 samples).
"""
import argparse
import copy
import math
import pathlib
import time

import numpy as np
import torch
from torch import distributed

from detector import Detector, anchor_points
from loss import detection_loss
from windows import Sampler, load_index, load_yolo

BATCH, RATE, DECAY, WARMUP = 16, 1.5e-3, 0.03, 150
# From this share of the time on, windows of this size with this share of mosaics; small windows first buy more steps.
PHASES = ((0.0, 256, 0.6), (0.55, 320, 0.5), (0.85, 416, 0.15))


class Stream(torch.utils.data.IterableDataset):
    """An endless stream of batches, cut in a worker process."""

    def __init__(self, cache, simulated, seed, phase, batch):
        self.cache, self.simulated, self.seed, self.phase, self.batch = cache, simulated, seed, phase, batch

    def __iter__(self):
        import cv2

        cv2.setNumThreads(1)
        sources = load_index(self.cache / "index.json")
        sampler, count, seen = Sampler(sources, self.seed), 0, -1
        while True:
            if self.simulated and count % 2000 < self.batch:
                files = sum(1 for _ in (self.simulated / "images").iterdir()) if (self.simulated / "images").exists() else 0
                if files != seen and files >= 50:
                    sources["simulated"] = load_yolo(self.simulated, longest=960)
                    sampler.set_sources(sources)
                    print(f"simulated pictures: {len(sources['simulated'])}", flush=True)
                seen = files
            _, size, mosaic = [phase for phase in PHASES if self.phase.value >= phase[0]][-1]
            pictures, targets = [], []
            for _ in range(self.batch):
                picture, labels, ignore = sampler.sample(size, mosaic)
                pictures.append(picture)
                targets.append((torch.from_numpy(labels[:, :4].copy()), torch.from_numpy(labels[:, 4].astype(np.int64)), torch.from_numpy(ignore)))
            count += self.batch
            yield torch.from_numpy(np.stack(pictures)), targets


def parameter_groups(model):
    decay, plain = [], []
    for p in model.parameters():
        (decay if p.ndim > 1 else plain).append(p)
    return [{"params": decay, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}]


@torch.no_grad()
def follow(average, model, decay):
    for a, b in zip(average.state_dict().values(), model.state_dict().values()):
        if a.dtype.is_floating_point:
            a.lerp_(b, 1 - decay)
        else:
            a.copy_(b)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--simulated", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20200628)
    arguments = parser.parse_args()
    torch.multiprocessing.spawn(train, (arguments,), nprocs=arguments.processes)


def train(rank, arguments):
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    meeting = arguments.cache / "meeting"
    if rank == 0:
        meeting.unlink(missing_ok=True)
    else:
        time.sleep(2)
    distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=arguments.processes)

    model = Detector().to(memory_format=torch.channels_last)
    average = copy.deepcopy(model).eval()
    optimiser = torch.optim.AdamW(parameter_groups(model), lr=RATE)
    step, spent, file = 0, 0.0, arguments.cache / "checkpoint.pt"
    if file.exists():
        state = torch.load(file, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step, spent = state["step"], state["spent"]
    if rank == 0:
        print(f"{sum(p.numel() for p in model.parameters())} parameters; from step {step}, {spent / 60:.1f} min", flush=True)

    phase = torch.multiprocessing.Value("d", spent / (arguments.minutes * 60))
    stream = Stream(arguments.cache, arguments.simulated, arguments.seed + step * 2 + rank, phase, BATCH // arguments.processes)
    loader = iter(torch.utils.data.DataLoader(stream, batch_size=None, num_workers=1, prefetch_factor=6))
    points = {size: anchor_points(size) for _, size, _ in PHASES}
    parameters = list(model.parameters())
    model.train()
    began, saved, sums = time.monotonic() - spent, time.monotonic(), np.zeros(2)
    while True:
        clock = torch.tensor([time.monotonic() - began], dtype=torch.float64)
        distributed.broadcast(clock, 0)  # all go by the first one's clock, so that they stop at the same step
        spent = clock.item()
        phase.value = progress = spent / (arguments.minutes * 60)
        if progress >= 1:
            break
        rate = RATE * min(1.0, (step + 1) / WARMUP) * (0.02 + 0.98 * (1 + math.cos(math.pi * progress)) / 2)
        for group in optimiser.param_groups:
            group["lr"] = rate
        pictures, targets = next(loader)
        x = pictures.permute(0, 3, 1, 2).float().div_(255).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits, boxes = model(x)
        class_loss, box_loss = detection_loss(logits.float(), boxes.float(), targets, *points[pictures.shape[1]])
        optimiser.zero_grad(set_to_none=True)
        (class_loss + box_loss).backward()
        share_gradients(parameters, arguments.processes)
        torch.nn.utils.clip_grad_norm_(parameters, 10.0)
        optimiser.step()
        step += 1
        if rank > 0:
            continue
        follow(average, model, min(0.999, (1 + step) / (10 + step)))
        sums += [class_loss.item(), box_loss.item()]
        if step % 50 == 0:
            print(f"{spent / 60:6.1f} min step {step} size {pictures.shape[1]} class {sums[0] / 50:.3f} box {sums[1] / 50:.3f} lr {rate:.2e}", flush=True)
            sums[:] = 0
        if time.monotonic() - saved > 150:
            save(file, model, average, optimiser, step, spent)
            saved = time.monotonic()
    if rank == 0:
        save(file, model, average, optimiser, step, spent)
        print("done", flush=True)


def share_gradients(parameters, processes):
    """Averages the gradients over the processes, in one message."""
    flat = torch.cat([p.grad.reshape(-1) for p in parameters])
    distributed.all_reduce(flat)
    at = 0
    for p in parameters:
        p.grad.copy_(flat[at : at + p.numel()].view_as(p))
        at += p.numel()
        p.grad /= processes


def save(file, model, average, optimiser, step, spent):
    part = file.with_suffix(".part")
    torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "spent": spent}, part)
    part.replace(file)


if __name__ == "__main__":
    main()
