"""Training pictures: windows cut around objects at random sizes, mosaics, light and camera faults; all seeded by the sampler's generator."""
import json
import pathlib

import cv2
import numpy as np

from prepare import CLASSES, read_labels

# Share of each source among the cut pictures; `simulated` joins once its folder has pictures (at most 40 %).
SHARES = {
    "vehicles_cctv": 0.29, "street_motorcycle_car": 0.25, "vehicles_openimages": 0.22,
    "aerial_city_vehicles": 0.05, "clips": 0.06, "background": 0.18, "simulated": 0.0,
}
SIMULATED_SHARE = 0.38
NAMES = {**CLASSES, "large_vehicle": 1, "two_wheeler": 2, "person": 3}


def load_index(file, only=None, with_names=False):
    """source -> list of (picture, labels [N,5], ignore [M,5]), or with the file's name before; pictures are kept decoded."""
    sources = {}
    for record in json.loads(pathlib.Path(file).read_text()):
        if record["split"] == "train" and only in (None, record["source"]):
            arrays = (np.array(record[k], np.float32).reshape(-1, 5) for k in ("labels", "ignore"))
            name = (pathlib.Path(record["file"]).name,) if with_names else ()
            sources.setdefault(record["source"], []).append((*name, cv2.imread(record["file"]), *arrays))
    return sources


def load_yolo(folder, longest=None, classes=NAMES):
    """A YOLO folder (images/, labels/, classes.txt) as the same tuples; pictures are kept at no more than `longest` px; `classes`: name to number."""
    folder, out = pathlib.Path(folder), []
    if not (folder / "classes.txt").exists():
        return out
    names = (folder / "classes.txt").read_text().split()
    for file in sorted((folder / "images").iterdir()):
        label_file = folder / "labels" / f"{file.stem}.txt"
        picture = cv2.imread(str(file)) if label_file.exists() else None
        if picture is not None:
            h, w = picture.shape[:2]
            if longest and max(h, w) > longest:
                w, h = round(w * longest / max(h, w)), round(h * longest / max(h, w))
                picture = cv2.resize(picture, (w, h), interpolation=cv2.INTER_AREA)
            out.append((picture, read_labels(label_file, names, w, h, classes).astype(np.float32), np.zeros((0, 5), np.float32)))
    return out


class Sampler:
    def __init__(self, sources, seed):
        self.random = np.random.default_rng(seed)
        self.set_sources(sources)

    def set_sources(self, sources):
        self.sources = {name: pictures for name, pictures in sources.items() if pictures}
        shares = dict(SHARES)
        if self.sources.get("simulated"):
            shares = {n: s * (1 - SIMULATED_SHARE) for n, s in shares.items()} | {"simulated": SIMULATED_SHARE}
        self.names = list(self.sources)
        weights = np.array([shares[n] for n in self.names])
        self.weights = weights / weights.sum()

    def sample(self, size, mosaic):
        """One training picture RGB [size,size,3], its boxes [N,4] with labels [N], and ignore regions [M,5]."""
        r = self.random
        if r.random() < mosaic:
            cx, cy = (int(size * r.uniform(0.3, 0.7)) for _ in range(2))
            canvas = np.full((size, size, 3), 114, np.uint8)
            labels, ignores = [], []
            for x1, y1, x2, y2 in ((0, 0, cx, cy), (cx, 0, size, cy), (0, cy, cx, size), (cx, cy, size, size)):
                part, boxes, ignore = self.window(x2 - x1, y2 - y1, reach=size)
                canvas[y1:y2, x1:x2] = part
                shift = np.array([x1, y1, x1, y1, 0], np.float32)
                labels.append(boxes + shift)
                ignores.append(ignore + shift)
            picture, labels, ignore = canvas, np.concatenate(labels), np.concatenate(ignores)
        else:
            picture, labels, ignore = self.window(size, size, reach=size)
        if r.random() < 0.5:
            picture = picture[:, ::-1]
            for rows in (labels, ignore):
                rows[:, [0, 2]] = size - rows[:, [2, 0]]
        picture = camera(np.ascontiguousarray(picture), r)
        return picture[..., ::-1].copy(), labels, ignore

    def window(self, width, height, reach):
        """A part of a random picture, scaled so that a chosen object gets a random size, or so that the whole fits."""
        r = self.random
        source = self.names[r.choice(len(self.names), p=self.weights)]
        picture, labels, ignore = self.sources[source][r.integers(len(self.sources[source]))]
        if source == "aerial_city_vehicles" and r.random() < 0.75:
            picture, labels, ignore = turn(picture, labels, ignore, int(r.integers(1, 4)))
        h, w = picture.shape[:2]
        fit = min(width / w, height / h)
        if len(labels) and r.random() < 0.6:
            rarity = np.array([1.0, 2.0, 1.6, 1.6])[labels[:, 4].astype(int)]
            box = labels[r.choice(len(labels), p=rarity / rarity.sum())]
            side = max(box[2] - box[0], box[3] - box[1], 2.0)
            wanted = np.exp(r.uniform(np.log(18), np.log(0.95 * min(reach, max(width, height)))))
            scale = float(np.clip(wanted / side, 0.8 * fit, max(3.0, fit)))
            at = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        else:
            cover = max(width / w, height / h)
            scale = fit * r.uniform(0.8, 1.0) if r.random() < 0.2 else np.exp(r.uniform(np.log(fit), np.log(1.3 * cover)))
            at = (w * r.uniform(0.1, 0.9), h * r.uniform(0.1, 0.9))
        sx, sy = scale * r.uniform(0.88, 1.14), scale * r.uniform(0.88, 1.14)
        left = at[0] * sx - width * r.uniform(0.2, 0.8)
        top = at[1] * sy - height * r.uniform(0.2, 0.8)
        # keep the window on the picture where the picture is large enough, else let grey show
        left = np.clip(left, min(0, w * sx - width), max(0, w * sx - width))
        top = np.clip(top, min(0, h * sy - height), max(0, h * sy - height))
        part = cut(picture, sx, sy, left, top, width, height)
        return part, *clip_boxes(labels, ignore, sx, sy, left, top, width, height)


