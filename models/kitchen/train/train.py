"""Trains the kitchen model on rendered kitchens with real faces on rendered heads: one process, one thread; goes on from CACHE/kitchen.pt.

python train.py --cache ~/.cache/qly-train --data ../../../../shared/data --start ~/.cache/qly-train/checkpoint.pt --minutes 30
"""
from labels_of import LABELS, RARITY  # puts models/synthetic/train on the path
from detector import Detector
from faces import paint, real_faces
from fit import arguments, fit
from pictures import Windows, load

REAL_SHARE = 0.55  # of the rendered faces that get a real one


def main():
    a = arguments()
    pictures = load(a.cache / "kitchen", LABELS)
    faces = {label: train for label, (train, _) in real_faces(a.data).items()}
    print(f"{len(pictures)} rendered pictures, {sum(map(len, faces.values()))} real faces", flush=True)
    on_heads = lambda part, labels, random: paint(part, labels, random, faces, REAL_SHARE)
    fit(Detector(classes=len(LABELS)), a.cache / "kitchen.pt", a, lambda seed: Windows(pictures, seed, RARITY, on_heads))


if __name__ == "__main__":
    main()
