"""A trained network as model.onnx (own family, opset 17) and model.json, checked against torch; for all detectors of this kind."""
import datetime
import hashlib
import json

import numpy as np
import onnx
import onnxruntime
import torch


def write_model(checkpoint, to, network, exported, size, labels, trained_on, weights="average", multiple_of=None, **more):
    """`exported` wraps `network`, which gets the checkpoint's weights; `more` goes into model.json.

    With `multiple_of` height and width stay open, for inputs whose sides are multiples of it.
    """
    torch.set_num_threads(1)
    state = torch.load(checkpoint, weights_only=True)
    network.load_state_dict(state[weights])
    model = exported.eval()
    image = torch.randint(0, 256, (1, size, size, 3), dtype=torch.uint8)
    file = to / "model.onnx"
    axes = {"image": {1: "height", 2: "width"}, "boxes": {1: "points"}, "scores": {1: "points"}} if multiple_of else None
    torch.onnx.export(model, (image,), str(file), input_names=["image"], output_names=["boxes", "scores"], opset_version=17, dynamic_axes=axes, dynamo=False)
    onnx.checker.check_model(onnx.load(str(file)))
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    for shape in [(size, size), *([(size - 5 * multiple_of, size)] if multiple_of else [])]:
        image = torch.randint(0, 256, (1, *shape, 3), dtype=torch.uint8)
        boxes, scores = session.run(None, {"image": image.numpy()})
        with torch.no_grad():
            wanted_boxes, wanted_scores = model(image)
        apart = float(np.abs(boxes - wanted_boxes.numpy()).max()), float(np.abs(scores - wanted_scores.numpy()).max())
        assert apart[0] < 1e-2 and apart[1] < 1e-3, f"not torch's at {shape}: {apart}"
        print("largest difference to torch:", apart[0], "px,", apart[1])
    description = {
        "file": "model.onnx",
        "family": "qianliyan",
        "labels": labels,
        "input": {"width": size, "height": size, "letterbox": "centre", **({"multipleOf": multiple_of} if multiple_of else {})},
        "threshold": 0.3,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "licence": "Apache-2.0 (weights trained by this project from random initialisation; data licences in README.md)",
        "trainedOn": trained_on,
        "nms": 0.55,
        "version": f"{datetime.date.today().isoformat()}-step{state['step']}",
        "parameters": sum(p.numel() for p in network.parameters()),
        **more,
    }
    (to / "model.json").write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    print(file, file.stat().st_size, "bytes", description["sha256"], "after", round(state["spent"] / 60, 1), "min, step", state["step"])
