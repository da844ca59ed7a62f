"""Crops of the vehicles in the parking clip (../shared/data/README.md): boxes by the street model, who is who by colour (a white, a black, a blue car)."""
import importlib.util
import pathlib
import sys

import cv2
import numpy as np

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "street/train"))
from vehicles import cut  # noqa: E402

MODELS = pathlib.Path(__file__).resolve().parents[2]


def street_model():
    """`evaluate` of models/street/train under another name: this folder has one too."""
    spec = importlib.util.spec_from_file_location("evaluate_street", MODELS / "street/train/evaluate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Ours(MODELS / "street")


def clip_crops(data, clip):
    """(crops, who, seconds)."""
    street = street_model()
    capture = cv2.VideoCapture(str(data / "clips" / f"{clip}.mp4"))
    rate = capture.get(cv2.CAP_PROP_FPS)
    step = round(rate / 4)
    crops, who, seconds, n = [], [], [], 0
    while True:
        ok, frame = capture.read()
        if not ok:
            return np.stack(crops), np.array(who), np.array(seconds)
        if n % step == 0:
            for box, name in parking(frame, n / rate, street):
                crops.append(cut(frame, box))
                who.append(name)
                seconds.append(n / rate)
        n += 1


def parking(frame, at, street):
    """The camera is steady from 19 s on."""
    if at < 19.5:
        return
    for box in boxes_of(street.detect(frame, 0.4), 60):
        x1, y1, x2, y2 = (round(v) for v in (0.7 * np.array(box) + 0.3 * np.array([box[2], box[3], box[0], box[1]])))
        yield box, name_of(np.median(frame[y1:y2, x1:x2].reshape(-1, 3), 0))


def name_of(bgr):
    """0 black, 1 white, 2 blue; looked at on a sheet of all crops."""
    return 2 if bgr[0] - bgr[2] > 40 else int(bgr.mean() > 110)


def boxes_of(rows, smallest):
    return [tuple(r[:4]) for r in rows if int(r[5]) in (0, 1) and min(r[2] - r[0], r[3] - r[1]) >= smallest]
