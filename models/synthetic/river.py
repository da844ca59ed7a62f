"""A canal of an old town: water, quays, houses, trees, piers, boats, and now and then what floats on it."""
import math

import numpy as np

import debris
import shapes
from labels import box_of

LABELS = ["debris"]
OUTDOORS, HAS_WATER = True, True
SHAPES = ((416, 234), (416, 234), (416, 312), (384, 384), (312, 416))


class View:
    def __init__(self, floating, water, night, infrared):
        self.floating, self.water, self.night, self.infrared = floating, water, night, infrared

    def boxes(self, indices):
        found = ((label, box_of(indices, [index], 14)) for label, index in self.floating)
        return [(label, box) for label, box in found if box]


def build(studio):
    r = studio.random
    width = float(np.exp(r.uniform(math.log(5), math.log(40))))
    night = r.random() < 0.16
    infrared = night and r.random() < 0.5
    water = lay_water(studio, width)
    camera_at, on_bridge = stand(studio, width)
    light(studio, night, infrared, camera_at)
    for side in (-1, 1):
        quay(studio, side, width, night)
    in_the_water(studio, width, camera_at)
    many = int(np.exp(r.uniform(math.log(1.5), math.log(18)))) if r.random() > 0.14 else 0
    return View([("debris", index) for index in strew(studio, many, width, camera_at)], [water], night, infrared)


def strew(studio, many, width, camera_at):
    """Debris where the camera sees water, alone or gathered in one place; the indices."""
    r, floating = studio.random, []
    gathered = studio.ground(r.uniform(-0.6, 0.6), r.uniform(-0.8, 0.2)) if r.random() < 0.35 else None
    kinds, weights = zip(*debris.KINDS.items())
    weights = np.array(weights) / sum(weights)
    for _ in range(6 * many):
        at = studio.ground(r.uniform(-0.95, 0.95), r.uniform(-0.95, 0.6))
        if gathered is not None and r.random() < 0.8:
            at = gathered + np.array([*r.normal(0, 1.0, 2), 0])
        if len(floating) == many or at is None or abs(at[0]) > width / 2 - 0.1:
            continue
        far = np.linalg.norm(at - camera_at)
        if far < 60:
            size = float(np.exp(r.normal(0.1, 0.3))) * max(1.0, far / 14) ** 0.7
            floating.append(debris.float_one(studio, at, str(r.choice(kinds, p=weights)), size))
    return floating


def lay_water(studio, width):
    r, index = studio.random, studio.thing()
    depth = r.uniform(0.01, 0.09)
    colour = np.array([[0.5, 0.75, 0.45], [0.8, 0.65, 0.4], [0.35, 0.6, 0.6], [0.6, 0.6, 0.55]][r.integers(4)]) * depth * 1.6
    material = studio.material(tuple(colour), r.uniform(0.02, 0.14), bump=float(np.exp(r.uniform(math.log(0.015), math.log(0.5)))), scale=float(np.exp(r.uniform(math.log(0.7), math.log(7)))), wave=r.uniform(0, 1.5), specular=0.5)
    studio.add((np.array([(-width, -30, 0), (width, -30, 0), (width, 160, 0), (-width, 160, 0)]), [(0, 1, 2, 3)]), material, index=index)
    return index


def stand(studio, width):
    """A camera on a bridge, looking along the canal, or on a quay, looking over it."""
    r = studio.random
    on_bridge = r.random() < 0.5
    height = float(np.exp(r.uniform(math.log(2.5), math.log(11))))
    if on_bridge:
        at = (r.uniform(-0.45, 0.45) * width, 0.0, height)
        look = (at[0] + r.normal(0, 0.15) * width, height * np.exp(r.uniform(math.log(0.5), math.log(5))), 0.0)
    else:
        side = r.choice([-1, 1])
        at = (side * (width / 2 + r.uniform(-0.3, 2.5)), 0.0, height)
        across = r.uniform(0.2, 0.9) * min(width, 4 * height)
        look = (at[0] - side * across, r.normal(0, 0.6) * across + r.uniform(0, 1.5) * height, 0.0)
    shape = SHAPES[r.integers(len(SHAPES))]
    studio.camera(at, look, *shape, r.uniform(0.6, 1.35))
    return np.array(at), on_bridge


