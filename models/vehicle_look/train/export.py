"""Writes model.onnx (family `embedding`, opset 17) and model.json from a checkpoint, and checks that they agree with torch.

python export.py --checkpoint ~/.cache/qly-train/vehicle-look/checkpoint.pt --to ..
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

from network import SIZE, Exported, Look

TRAINED_ON = [
    "vehicles_cctv: yuskun/object_detected@aa099629 (Roboflow atl-version-2 v12), CC BY 4.0",
    "street_motorcycle_car: nervewastaken/VehicleDetection@666782be (Roboflow modes-of-transport v2), CC BY 4.0",
    "vehicles_openimages: yuskun/object_detected@aa099629 (Roboflow Vehicles-OpenImages); Open Images pictures CC BY 2.0, labels CC BY 4.0",
    "aerial_city_vehicles: jekhor/aerial-cars-dataset@d2ed927f, mixed CC BY 3.0 / CC BY-SA / YouTube standard licence",
    "vehicles rendered by simulators/cctv, Apache-2.0",
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--to", type=pathlib.Path, required=True)
    a = parser.parse_args()
    torch.set_num_threads(1)
    state = torch.load(a.checkpoint, weights_only=True)
    look = Look()
    look.load_state_dict(state["average"])
    model = Exported(look.eval()).eval()
    image = torch.randint(0, 256, (1, SIZE, SIZE, 3), dtype=torch.uint8)
    file = a.to / "model.onnx"
    torch.onnx.export(model, (image,), str(file), input_names=["image"], output_names=["embedding"], opset_version=17, dynamo=False)
    onnx.checker.check_model(onnx.load(str(file)))
    (found,) = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"]).run(None, {"image": image.numpy()})
    with torch.no_grad():
        wanted = model(image).numpy()
    print("largest difference to torch:", float(np.abs(found - wanted).max()))
    description = {
        "file": "model.onnx",
        "family": "embedding",
        "labels": ["embedding"],
        "input": {"width": SIZE, "height": SIZE, "letterbox": "centre", "layout": "nhwc", "type": "uint8", "channels": "rgb"},
        "threshold": 0,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "licence": "Apache-2.0 (weights trained by this project from random initialisation; data licences in README.md)",
        "trainedOn": "; ".join(TRAINED_ON),
        "version": f"{datetime.date.today().isoformat()}-step{state['step']}",
        "parameters": sum(p.numel() for p in look.parameters()),
    }
    (a.to / "model.json").write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    print(file, file.stat().st_size, "bytes", description["sha256"], "after", round(state["spent"] / 60, 1), "min, step", state["step"])


if __name__ == "__main__":
    main()
