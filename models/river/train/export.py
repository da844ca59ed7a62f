"""Writes model.onnx and model.json of the river model: python export.py --checkpoint ~/.cache/qly-train/river.pt --to .."""
import argparse
import pathlib

from network import LABELS, Exported, Network
from written import write_model  # models/street/train

SIZE = 416
TRAINED_ON = "pictures rendered by models/synthetic (Apache-2.0), no real ones; started from the weights of models/street (its data: its card)"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--to", type=pathlib.Path, required=True)
    parser.add_argument("--debris", type=float, default=0.4)
    a = parser.parse_args()
    network = Network()
    write_model(a.checkpoint, a.to, network, Exported(network, SIZE), SIZE, LABELS, TRAINED_ON, threshold=a.debris, thresholds={"debris": a.debris, "water": 0.02})


if __name__ == "__main__":
    main()
