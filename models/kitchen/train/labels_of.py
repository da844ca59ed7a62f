"""The kitchen's labels, as models/synthetic/kitchen.py writes them; puts models/synthetic/train and models/street/train on the path."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "synthetic/train"))
import pictures  # noqa: E402, F401

LABELS = ["person", "hat", "no_hat", "mask", "no_mask", "smoking", "phone", "rat", "bin_open"]
MASK, NO_MASK = LABELS.index("mask"), LABELS.index("no_mask")
# How often a thing of the class is chosen to be in the middle of a window.
RARITY = [1.0, 1.5, 2.0, 2.5, 2.5, 4.0, 4.0, 4.0, 4.0]