def cut(picture, sx, sy, left, top, width, height):
    h, w = picture.shape[:2]
    x1, y1 = max(0, int(left / sx)), max(0, int(top / sy))
    x2, y2 = min(w, int(np.ceil((left + width) / sx))), min(h, int(np.ceil((top + height) / sy)))
    out = np.full((height, width, 3), 114, np.uint8)
    if x2 - x1 < 1 or y2 - y1 < 1:
        return out
    tw, th = max(1, round((x2 - x1) * sx)), max(1, round((y2 - y1) * sy))
    part = cv2.resize(picture[y1:y2, x1:x2], (tw, th), interpolation=cv2.INTER_AREA if sx < 0.7 else cv2.INTER_LINEAR)
    ox, oy = round(x1 * sx - left), round(y1 * sy - top)
    ax, ay, bx, by = max(0, ox), max(0, oy), min(width, ox + tw), min(height, oy + th)
    out[ay:by, ax:bx] = part[ay - oy : by - oy, ax - ox : bx - ox]
    return out


def clip_boxes(labels, ignore, sx, sy, left, top, width, height):
    """Boxes in window pixels; what is cut to less than a quarter or smaller than 4 px becomes an ignore region."""
    scale, shift = np.array([sx, sy, sx, sy, 1], np.float32), np.array([left, top, left, top, 0], np.float32)
    boxes, ignore = labels * scale - shift, ignore * scale - shift
    area = (boxes[:, 2:4] - boxes[:, :2]).prod(-1)
    for rows in (boxes, ignore):
        rows[:, [0, 2]] = rows[:, [0, 2]].clip(0, width)
        rows[:, [1, 3]] = rows[:, [1, 3]].clip(0, height)
    sides = boxes[:, 2:4] - boxes[:, :2]
    whole = (sides.prod(-1) >= 0.25 * area) & (sides.min(-1, initial=1e9) >= 2) & (sides.max(-1, initial=0) >= 4)
    seen = (sides.min(-1, initial=1e9) > 0) & ~whole
    rest = boxes[seen].copy()
    rest[:, 4] = rest[:, 4] == 3
    ignore = ignore[((ignore[:, 2:4] - ignore[:, :2]) > 0).all(-1)]
    return boxes[whole], np.concatenate([ignore, rest])


def turn(picture, labels, ignore, quarters):
    """Quarter turns, for views from straight above."""
    for _ in range(quarters):
        h, w = picture.shape[:2]
        picture = np.rot90(picture)  # counter-clockwise: (x, y) -> (y, w - x)
        labels, ignore = (np.column_stack([r[:, 1], w - r[:, 2], r[:, 3], w - r[:, 0], r[:, 4]]).astype(np.float32) for r in (labels, ignore))
    return np.ascontiguousarray(picture), labels, ignore


def camera(picture, r):
    """Light, colour, noise, blur and compression as cameras have them (BGR in, BGR out)."""
    if r.random() < 0.7:
        hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV).astype(np.int16)
        hsv[..., 0] = (hsv[..., 0] + int(r.integers(-9, 10))) % 180
        hsv[..., 1] = np.clip(hsv[..., 1] * r.uniform(0.5, 1.4), 0, 255)
        hsv[..., 2] = np.clip(hsv[..., 2] * r.uniform(0.55, 1.35), 0, 255)
        picture = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR)
    if r.random() < 0.08:
        picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if r.random() < 0.12:
        picture = cv2.GaussianBlur(picture, (0, 0), r.uniform(0.5, 1.6))
    if r.random() < 0.12:
        noise = r.normal(0, r.uniform(3, 16), picture.shape[:2] + (1,))
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if r.random() < 0.15:
        ok, code = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(r.integers(25, 80))])
        picture = cv2.imdecode(code, cv2.IMREAD_COLOR)
    return picture
