"""An int8 copy of a detector's model.onnx: static QDQ, a scale a channel, activations' ranges averaged over calibration pictures.

Float stay the first convolution (three channels are slow in int8), the prediction layers and what decodes them: a box edge in 8 bits is 2 px off. Weights
have 7 bits, so that processors without VNNI, which add two products in 16 bits, do not saturate.

python quantise.py --model .. --cache ~/.cache/qly-train --to ../../street_int8   (writes model.onnx and model.json there, compares both)
"""
import argparse
import hashlib
import json
import pathlib
import tempfile
import time

import cv2
import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process


def letterbox(picture, size):
    h, w = picture.shape[:2]
    r = size / max(h, w)
    small = cv2.resize(picture, (max(1, round(w * r)), max(1, round(h * r))), interpolation=cv2.INTER_AREA if r < 0.7 else cv2.INTER_LINEAR)
    canvas = np.full((size, size, 3), 114, np.uint8)
    top, left = (size - small.shape[0]) // 2, (size - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas[None, :, :, ::-1].copy()


def calibration_pictures(cache, size, count, seed=3):
    """Training pictures, every second one cut as a camera's zones are."""
    records = [r for r in json.loads((cache / "index.json").read_text()) if r["split"] == "train"]
    random = np.random.default_rng(seed)
    pictures = []
    for i in random.permutation(len(records))[:count]:
        picture = cv2.imread(records[i]["file"])
        if len(pictures) % 2:
            h, w = picture.shape[:2]
            ch, cw = int(h * random.uniform(0.35, 0.8)), int(w * random.uniform(0.35, 0.8))
            y, x = random.integers(0, h - ch + 1), random.integers(0, w - cw + 1)
            picture = picture[y : y + ch, x : x + cw]
        pictures.append(letterbox(picture, size))
    return pictures


class Reader(CalibrationDataReader):
    def __init__(self, pictures):
        self.rest = iter(pictures)

    def get_next(self):
        image = next(self.rest, None)
        return None if image is None else {"image": image}


def kept_float(graph):
    """Names of the nodes that stay float: the first convolution with its ReLU, the prediction layers and all behind them."""
    first = next(node for node in graph.node if node.op_type == "Conv")
    kept = {first.name} | {node.name for node in graph.node if node.op_type == "Relu" and node.input[0] == first.output[0]}
    behind = set()
    for node in graph.node:  # in topological order
        if "class_out" in node.name or "box_out" in node.name or behind.intersection(node.input):
            kept.add(node.name)
            behind.update(node.output)
    return sorted(kept)


def quantise(source, target, pictures):
    with tempfile.TemporaryDirectory() as folder:
        prepared = pathlib.Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared), str(target), Reader(pictures), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax,
            op_types_to_quantize=["Conv", "Relu", "Add", "MaxPool", "Concat", "Resize"], nodes_to_exclude=kept_float(onnx.load(str(prepared)).graph),
            extra_options={"CalibMovingAverage": True},
        )


def session(file):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def compare(files, pictures):
    """The files take turns on the same pictures; times tell something only on a machine that does nothing else."""
    sessions = [session(file) for file in files]
    times, scores = [[] for _ in files], [[] for _ in files]
    for image in pictures:
        for i, each in enumerate(sessions):
            began = time.perf_counter()
            scores[i].append(each.run(["scores"], {"image": image})[0])
            times[i].append(1000 * (time.perf_counter() - began))
    for file, taken, found in zip(files, times, scores):
        sure = np.stack(scores[0]) > 0.2
        off = np.abs(np.stack(found) - np.stack(scores[0]))[sure].mean()
        print(file, file.stat().st_size, f"bytes, {np.median(taken):.1f} ms on one thread; scores above 0.2 are {off:.4f} off the first file's in the mean")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=pathlib.Path, required=True, help="folder with model.onnx (float) and model.json")
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--to", type=pathlib.Path, required=True, help="folder of the int8 copy")
    parser.add_argument("--count", type=int, default=128, help="calibration pictures")
    a = parser.parse_args()
    about = json.loads((a.model / "model.json").read_text())
    source, target = a.model / about["file"], a.to / about["file"]
    a.to.mkdir(parents=True, exist_ok=True)
    pictures = calibration_pictures(a.cache, about["input"]["width"], a.count)
    quantise(source, target, pictures)
    about["sha256"] = hashlib.sha256(target.read_bytes()).hexdigest()
    (a.to / "model.json").write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n")
    compare([source, target], pictures[:40])


if __name__ == "__main__":
    main()
