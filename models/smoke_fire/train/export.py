"""Writes model.onnx (own family, opset 17) and model.json from a checkpoint, and checks that the graph agrees with torch.

python export.py --checkpoint ~/.cache/qly-train/smoke-fire-none.pt --to ..
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

from network import Exported, Network
from scenes import LABELS

SIZE = 416
TRAINED_ON = (
    "fire_smoke: Abonia1/YOLOv8-Fire-and-Smoke-Detection@f2c67efa (Roboflow fire-wrpgm v8), CC BY 4.0; smoke and flames painted on, and as negatives: "
    "vehicles_cctv (yuskun/object_detected@aa099629), street_motorcycle_car (nervewastaken/VehicleDetection@666782be), vehicles_openimages, aerial_city_vehicles "
    "(jekhor/aerial-cars-dataset@d2ed927f), indoor_one_by_one_person (intel-iot-devkit/sample-videos@57978890), and pictures rendered by simulators/cctv"
)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--to", type=pathlib.Path, required=True)
    parser.add_argument("--fire", type=float, default=0.5)
    parser.add_argument("--smoke", type=float, default=0.5)
    a = parser.parse_args()
    torch.set_num_threads(1)
    state = torch.load(a.checkpoint, weights_only=True)
    network = Network()
    network.load_state_dict(state["average"])
    model = Exported(network.eval(), SIZE).eval()
    image = torch.randint(0, 256, (1, SIZE, SIZE, 3), dtype=torch.uint8)
    file = a.to / "model.onnx"
    torch.onnx.export(model, (image,), str(file), input_names=["image"], output_names=["boxes", "scores"], opset_version=17, dynamo=False)
    onnx.checker.check_model(onnx.load(str(file)))
    boxes, scores = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"]).run(None, {"image": image.numpy()})
    with torch.no_grad():
        wanted = model(image)
    print("largest difference to torch:", float(np.abs(boxes - wanted[0].numpy()).max()), float(np.abs(scores - wanted[1].numpy()).max()))
    description = {
        "file": "model.onnx",
        "family": "qianliyan",
        "labels": LABELS,
        "input": {"width": SIZE, "height": SIZE, "letterbox": "centre"},
        "threshold": min(a.fire, a.smoke),
        "thresholds": {"fire": a.fire, "smoke": a.smoke},
        "nms": 0.3,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "licence": "Apache-2.0 (weights trained by this project from random initialisation; data licences in README.md)",
        "trainedOn": TRAINED_ON,
        "version": f"{datetime.date.today().isoformat()}-step{state['step']}",
        "parameters": sum(p.numel() for p in network.parameters()),
    }
    (a.to / "model.json").write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    print(file, file.stat().st_size, "bytes after", round(state["spent"] / 60, 1), "min, step", state["step"])


if __name__ == "__main__":
    main()
