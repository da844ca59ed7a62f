"""Writes model.onnx (own family of several frames, opset 17) and model.json from the street backbone and a head, and checks that the graph agrees with torch.

python export_stacks.py --cache ~/.cache/qly-train --fold none --to .. --fire 0.5 --smoke 0.5
"""
import argparse
import datetime
import hashlib
import json
import pathlib

import numpy as np
import onnx
import onnxruntime
import torch

from flame_network import FRAMES, Exported
from scenes import LABELS
from sequences import EVERY, SIDE

TRAINED_ON = (
    "fire_smoke: Abonia1/YOLOv8-Fire-and-Smoke-Detection@f2c67efa (Roboflow fire-wrpgm v8), CC BY 4.0; flames and smoke of our own fluid solver painted on, and as negatives: "
    "vehicles_cctv (yuskun/object_detected@aa099629), street_motorcycle_car (nervewastaken/VehicleDetection@666782be), vehicles_openimages, aerial_city_vehicles "
    "(jekhor/aerial-cars-dataset@d2ed927f), clips of intel-iot-devkit/sample-videos@57978890 (CC BY 4.0) and ltb2k/illegal-parking-detection-ITS@87fc958d (MIT), "
    "pictures rendered by simulators/cctv; backbone: models/street, trained by us from random initialisation"
)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--fold", default="none")
    parser.add_argument("--to", type=pathlib.Path, required=True)
    parser.add_argument("--fire", type=float, required=True)
    parser.add_argument("--smoke", type=float, required=True)
    a = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    model = Exported(SIDE).eval()
    model.features.backbone.load(a.cache / "checkpoint.pt")
    model.head.load_state_dict(torch.load(a.cache / f"smoke-fire-stacks/head-{a.fold}.pt", weights_only=True))
    image = torch.randint(0, 256, (1, FRAMES * SIDE, SIDE, 3), dtype=torch.uint8)
    a.to.mkdir(parents=True, exist_ok=True)
    file = a.to / "model.onnx"
    torch.onnx.export(model, (image,), str(file), input_names=["image"], output_names=["boxes", "scores"], opset_version=17, dynamo=False)
    onnx.checker.check_model(onnx.load(str(file)))
    boxes, scores = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"]).run(None, {"image": image.numpy()})
    wanted = model(image)
    print("largest difference to torch:", float(np.abs(boxes - wanted[0].numpy()).max()), float(np.abs(scores - wanted[1].numpy()).max()))
    description = {
        "file": "model.onnx",
        "family": "qianliyan",
        "labels": LABELS,
        "input": {"width": SIDE, "height": SIDE, "letterbox": "centre"},
        "frames": {"count": FRAMES, "everySeconds": EVERY},
        "threshold": min(a.fire, a.smoke),
        "thresholds": {"fire": a.fire, "smoke": a.smoke},
        "nms": 0.3,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "licence": "Apache-2.0 (weights trained by this project from random initialisation; data licences in README.md)",
        "trainedOn": TRAINED_ON,
        "version": f"{datetime.date.today().isoformat()}-{a.fold}",
        "parameters": sum(p.numel() for p in model.parameters()),
    }
    (a.to / "model.json").write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    print(file, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
