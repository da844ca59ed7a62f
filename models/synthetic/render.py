"""Writes rendered pictures with exact boxes as a YOLO folder: images/, labels/, classes.txt, and for the river water/ (white: water surface).

python render.py --scene river --seed 1 --count 300 --out ~/.cache/qly-train/river     (one thread; seeds that are there already are passed over)
"""
import argparse
import contextlib
import os
import pathlib
import time

import cv2
import numpy as np

import kitchen
import lens
import river
from labels import yolo_lines
from studio import Studio

SCENES = {"kitchen": kitchen, "river": river}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scene", choices=list(SCENES), required=True)
    parser.add_argument("--seed", type=int, default=1, help="of the first picture; the next has the next")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    a = parser.parse_args()
    cv2.setNumThreads(1)
    scene = SCENES[a.scene]
    for part in ("images", "labels", *(["water"] if scene.HAS_WATER else [])):
        (a.out / part).mkdir(parents=True, exist_ok=True)
    (a.out / "classes.txt").write_text("\n".join(scene.LABELS) + "\n")
    started, made = time.monotonic(), 0
    for seed in range(a.seed, a.seed + a.count):
        if not (a.out / "labels" / f"{seed:06d}.txt").exists():
            write(scene, seed, a.out)
            made += 1
            if made % 10 == 0:
                print(f"{made} pictures, {(time.monotonic() - started) / made:.2f} s each", flush=True)
    print("done", flush=True)


def write(scene, seed, out):
    """One picture; the label file comes last and says that it is whole."""
    random = np.random.default_rng([seed, sum(scene.__name__.encode())])
    studio = Studio(random)
    view = scene.build(studio)
    with quiet():
        linear, depth, indices = studio.render()
    height, width = indices.shape
    boxes = view.boxes(indices)
    picture = lens.photograph(linear, depth, random, scene.OUTDOORS, view.night, view.infrared)
    name = f"{seed:06d}"
    if scene.HAS_WATER:
        cv2.imwrite(str(out / "water" / f"{name}.png"), (np.isin(indices, view.water) * 255).astype(np.uint8))
    cv2.imwrite(str(out / "images" / f"{name}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, lens.jpeg_quality(random)])
    (out / "labels" / f"{name}.txt").write_text(yolo_lines(boxes, scene.LABELS, width, height))


@contextlib.contextmanager
def quiet():
    """Blender writes to the process's standard output past Python."""
    kept, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nothing)


if __name__ == "__main__":
    main()
