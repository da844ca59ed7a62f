"""Trains the embedding from random initialisation by supervised contrastive learning; resumable, seeded, scheduled by time.

python train.py --cache ~/.cache/qly-train --minutes 35   continues from CACHE/vehicle-look/checkpoint.pt if it is there.

A batch is 128 vehicles seen twice. They come in eights that are easily taken for each other (the same places of a rendered street, the same
road camera, the same class), and who may be the same vehicle without our knowing (a neighbouring moment of the scene) is left out of the loss.
"""
import argparse
import copy
import math
import pathlib
import time

import numpy as np
import torch

from augment import other_day
from network import Look

BATCH, TOGETHER, RATE, DECAY, WARMUP, TEMPERATURE = 128, 8, 2e-3, 0.03, 100, 0.1
# Within so long (in the units of the scene's moments: frames, seconds) the same vehicle may show again.
NEAR = {"vehicles_cctv": 6.0, "street_motorcycle_car": 20.0, "aerial_city_vehicles": 1e9}


class Vehicles:
    """The crops by vehicle, and vehicles by cell."""

    def __init__(self, file):
        with np.load(file) as columns:
            self.crops = columns["crop"]
            names, self.vehicle = np.unique(columns["vehicle"], return_inverse=True)
            self.scene, self.moment, self.picture = columns["scene"], columns["moment"], columns["picture"]
            cell = np.array([c.split("/")[0] for c in columns["cell"]])
        self.views = [[] for _ in names]
        for row, vehicle in enumerate(self.vehicle):
            self.views[vehicle].append(row)
        self.cells = {}
        for vehicle, rows in enumerate(self.views):
            self.cells.setdefault(cell[rows[0]], []).append(vehicle)
        self.simulated = [c for c in self.cells if c.startswith("s") and c[1:2].isdigit()]
        self.real = [c for c in self.cells if c not in set(self.simulated)]
        sizes = np.array([len(self.cells[c]) for c in self.real], float)
        self.real_share = sizes**0.7 / (sizes**0.7).sum()

    def batch(self, random):
        chosen = []
        while len(chosen) < BATCH:
            if random.random() < 0.45:
                cell = self.simulated[random.integers(len(self.simulated))]
            else:
                cell = random.choice(self.real, p=self.real_share)
            group = [v for v in random.permutation(self.cells[cell])[: TOGETHER] if v not in chosen]
            chosen += group[: BATCH - len(chosen)]
        rows = [random.choice(self.views[v], 2, replace=len(self.views[v]) < 2) for v in chosen]
        first, second = np.array(rows).T
        return np.concatenate([first, second])

    def doubtful(self, rows):
        """Pairs that may be the same vehicle although nobody says so."""
        scene, moment, picture = self.scene[rows], self.moment[rows], self.picture[rows]
        near = np.array([NEAR.get(s.split("/")[0], 0.0) for s in scene])
        close = np.abs(moment[:, None] - moment[None]) <= near[:, None]
        elsewhere = picture[:, None] != picture[None]
        return torch.from_numpy((scene[:, None] == scene[None]) & close & elsewhere & (near[:, None] > 0))


def contrastive(vectors, vehicles, doubtful):
    """Supervised contrastive loss (Khosla et al., NeurIPS 2020) with doubtful pairs left out."""
    n = len(vectors)
    same = vehicles[:, None] == vehicles[None]
    oneself = torch.eye(n, dtype=torch.bool)
    logits = (vectors @ vectors.T / TEMPERATURE).masked_fill(oneself | (doubtful & ~same), -1e9)
    log = logits - torch.logsumexp(logits, 1, keepdim=True)
    positive = same & ~oneself
    return -(log * positive).sum(1).div(positive.sum(1)).mean()


@torch.no_grad()
def follow(average, model, decay):
    for a, b in zip(average.state_dict().values(), model.state_dict().values()):
        if a.dtype.is_floating_point:
            a.lerp_(b, 1 - decay)
        else:
            a.copy_(b)


def save(file, **state):
    part = file.with_suffix(".part")
    torch.save({k: v.state_dict() if hasattr(v, "state_dict") else v for k, v in state.items()}, part)
    part.replace(file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=20200628)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    vehicles = Vehicles(arguments.cache / "vehicle-look/train.npz")
    file = arguments.cache / "vehicle-look/checkpoint.pt"
    torch.manual_seed(arguments.seed)
    model = Look().to(memory_format=torch.channels_last)
    average = copy.deepcopy(model).eval()
    decayed = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": DECAY}, {"params": rest, "weight_decay": 0.0}], lr=RATE)
    step, spent = 0, 0.0
    if file.exists():
        state = torch.load(file, weights_only=True)
        for name, part in (("model", model), ("average", average), ("optimiser", optimiser)):
            part.load_state_dict(state[name])
        step, spent = state["step"], state["spent"]
    seed = arguments.seed + step
    torch.manual_seed(seed)
    np.random.seed(seed)
    random = np.random.default_rng(seed)
    print(sum(p.numel() for p in model.parameters()), "parameters,", len(vehicles.views), "vehicles,", len(vehicles.crops), "crops", flush=True)
    began, saved, loss_sum = time.monotonic() - spent, time.monotonic(), 0.0
    model.train()
    while (spent := time.monotonic() - began) < arguments.minutes * 60:
        progress = spent / (arguments.minutes * 60)
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / WARMUP) * (0.02 + 0.98 * (1 + math.cos(math.pi * progress)) / 2)
        rows = vehicles.batch(random)
        crops = torch.from_numpy(vehicles.crops[rows][..., ::-1].copy()).permute(0, 3, 1, 2)
        mirrored = (torch.rand(BATCH) < 0.5).repeat(2)
        views = other_day(crops, mirrored).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors = model(views)
        loss = contrastive(vectors, torch.from_numpy(vehicles.vehicle[rows]), vehicles.doubtful(rows))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        step += 1
        follow(average, model, min(0.995, (1 + step) / (10 + step)))
        loss_sum += loss.item()
        if step % 50 == 0:
            print(f"{spent / 60:6.1f} min step {step} loss {loss_sum / 50:.3f}", flush=True)
            loss_sum = 0.0
        if time.monotonic() - saved > 120:
            save(file, model=model, average=average, optimiser=optimiser, step=step, spent=spent)
            saved = time.monotonic()
    save(file, model=model, average=average, optimiser=optimiser, step=step, spent=spent)
    print("done", flush=True)


if __name__ == "__main__":
    main()
