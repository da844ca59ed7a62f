"""What air, lens, sensor and coder do to a picture: fog, rain, drops, dirt, exposure, night, noise, blur, JPEG. Linear light in, BGR bytes out."""
import cv2
import numpy as np

WEATHER = {"clear": 0.62, "haze": 0.16, "fog": 0.08, "rain": 0.14}


def photograph(linear, depth, random, outdoors, night=False, infrared=False):
    """Linear RGB and metres to 8-bit BGR."""
    weather = random.choice(list(WEATHER), p=list(WEATHER.values())) if outdoors else "clear"
    light = in_air(linear, depth, weather, random)
    if infrared:
        light = np.repeat(light.mean(2, keepdims=True), 3, 2)
    else:
        light = light * random.normal(1, 0.07, 3).clip(0.75, 1.3)  # white balance
    light = light * exposure(light, random, night)
    h, w = light.shape[:2]
    y, x = np.mgrid[-1:1:h * 1j, -1:1:w * 1j]
    light = light * (1 - random.uniform(0, 0.4) * (x * x + y * y)[..., None] / 2)
    light = bloom(light.astype(np.float32), random.uniform(0.0, 0.12) * (2 if night else 1))
    light = on_the_glass(light, random, weather)
    if random.random() < 0.25:
        light = cv2.GaussianBlur(light, (0, 0), random.uniform(0.4, 1.3 if random.random() < 0.8 else 2.2))
    grain = random.uniform(0.0, 0.012) * (3.0 if night else 1.0)
    light = light + np.sqrt(light.clip(0)) * random.normal(0, grain + 1e-6, light.shape if not infrared else (h, w, 1)) + random.normal(0, grain / 3 + 1e-6, (h, w, 1))
    picture = tone(light, random)
    if random.random() < 0.35:
        picture = cv2.addWeighted(picture, 1.6, cv2.GaussianBlur(picture, (0, 0), 1.0), -0.6, 0)
    if random.random() < 0.3:
        stamp(picture, random)
    return picture


def in_air(linear, depth, weather, random):
    if weather == "clear":
        return linear
    reach = {"haze": random.uniform(60, 250), "fog": random.uniform(12, 60), "rain": random.uniform(40, 200)}[weather]
    air = np.percentile(linear.reshape(-1, 3), 85, axis=0) * random.uniform(0.6, 1.0)
    air = air * 0.3 + air.mean() * 0.7
    share = (1 - np.exp(-np.minimum(depth, 400) / reach))[..., None]
    light = linear * (1 - share) + air * share
    if weather == "rain":
        h, w = depth.shape
        drops = (random.random((h, w)) > 1 - random.uniform(0.002, 0.012)).astype(np.float32)
        length, slant = int(random.integers(5, 22)), random.uniform(-0.4, 0.4)
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (int(length * (0.5 - slant / 2)), 0), (int(length * (0.5 + slant / 2)), length - 1), 1.0)
        streaks = cv2.filter2D(drops, -1, kernel / kernel.sum() * length * 0.3).clip(0, 1)[..., None]
        light = light * (1 - 0.5 * streaks) + air * 0.5 * streaks
    return light


def exposure(light, random, night):
    """Brings the bright parts to white, more or less as a camera would."""
    bright = np.percentile(light.mean(2), random.uniform(88, 98.5)) + 1e-4
    wanted = random.uniform(0.55, 1.0) * (random.uniform(0.35, 0.8) if night else 1.0)
    return wanted / bright * np.exp(random.normal(0, 0.15))


def bloom(light, share):
    over = np.maximum(light - 0.9, 0).clip(0, 6)
    return light + share * cv2.GaussianBlur(over, (0, 0), 7) + share * cv2.GaussianBlur(over, (0, 0), 2.5)


def on_the_glass(light, random, weather):
    h, w = light.shape[:2]
    if random.random() < (0.5 if weather == "rain" else 0.06):  # drops show the scene upside down and blurred
        turned = cv2.GaussianBlur(light, (0, 0), 6)[::-1, ::-1]
        mask = np.zeros((h, w), np.float32)
        for _ in range(int(random.integers(2, 25))):
            axes = (int(random.uniform(2, 14)), int(random.uniform(2, 16)))
            cv2.ellipse(mask, (int(random.integers(w)), int(random.integers(h))), axes, random.uniform(0, 180), 0, 360, random.uniform(0.4, 0.9), -1)
        mask = cv2.GaussianBlur(mask, (0, 0), 1.2)[..., None]
        light = light * (1 - mask) + turned * mask
    if random.random() < 0.15:  # dirt and grease
        veil = cv2.GaussianBlur((random.random((h, w)) > 0.9985).astype(np.float32), (0, 0), random.uniform(3, 14))
        veil = (veil / (veil.max() + 1e-6))[..., None] * random.uniform(0.2, 0.6)
        light = light * (1 - veil) + light.mean() * veil * random.uniform(0.4, 1.4)
    return light


def tone(light, random):
    """A filmic shoulder, contrast, saturation, then 8 bits BGR."""
    light = np.clip(light, 0, 12)
    shoulder = random.uniform(0.0, 1.0)
    light = shoulder * (light * (2.51 * light + 0.03)) / (light * (2.43 * light + 0.59) + 0.14) + (1 - shoulder) * np.minimum(light, 1)
    value = np.where(light < 0.0031308, 12.92 * light, 1.055 * np.power(np.maximum(light, 1e-6), 1 / 2.4) - 0.055)
    value = (value - 0.5) * random.uniform(0.8, 1.15) + 0.5 + random.uniform(-0.04, 0.05)
    grey = value.mean(2, keepdims=True)
    value = grey + (value - grey) * random.uniform(0.5, 1.3)
    return np.ascontiguousarray((value.clip(0, 1) * 255 + 0.5).astype(np.uint8)[..., ::-1])


def stamp(picture, random):
    """The clock and name that recorders write into pictures."""
    h, w = picture.shape[:2]
    text = f"20{random.integers(20, 30)}-{random.integers(1, 13):02d}-{random.integers(1, 29):02d} {random.integers(24):02d}:{random.integers(60):02d}:{random.integers(60):02d}"
    at = (int(random.uniform(2, w * 0.4)), int(random.choice([12, h - 6])))
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.35, (0, 0, 0), 2, cv2.LINE_AA)
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.35, (255, 255, 255), 1, cv2.LINE_AA)


def jpeg_quality(random):
    return int(random.choice([random.integers(30, 60), random.integers(60, 92)], p=[0.35, 0.65]))
