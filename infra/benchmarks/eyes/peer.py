# The peer of python.bench.ts: a loop as anyone would write it with OpenCV and onnxruntime, both with their default options; and, for eyes.bench.ts, a statically
# quantised copy of the model.
# python peer.py loop MODEL CLIP EVERY → says "ready", waits for a line, looks at one frame in EVERY, says how many it looked at a second
# python peer.py quantise MODEL CLIP OUT → writes an int8 model (QDQ, calibrated on the clip)
import sys, time
import cv2, numpy as np, onnxruntime as ort

def letterboxed(frame, size=416):
    h, w = frame.shape[:2]
    scale = min(size / w, size / h)
    small = cv2.resize(frame, (round(w * scale), round(h * scale)))
    out = np.full((size, size, 3), 114, np.uint8)
    top, left = (size - small.shape[0]) // 2, (size - small.shape[1]) // 2
    out[top:top + small.shape[0], left:left + small.shape[1]] = cv2.cvtColor(small, cv2.COLOR_BGR2RGB)
    return out[None]

def frames(clip):
    video = cv2.VideoCapture(clip)
    while True:
        good, frame = video.read()
        if not good:
            return
        yield letterboxed(frame)

mode, model, clip = sys.argv[1:4]
if mode == "loop":
    every = int(sys.argv[4])
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    session.run(None, {name: np.full((1, 416, 416, 3), 114, np.uint8)})
    video = cv2.VideoCapture(clip)
    print("ready", flush=True)
    sys.stdin.readline()
    began, read, count = time.perf_counter(), 0, 0
    while video.grab():  # decodes; the rest of the work is done for the frames that are looked at
        read += 1
        if read % every:
            continue
        boxes, scores = session.run(None, {name: letterboxed(video.retrieve()[1])})[:2]
        best = scores[0].max(axis=1)
        keep = cv2.dnn.NMSBoxes([[float(x1), float(y1), float(x2 - x1), float(y2 - y1)] for x1, y1, x2, y2 in boxes[0][best > 0.1]], best[best > 0.1].tolist(), 0.1, 0.5)
        count += 1
    print(count / (time.perf_counter() - began))
else:
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self):
            name = ort.InferenceSession(model, providers=["CPUExecutionProvider"]).get_inputs()[0].name
            self.pictures = iter([{name: p} for i, p in enumerate(frames(clip)) if i % 12 == 0])

        def get_next(self):
            return next(self.pictures, None)

    quantize_static(model, sys.argv[4], Reader(), quant_format=QuantFormat.QDQ, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["Conv"])
