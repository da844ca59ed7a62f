"""The public yolox_nano (COCO) as a teacher of missing labels and as the measuring stick: its boxes in our four classes."""
import cv2
import numpy as np
import onnxruntime

SIZE = 416
# COCO class -> ours: person, bicycle, car, motorcycle, bus, truck
TO_OURS = {0: 3, 1: 2, 2: 0, 3: 2, 5: 1, 7: 1}


class Teacher:
    def __init__(self, path, threads=1):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        grids, strides = [], []
        for s in (8, 16, 32):
            n = SIZE // s
            gy, gx = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
            grids.append(np.stack([gx, gy], -1).reshape(-1, 2))
            strides.append(np.full((n * n, 1), s))
        self.grid, self.stride = np.concatenate(grids), np.concatenate(strides)

    def raw(self, picture):
        """Boxes xyxy in picture pixels [N,4] and scores of our classes [N,4], before suppression."""
        h, w = picture.shape[:2]
        r = min(SIZE / h, SIZE / w)
        canvas = np.full((SIZE, SIZE, 3), 114, np.uint8)
        small = cv2.resize(picture, (max(1, round(w * r)), max(1, round(h * r))), interpolation=cv2.INTER_LINEAR)
        canvas[: small.shape[0], : small.shape[1]] = small
        out = self.session.run(None, {"images": canvas.transpose(2, 0, 1)[None].astype(np.float32)})[0][0]
        xy, wh = (out[:, :2] + self.grid) * self.stride, np.exp(out[:, 2:4]) * self.stride
        boxes = np.concatenate([xy - wh / 2, xy + wh / 2], 1) / r
        coco = out[:, 5:] * out[:, 4:5]
        scores = np.zeros((len(out), 4), np.float32)
        for theirs, ours in TO_OURS.items():
            scores[:, ours] = np.maximum(scores[:, ours], coco[:, theirs])
        return boxes, scores

    def detect(self, picture, threshold, tiles=False):
        """Rows x1,y1,x2,y2,score,class after suppression; with `tiles` also on four overlapping quarters."""
        h, w = picture.shape[:2]
        parts = [(0, 0, w, h)]
        if tiles:
            tw, th = int(w * 0.6), int(h * 0.6)
            parts += [(x, y, x + tw, y + th) for x in (0, w - tw) for y in (0, h - th)]
        rows = []
        for x1, y1, x2, y2 in parts:
            boxes, scores = self.raw(picture[y1:y2, x1:x2])
            for c in range(4):
                hit = scores[:, c] >= threshold
                b = boxes[hit] + [x1, y1, x1, y1]
                if (x1, y1, x2, y2) != (0, 0, w, h):  # cut objects at inner borders of a tile are not whole
                    whole = ((b[:, 0] > x1 + 4) | (x1 == 0)) & ((b[:, 2] < x2 - 4) | (x2 == w))
                    whole &= ((b[:, 1] > y1 + 4) | (y1 == 0)) & ((b[:, 3] < y2 - 4) | (y2 == h))
                    b, s = b[whole], scores[hit, c][whole]
                else:
                    s = scores[hit, c]
                rows.append(np.column_stack([b, s, np.full(len(b), c)]))
        return suppress(np.concatenate(rows) if rows else np.zeros((0, 6)), 0.5)


def iou_matrix(a, b):
    lt, rb = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:4], b[None, :, 2:4])
    inter = np.clip(rb - lt, 0, None).prod(-1)
    area = lambda t: np.clip(t[:, 2:4] - t[:, :2], 0, None).prod(-1)
    return inter / (area(a)[:, None] + area(b)[None] - inter + 1e-9)


def suppress(rows, limit):
    """Class-wise non-maximum suppression of rows x1,y1,x2,y2,score,class; the 300 best of a class are looked at."""
    keep = []
    for c in np.unique(rows[:, 5]):
        part = rows[rows[:, 5] == c]
        part = part[part[:, 4].argsort()[::-1][:300]]
        while len(part):
            keep.append(part[0])
            if len(part) == 1:
                break
            part = part[1:][iou_matrix(part[:1], part[1:])[0] < limit]
    return np.array(keep).reshape(-1, 6)
