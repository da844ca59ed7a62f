"""Writes model.onnx (own family, opset 17) and model.json from a checkpoint, and checks that they agree with torch.

python export.py --checkpoint ~/.cache/qly-train/checkpoint.pt --to ..
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

from detector import LABELS, STRIDES, Detector, Exported

SIZE = 416
TRAINED_ON = [
    "vehicles_cctv: yuskun/object_detected@aa099629 (Roboflow atl-version-2 v12), CC BY 4.0",
    "street_motorcycle_car: nervewastaken/VehicleDetection@666782be (Roboflow modes-of-transport v2), CC BY 4.0",
    "vehicles_openimages: yuskun/object_detected@aa099629 (Roboflow Vehicles-OpenImages); Open Images pictures CC BY 2.0, labels CC BY 4.0",
    "aerial_city_vehicles: jekhor/aerial-cars-dataset@d2ed927f, mixed CC BY 3.0 / CC BY-SA / YouTube standard licence",
    "fire_smoke (as background): Abonia1/YOLOv8-Fire-and-Smoke-Detection@f2c67efa (Roboflow fire-wrpgm v8), CC BY 4.0",
    "frames of indoor_one_by_one_person (intel-iot-devkit/sample-videos@57978890, CC BY 4.0) and fire_dollhouse (steffensbola/furg-fire-dataset@6aff09d7, CC0)",
    "missing persons and vehicles labelled by the public yolox_nano (Apache-2.0) as a teacher",
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--to", type=pathlib.Path, required=True)
    parser.add_argument("--threshold", type=float, default=0.3)
    parser.add_argument("--simulated", action="store_true", help="pictures of our own simulator were trained on")
    parser.add_argument("--weights", choices=["average", "model"], default="average", help="the moving average, or the last step's")
    a = parser.parse_args()
    trained_on = "; ".join(TRAINED_ON + (["pictures rendered by simulators/cctv, Apache-2.0"] if a.simulated else []))
    export(a.checkpoint, a.to, SIZE, a.threshold, trained_on, a.weights)


def export(checkpoint, to, size, threshold, trained_on, weights="average", **more):
    torch.set_num_threads(1)
    state = torch.load(checkpoint, weights_only=True)
    detector = Detector()
    detector.load_state_dict(state[weights])
    model = Exported(detector.eval()).eval()
    image = torch.randint(0, 256, (1, size, size, 3), dtype=torch.uint8)
    file = to / "model.onnx"
    # height and width stay open: the product shows it smaller pictures where they are not square (input.multipleOf)
    axes = {"image": {1: "height", 2: "width"}, "boxes": {1: "points"}, "scores": {1: "points"}}
    torch.onnx.export(model, (image,), str(file), input_names=["image"], output_names=["boxes", "scores"], opset_version=17, dynamic_axes=axes, dynamo=False)
    onnx.checker.check_model(onnx.load(str(file)))
    boxes, scores = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"]).run(None, {"image": image.numpy()})
    with torch.no_grad():
        wanted_boxes, wanted_scores = model(image)
    wide = torch.randint(0, 256, (1, size - 160, size, 3), dtype=torch.uint8)
    with torch.no_grad():
        wide_boxes, _ = model(wide)
    assert np.allclose(onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"]).run(None, {"image": wide.numpy()})[0], wide_boxes.numpy(), atol=1e-2), "another size"
    print("largest difference to torch:", float(np.abs(boxes - wanted_boxes.numpy()).max()), "px,", float(np.abs(scores - wanted_scores.numpy()).max()))
    description = {
        "file": "model.onnx",
        "family": "qianliyan",
        "labels": LABELS,
        "input": {"width": size, "height": size, "letterbox": "centre", "multipleOf": STRIDES[-1]},
        "threshold": threshold,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "licence": "Apache-2.0 (weights trained by this project from random initialisation; data licences in README.md)",
        "trainedOn": trained_on,
        "nms": 0.55,
        "version": f"{datetime.date.today().isoformat()}-step{state['step']}",
        "parameters": sum(p.numel() for p in detector.parameters()),
        **more,
    }
    (to / "model.json").write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    print(file, file.stat().st_size, "bytes", description["sha256"], "after", round(state["spent"] / 60, 1), "min, step", state["step"])


if __name__ == "__main__":
    main()
