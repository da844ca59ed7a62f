"""Writes model.onnx (own family, opset 17) and model.json of the drone detector.

python export.py --checkpoint ~/.cache/qly-train/aerial.pt --to ..
"""
import argparse
import importlib.util
import pathlib
import sys

STREET = pathlib.Path(__file__).resolve().parents[2] / "street/train"
sys.path.insert(0, str(STREET))
spec = importlib.util.spec_from_file_location("street_export", STREET / "export.py")
street_export = importlib.util.module_from_spec(spec)
spec.loader.exec_module(street_export)

SIZE = 640
TRAINED_ON = (
    "aerial_city_vehicles: jekhor/aerial-cars-dataset@d2ed927f, mixed CC BY 3.0 / CC BY-SA / YouTube standard licence, one street held out; "
    "360 pictures rendered by simulators/cctv from a drone (Apache-2.0); started from the weights of models/street"
)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--to", type=pathlib.Path, required=True)
    parser.add_argument("--threshold", type=float, default=0.3)
    a = parser.parse_args()
    street_export.export(a.checkpoint, a.to, SIZE, a.threshold, TRAINED_ON)


if __name__ == "__main__":
    main()