def light(studio, night, infrared, camera_at):
    r = studio.random
    if night:
        studio.sky((0.004, 0.005, 0.01), (0.03, 0.02, 0.012), (0.004,) * 3, r.uniform(0.3, 1.5))
        if infrared:
            ahead = studio.ground(0, -0.1)
            studio.lamp("SPOT", camera_at + np.array([0, 0, 0.15]), ahead if ahead is not None else (0, 20, 0), r.uniform(800, 4000), size=0.1, spread=1.5)
        for _ in range(int(r.integers(2, 7))):
            colour = [(1, 0.75, 0.45), (0.9, 0.95, 1), (1, 0.25, 0.15)][r.choice(3, p=[0.65, 0.25, 0.1])]
            at = (r.choice([-1, 1]) * r.uniform(3, 22), r.uniform(2, 45), r.uniform(2.5, 6))
            studio.lamp("POINT", at, (0, 0, 0), r.uniform(150, 1500), colour, 0.15)
        return
    evening = r.random() < 0.2
    cover = r.uniform(0, 0.9) if r.random() < 0.7 else 0
    top, horizon = ((0.16, 0.3, 0.62), (0.6, 0.7, 0.82)) if not evening else ((0.12, 0.16, 0.35), (0.9, 0.5, 0.25))
    grey = r.random() < 0.4
    if grey:
        top, horizon = (0.55, 0.58, 0.62), (0.75, 0.77, 0.8)
    studio.sky(top, horizon, (0.12, 0.11, 0.1), r.uniform(0.6, 1.3), cover)
    if not grey:
        high = r.uniform(0.05, 0.4) if evening else r.uniform(0.3, 1.3)
        turn = r.uniform(0, 2 * math.pi)
        sun = np.array([math.cos(turn) * math.cos(high), math.sin(turn) * math.cos(high), math.sin(high)]) * 50
        studio.lamp("SUN", sun, (0, 0, 0), r.uniform(1.5, 5), (1, 0.72, 0.45) if evening else (1, 0.96, 0.9), r.uniform(0.01, 0.06))


def quay(studio, side, width, night):
    """Stone wall or grassy bank, walk, railing, houses and trees of one side."""
    r = studio.random
    edge, high = side * width / 2, r.uniform(0.3, 1.8)
    stone = studio.material((0.3, 0.29, 0.27), 0.85, spots=(0.16, 0.16, 0.14), scale=2.5, bump=0.5)
    grass = studio.material((0.06, 0.12, 0.025), 0.9, spots=(0.12, 0.14, 0.05), scale=3, bump=0.6)
    if r.random() < 0.65:
        studio.add(shapes.box(8, 220, high + 2), stone, (edge + side * 4, 70, high / 2 - 1), smooth=False)
    else:  # a slope into the water
        run = r.uniform(1, 3)
        points = np.array([(edge - side * run * 0.3, -40, -0.3), (edge + side * run, -40, high), (edge + side * 12, -40, high + 0.3)])
        ahead = points + (0, 220, 0)
        studio.add((np.concatenate([points, ahead]), [(0, 1, 4, 3), (1, 2, 5, 4)]), grass if r.random() < 0.7 else stone)
        for _ in range(int(r.integers(0, 14))):
            reed = studio.material((0.09, 0.17, 0.04), 0.8, spots=(0.2, 0.2, 0.07), scale=8)
            studio.add(shapes.lump(r, r.uniform(0.2, 0.7), r.uniform(0.2, 0.9), r.uniform(0.2, 0.9), 0.6), reed, (edge + side * r.uniform(-0.2, 1.0), r.uniform(0, 40), 0.2))
    studio.add(shapes.box(60, 220, 0.1), grass if r.random() < 0.4 else stone, (edge + side * 36, 70, high), smooth=False)
    if r.random() < 0.4:
        rail = studio.material((0.35, 0.34, 0.33), 0.7)
        studio.add(shapes.joined([(shapes.box(0.12, 0.12, 1.0), (0, y, 0.5)) for y in np.arange(-10, 60, 2.0)] + [(shapes.box(0.08, 70, 0.08), (0, 25, z)) for z in (0.5, 1.0)]), rail, (edge + side * 0.3, 0, high), smooth=False)
    if r.random() < 0.75:
        back = edge + side * r.uniform(3.2, 10)  # behind the camera that stands on the quay
        y = r.uniform(-10, 5)
        while y < 90:
            long, tall = r.uniform(5, 14), r.uniform(3, 9)
            wall = studio.material(tuple(np.array([0.7, 0.68, 0.64]) * r.uniform(0.5, 1.1)), 0.9, spots=(0.5, 0.48, 0.44), scale=0.7)
            studio.add(shapes.box(8, long, tall), wall, (back + side * 4, y + long / 2, high + tall / 2), smooth=False)
            studio.add(shapes.box(9, long + 0.6, 1.6, 0.3), studio.material((0.06, 0.06, 0.065), 0.8), (back + side * 4, y + long / 2, high + tall + 0.8), smooth=False)
            panes = [(shapes.box(0.1, 1.1, 1.4), (0, k, z)) for k in np.arange(-long / 2 + 1.2, long / 2 - 0.6, 2.4) for z in np.arange(1.4, tall - 0.6, 2.8)]
            if panes:
                lit = night and r.random() < 0.6
                pane = studio.material((1, 0.7, 0.35) if lit else (0.03, 0.03, 0.035), 0.2, glow=r.uniform(0.5, 4) if lit else 0)
                studio.add(shapes.joined(panes), pane, (back - side * 0.02, y + long / 2, high), smooth=False)
            y += long + (r.uniform(0.3, 8) if r.random() < 0.4 else 0.05)
    for _ in range(int(r.integers(0, 7))):
        x, y, tall = edge + side * r.uniform(0.3, 6), r.uniform(0, 60), r.uniform(2.5, 7)
        studio.add(shapes.tube([(0, 0, 0), (0.1, 0, tall / 2), (r.normal(0, 0.5), 0, tall)], [0.18, 0.13, 0.06]), studio.material((0.1, 0.075, 0.05), 0.9), (x, y, high))
        green = tuple(np.array([0.06, 0.13, 0.03]) * r.uniform(0.6, 1.6))
        crown = studio.material(green, 0.8, spots=tuple(np.array(green) * 0.35), scale=4, bump=1.0)
        for _ in range(3):
            studio.add(shapes.lump(r, *r.uniform(0.8, 2.2, 3), 0.5), crown, (x + r.normal(0, 0.8), y + r.normal(0, 0.8), high + tall + r.normal(0, 0.6)))


