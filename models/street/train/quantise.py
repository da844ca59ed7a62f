"""An int8 copy of a detector's model.onnx: static QDQ, a scale a channel, calibrated on training pictures; the prediction layers stay float.

python quantise.py --model .. --cache ~/.cache/qly-train --to /tmp/int8   (writes model.int8.onnx and says how long both take on one thread)
"""
import argparse
import json
import pathlib
import time

import cv2
import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process


class Pictures(CalibrationDataReader):
    def __init__(self, cache, size, count=160):
        records = [r for r in json.loads((cache / "index.json").read_text()) if r["split"] == "train"]
        chosen = np.random.default_rng(3).permutation(len(records))[:count]
        self.files, self.size = iter([records[i]["file"] for i in chosen]), size

    def get_next(self):
        file = next(self.files, None)
        if file is None:
            return None
        picture = cv2.imread(file)
        h, w = picture.shape[:2]
        r = self.size / max(h, w)
        small = cv2.resize(picture, (round(w * r), round(h * r)), interpolation=cv2.INTER_AREA)
        canvas = np.full((self.size, self.size, 3), 114, np.uint8)
        top, left = (self.size - small.shape[0]) // 2, (self.size - small.shape[1]) // 2
        canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
        return {"image": canvas[None, :, :, ::-1].copy()}


def milliseconds(file, size, runs=60):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    image, times = np.random.default_rng(1).integers(0, 256, (1, size, size, 3), np.uint8), []
    for _ in range(runs):
        began = time.perf_counter()
        session.run(None, {"image": image})
        times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times[10:]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path)
    parser.add_argument("--to", type=pathlib.Path, help="folder for model.int8.onnx; absent: only the times")
    parser.add_argument("--beside", type=pathlib.Path, nargs="*", default=[], help="other files of the same form to time")
    a = parser.parse_args()
    about = json.loads((a.model / "model.json").read_text())
    size, source = about["input"]["width"], a.model / "model.onnx"
    if a.to:
        a.to.mkdir(parents=True, exist_ok=True)
        prepared, target = a.to / "prepared.onnx", a.to / "model.int8.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        convolutions = [node.name for node in onnx.load(str(prepared)).graph.node if node.op_type == "Conv"]
        predictions = [name for name in convolutions if "class_out" in name or "box_out" in name]
        quantize_static(
            str(prepared), str(target), Pictures(a.cache, size), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax, op_types_to_quantize=["Conv", "Add", "MaxPool", "Concat", "Resize"], nodes_to_exclude=predictions,
        )
        prepared.unlink()
        print(target, target.stat().st_size, "bytes;", len(convolutions) - len(predictions), "convolutions in int8,", len(predictions), "prediction layers float")
        a.beside.append(target)
    for file in [source, *a.beside]:
        print(file, f"{milliseconds(file, size):.1f} ms on one thread")


if __name__ == "__main__":
    main()
