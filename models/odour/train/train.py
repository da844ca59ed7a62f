"""Trains the odour classifier and measures it: 5-fold by exposure, leave one board out, and the shipped model on unseen exposures.

python train.py --data ../shared/data/timeseries/gas_twin_arrays_631x10x8.csv --to ..   (about 2 minutes on one core)
"""
import argparse
import hashlib
import json
import pathlib

import numpy as np
import onnxruntime
import torch
from torch import nn

from exposures import CLEAN_STEPS, LABELS, SENSORS, STEPS, baseline, boards, clean_steps, gas_window, read

SEED = 20200628


class Classifier(nn.Module):
    """Resistances and the array's own clean-air baseline in, probabilities out; everything relative to the baseline, so slow drift cancels."""

    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Conv1d(2 * SENSORS, 32, 3), nn.ReLU(), nn.Conv1d(32, 32, 3), nn.ReLU())
        self.out = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, len(LABELS)))

    def logits(self, window, base):
        response = torch.log(window.clamp(min=1e-3) / base.clamp(min=1e-3)[:, None])
        size = response.pow(2).sum(-1, keepdim=True).add(0.01).sqrt()
        x = self.time(torch.cat([response, response / size], -1).transpose(1, 2))
        return self.out(torch.cat([x.amax(-1), x[..., -3:].mean(-1)], -1))

    def forward(self, window, baseline):
        return torch.softmax(self.logits(window, baseline), -1)


def draw(exposures, labels, random, count):
    """Random training windows: any phase of an exposure, clean air one in four, board gains and a baseline that is a little wrong."""
    windows, bases, wanted = [], [], []
    for i in random.integers(len(exposures), size=count):
        exposure, base = exposures[i], baseline(exposures[i])
        if random.random() < 0.25:
            window, label = clean_steps(exposure, random, STEPS), 0
        else:
            window, label = gas_window(exposure, random, int(random.integers(0, 8))), labels[i]
            gain = np.exp(random.normal(0, 0.12, SENSORS)) * np.exp(random.normal(0, 0.25))
            window = base * np.exp(np.log(window / base) * gain)
        board = np.exp(random.normal(0, 0.15, SENSORS))
        error = np.exp(random.normal(0, 0.008, SENSORS) + random.normal(0, 0.012))
        windows.append(window * board * np.exp(random.normal(0, 0.003, window.shape)))
        bases.append(base * board * error)
        wanted.append(label)
    as_tensor = lambda v: torch.tensor(np.array(v), dtype=torch.float32)
    return as_tensor(windows), as_tensor(bases), torch.tensor(wanted)


def fit(exposures, labels, seed, steps=1500):
    torch.manual_seed(seed)
    random, model = np.random.default_rng(seed), Classifier()
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        window, base, wanted = draw(exposures, labels, random, 96)
        loss = nn.functional.cross_entropy(model.logits(window, base), wanted, label_smoothing=0.03)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return model.eval()


def judge(predict, exposures, labels):
    """Accuracy on whole exposures as recorded, on windows of other phases, and on clean air; and the confusion of the first."""
    random = np.random.default_rng(1)
    bases = np.array([baseline(e) for e in exposures])
    as_recorded = predict(exposures, bases).argmax(-1)
    phases = [predict(np.array([gas_window(e, random, s) for e in exposures]), bases).argmax(-1) for s in (0, 2, 5, 7)]
    clean = predict(np.array([clean_steps(e, random, STEPS) for e in exposures]), bases).argmax(-1)
    confusion = np.zeros((len(LABELS), len(LABELS)), int)
    np.add.at(confusion, (labels, as_recorded), 1)
    np.add.at(confusion, (np.zeros_like(clean), clean), 1)
    return {
        "exposures": len(labels),
        "accuracy": round(float((as_recorded == labels).mean()), 4),
        "accuracyOtherPhases": round(float(np.mean([(p == labels).mean() for p in phases])), 4),
        "cleanAirKept": round(float((clean == 0).mean()), 4),
    }, confusion


def torch_predict(model):
    def predict(windows, bases):
        with torch.no_grad():
            return model(torch.tensor(windows, dtype=torch.float32), torch.tensor(bases, dtype=torch.float32)).numpy()

    return predict


def pooled(parts):
    total = sum(p["exposures"] for p in parts)
    keys = ("accuracy", "accuracyOtherPhases", "cleanAirKept")
    return {"exposures": total, **{k: round(sum(p[k] * p["exposures"] for p in parts) / total, 4) for k in keys}}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--to", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    labels, exposures = read(arguments.data)
    board = boards(exposures)
    fold = np.random.default_rng(SEED).permutation(len(labels)) % 5
    metrics = {"boards": np.bincount(board).tolist()}
    folds = [judge(torch_predict(fit(exposures[fold != k], labels[fold != k], SEED + k)), exposures[fold == k], labels[fold == k]) for k in range(5)]
    metrics["fiveFoldByExposure"] = pooled([f[0] for f in folds])
    left_out = [judge(torch_predict(fit(exposures[board != b], labels[board != b], SEED + 10 + b)), exposures[board == b], labels[board == b])[0] for b in range(5)]
    metrics["leaveOneBoardOut"] = {**pooled(left_out), "byBoard": [p["accuracy"] for p in left_out]}

    model = fit(exposures[fold != 0], labels[fold != 0], SEED)  # the shipped one never saw fold 0
    file = arguments.to / "model.onnx"
    example = (torch.ones(1, STEPS, SENSORS), torch.ones(1, SENSORS))
    torch.onnx.export(model, example, str(file), input_names=["window", "baseline"], output_names=["probabilities"], opset_version=17, dynamo=False)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    predict = lambda windows, bases: np.concatenate([
        session.run(None, {"window": w[None].astype(np.float32), "baseline": b[None].astype(np.float32)})[0] for w, b in zip(windows, bases)
    ])
    metrics["shippedOnUnseenExposures"], confusion = judge(predict, exposures[fold == 0], labels[fold == 0])
    metrics["confusion"] = {"labels": LABELS, "rows": confusion.tolist()}
    metrics["dataSha256"] = hashlib.sha256(pathlib.Path(arguments.data).read_bytes()).hexdigest()
    np.savetxt(arguments.to / "train" / "unseen-exposures.txt", np.flatnonzero(fold == 0)[None], fmt="%d", delimiter=",")
    (arguments.to / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    description = {
        "file": "model.onnx",
        "family": "classifier",
        "labels": LABELS,
        "input": {
            "kind": "gas_array",
            "steps": STEPS,
            "sensors": SENSORS,
            "unit": "kOhm",
            "tensors": {"window": [1, STEPS, SENSORS], "baseline": [1, SENSORS]},
            "description": "window: resistances, oldest step first; baseline: the array's own clean-air resistances. log(window/baseline) is taken inside the graph",
        },
        "output": {"probabilities": [1, len(LABELS)]},
        "threshold": 0.6,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "licence": "Apache-2.0 (weights trained by this project from random initialisation; data licence in README.md)",
        "trainedOn": "UCI 361 Twin gas sensor arrays, reduced copy of 631 exposures x 10 steps x 8 sensors (copy: education purpose)",
        "parameters": sum(p.numel() for p in model.parameters()),
    }
    (arguments.to / "model.json").write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps(metrics, indent=1))


if __name__ == "__main__":
    main()
