"""Writes model.onnx and model.json of the kitchen model: python export.py --checkpoint ~/.cache/qly-train/kitchen.pt --to .."""
import argparse
import pathlib

from labels_of import LABELS  # puts models/street/train on the path
from detector import Detector, Exported
from written import write_model

SIZE = 416
TRAINED_ON = (
    "pictures rendered by models/synthetic (Apache-2.0); faces on the rendered heads from face_mask (chandrikadeb7/Face-Mask-Detection@7e500749, repository MIT, "
    "pictures scraped); started from the weights of models/street (its data: its card)"
)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--to", type=pathlib.Path, required=True)
    parser.add_argument("--threshold", type=float, default=0.4)
    a = parser.parse_args()
    network = Detector(classes=len(LABELS))
    write_model(a.checkpoint, a.to, network, Exported(network), SIZE, LABELS, TRAINED_ON, threshold=a.threshold)


if __name__ == "__main__":
    main()