def in_the_water(studio, width, camera_at):
    """Piers, posts, boats, buoys, lotus, a rope, a duck: they belong there, or are at least no rubbish."""
    r = studio.random
    stone = studio.material((0.32, 0.31, 0.29), 0.85, spots=(0.18, 0.18, 0.16), scale=3, bump=0.4)
    place = lambda near=2.0: (r.uniform(-0.45, 0.45) * width, r.uniform(near, 35))
    if r.random() < 0.35:  # a bridge further on
        y, high = r.uniform(6, 40), r.uniform(2, 5)
        studio.add(shapes.box(width + 6, r.uniform(2, 5), 0.7), stone, (0, y, high), smooth=False)
        for k in np.linspace(-0.3, 0.3, int(r.integers(2, 4))):
            studio.add(shapes.box(r.uniform(0.5, 1.2), 3, high + 1), stone, (k * width, y, (high - 1) / 2), smooth=False)
    for _ in range(int(r.integers(0, 4)) if r.random() < 0.4 else 0):
        x, y = place()
        studio.add(shapes.turned([(0.1, -1), (0.1, r.uniform(0.5, 1.5))]), studio.material((0.2, 0.15, 0.1), 0.9), (x, y, 0))
    if r.random() < 0.3:
        for _ in range(int(r.integers(1, 3))):
            boat(studio, *place(4))
    if r.random() < 0.15:
        for _ in range(int(r.integers(1, 6))):
            x, y = place()
            studio.add(shapes.ball(0.2, 0.2, 0.2), studio.material([(0.8, 0.15, 0.05), (0.8, 0.6, 0.05)][r.integers(2)], 0.4), (x, y, 0.05))
    if r.random() < 0.12:
        for _ in range(int(r.integers(5, 40))):
            x, y = r.uniform(0.25, 0.48) * width, r.uniform(2, 20)
            studio.add(shapes.turned([(0.0, 0.0), (0.3, 0.03), (0.32, 0.04)], 12, closed=False), studio.material((0.07, 0.2, 0.06), 0.5), (x, y, 0.02), scale=r.uniform(0.5, 1.3))
    if r.random() < 0.12:
        for _ in range(int(r.integers(1, 5))):
            x, y = place()
            duck(studio, x, y)


def boat(studio, x, y):
    r = studio.random
    long, wide = r.uniform(3, 7), r.uniform(1.0, 1.8)
    hull = np.array([(a * long / 2, b * wide / 2 * k, z) for z, k in ((-0.2, 0.8), (0.45, 1.0)) for a, b in ((-1, -0.7), (0.6, -1), (1.15, 0), (0.6, 1), (-1, 0.7))])
    faces = [(4, 3, 2, 1, 0), *[(i, (i + 1) % 5, 5 + (i + 1) % 5, 5 + i) for i in range(5)]]
    turn = math.pi / 2 + r.normal(0, 0.4)
    wood = studio.material([(0.16, 0.1, 0.06), (0.08, 0.12, 0.2), (0.5, 0.5, 0.48)][r.integers(3)], 0.6, spots=(0.1, 0.07, 0.05), scale=3)
    studio.add((hull, faces), wood, (x, y, 0), (0, 0, turn), smooth=False)
    if r.random() < 0.6:
        roof = shapes.tilted(shapes.turned([(wide * 0.45, -long * 0.25), (wide * 0.45, long * 0.25)], 12), (0, math.pi / 2, 0))
        studio.add(roof, studio.material((0.12, 0.1, 0.07), 0.8), (x, y, 0.6), (0, 0, turn))


def duck(studio, x, y):
    r = studio.random
    feathers = studio.material([(0.8, 0.8, 0.78), (0.2, 0.15, 0.1)][r.integers(2)], 0.8)
    turn = r.uniform(0, 6)
    studio.add(shapes.ball(0.2, 0.11, 0.1), feathers, (x, y, 0.05), (0, 0, turn))
    ahead = (x + 0.17 * math.cos(turn), y + 0.17 * math.sin(turn))
    studio.add(shapes.tube([(0, 0, 0), (0, 0, 0.16)], [0.04, 0.035]), feathers, (*ahead, 0.08))
    studio.add(shapes.ball(0.06, 0.05, 0.05), feathers, (*ahead, 0.26))
    studio.add(shapes.box(0.07, 0.03, 0.02), studio.material((0.8, 0.4, 0.02), 0.5), (ahead[0] + 0.07 * math.cos(turn), ahead[1] + 0.07 * math.sin(turn), 0.25), (0, 0, turn))
