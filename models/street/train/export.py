"""Writes model.onnx (own family, opset 17) and model.json from a checkpoint, and checks that they agree with torch.

python export.py --checkpoint ~/.cache/qly-train/checkpoint.pt --to ..
"""
import argparse
import pathlib

from detector import LABELS, STRIDES, Detector, Exported
from written import write_model

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
    detector = Detector()
    # height and width stay open: the product shows it smaller pictures where they are not square (input.multipleOf)
    write_model(checkpoint, to, detector, Exported(detector), size, LABELS, trained_on, weights, STRIDES[-1], threshold=threshold, **more)


if __name__ == "__main__":
    main()
