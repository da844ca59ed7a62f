"""A restaurant kitchen seen by its camera: room, steel, pots, cooks with and without hat and mask, phones, cigarettes, rats, bins."""
import math

import numpy as np

import shapes
from labels import box_of
from person import Person

LABELS = ["person", "hat", "no_hat", "mask", "no_mask", "smoking", "phone", "rat", "bin_open"]
OUTDOORS, HAS_WATER = False, False
SHAPES = ((416, 234), (416, 234), (416, 312), (384, 384), (312, 416))


class View:
    def __init__(self, people, rats, bins, camera_at, infrared):
        self.people, self.rats, self.bins, self.camera_at = people, rats, bins, camera_at
        self.night = self.infrared = infrared

    def boxes(self, indices):
        found = []
        def add(label, parts, least, side=3):
            box = box_of(indices, parts, least, side)
            if box:
                found.append((label, box))
        for person in self.people:
            parts = person.parts
            seen = {name: int((indices == index).sum()) for name, index in parts.items()}
            add("person", list(parts.values()), 120, 6)
            if seen["head"] + seen["face"] >= 24:
                add("hat" if person.hat else "no_hat", [parts["head"], parts["face"]], 24, 4)
            towards = self.camera_at - person.head_at()
            if seen["face"] >= 20 and float(person.look() @ towards) / np.linalg.norm(towards) > 0.3:
                add("mask" if person.mask else "no_mask", [parts["face"]], 20, 4)
            if person.doing in ("call", "screen") and seen["held"] >= 6:
                add("phone", [parts["held"], parts["hand"]], 10)
            if person.doing == "smoke" and seen["held"] >= 3:
                add("smoking", [parts["held"], parts["face"], parts["hand"]], 12)
        for index in self.rats:
            add("rat", [index], 14)
        for index in self.bins:
            add("bin_open", [index], 45, 6)
        return found


def build(studio):
    r = studio.random
    wide, deep, high = r.uniform(3.5, 8), r.uniform(4, 9), r.uniform(2.6, 3.3)
    infrared = r.random() < 0.13
    camera_at = np.array([r.uniform(0.15, wide - 0.15), 0.15, r.uniform(1.9, high - 0.1)])
    room(studio, wide, deep, high)
    lights(studio, wide, deep, high, infrared)
    focus = (r.uniform(0.25, 0.75) * wide, r.uniform(1.8, min(deep - 0.8, 5.5)))
    close = r.random() < 0.45
    look = (*focus, 1.35 if close and r.random() < 0.75 else r.uniform(0.2, 1.1))
    studio.camera(camera_at, look, *SHAPES[r.integers(len(SHAPES))], r.uniform(0.4, 0.8) if close else r.uniform(0.8, 1.6))
    if infrared:
        studio.lamp("SPOT", camera_at + (0, 0, 0.1), look, r.uniform(60, 300), size=0.05, spread=1.7)
    tables(studio, wide, deep, focus)
    people = [cook(studio, spot, camera_at) for spot in spots(r, focus, wide, deep, int(r.choice([0, 1, 2, 3, 4], p=[0.1, 0.36, 0.32, 0.15, 0.07])))]
    visible = lambda: (float(np.clip(focus[0] + r.normal(0, 1.0), 0.3, wide - 0.3)), float(np.clip(focus[1] + r.normal(-0.2, 1.0), 0.9, deep - 0.3)))
    rats = [rat(studio, visible(), 0.9 if r.random() < 0.2 else 0.0) for _ in range(int(r.integers(1, 4)) if r.random() < (0.6 if not people else 0.22) else 0)]
    bins = []
    for _ in range(int(r.integers(1, 4)) if r.random() < 0.55 else 0):
        index, is_open = bin_at(studio, visible())
        bins += [index] if is_open else []
    return View(people, rats, bins, camera_at, infrared)


def spots(r, focus, wide, deep, count):
    """Places to stand, at least an arm apart."""
    taken = []
    for _ in range(20 * count):
        spot = np.array([np.clip(focus[0] + r.normal(0, 0.9), 0.5, wide - 0.5), np.clip(focus[1] + r.normal(0, 0.8), 1.3, deep - 0.5)])
        if len(taken) < count and all(np.linalg.norm(spot - other) > 0.6 for other in taken):
            taken.append(spot)
    return taken


def cook(studio, spot, camera_at):
    r = studio.random
    doing = str(r.choice(["work", "stand", "screen", "call", "smoke"], p=[0.36, 0.22, 0.15, 0.1, 0.17]))
    towards = math.atan2(camera_at[1] - spot[1], camera_at[0] - spot[0])
    heading = towards + (r.normal(0, 0.6) if r.random() < 0.65 else r.uniform(-math.pi, math.pi))
    mask = r.random() < (0.5 if doing != "smoke" else 0.0)
    person = Person(studio, spot, heading, r.random() < 0.55, mask, doing, plain=r.random() < 0.18)
    person.doing = doing
    return person


def room(studio, wide, deep, high):
    r, make = studio.random, studio.material
    pale = tuple(np.full(3, r.uniform(0.45, 0.85)) * r.uniform(0.9, 1.05, 3))
    walls = make(pale, r.uniform(0.2, 0.7))
    floor = make([(0.35, 0.34, 0.33), (0.3, 0.14, 0.09), (0.5, 0.49, 0.46), (0.12, 0.13, 0.14)][r.integers(4)], r.uniform(0.12, 0.6), spots=(0.25, 0.24, 0.22), scale=2, bump=0.05)
    flat = lambda x, y: (np.array([(0, 0, 0), (x, 0, 0), (x, y, 0), (0, y, 0)]), [(0, 1, 2, 3)])
    studio.add(flat(wide, deep), floor, smooth=False)
    ceiling = studio.add(flat(wide, deep), make((0.75, 0.75, 0.75), 0.9), (0, 0, high), smooth=False)
    ceiling.visible_shadow = ceiling.visible_diffuse = False  # the sky stands for the light that walls and ceiling throw back
    for at, x, y in (((wide / 2, deep + 0.05, high / 2), wide, 0.1), ((-0.05, deep / 2, high / 2), 0.1, deep), ((wide + 0.05, deep / 2, high / 2), 0.1, deep)):
        studio.add(shapes.box(x, y, high), walls, at, smooth=False)
    joint = make(tuple(np.array(pale) * r.uniform(0.5, 0.9)), 0.8)
    if r.random() < 0.6:  # tiles
        step = r.uniform(0.2, 0.5)
        studio.add(shapes.joined([(shapes.box(wide, 0.01, 0.008), (wide / 2, deep - 0.002, z)) for z in np.arange(step, high, step)] + [(shapes.box(0.008, 0.01, high), (x, deep - 0.002, high / 2)) for x in np.arange(step, wide, step)]), joint, smooth=False)
    step = r.uniform(0.3, 0.8)
    if r.random() < 0.6:
        studio.add(shapes.joined([(shapes.box(0.01, deep, 0.004), (x, deep / 2, 0)) for x in np.arange(step, wide, step)] + [(shapes.box(wide, 0.01, 0.004), (wide / 2, y, 0)) for y in np.arange(step, deep, step)]), joint, smooth=False)
    if r.random() < 0.3:
        studio.add(shapes.box(1.0, 0.02, 2.1), make(tuple(r.uniform(0.1, 0.7, 3)), 0.4), (r.uniform(0.7, wide - 0.7), deep - 0.02, 1.05), smooth=False)


def lights(studio, wide, deep, high, infrared):
    r = studio.random
    studio.sky((0.8,) * 3, (0.8,) * 3, (0.6,) * 3, r.uniform(0.25, 0.8) if not infrared else 0.01)
    if infrared:
        return
    colour = [(1, 1, 1), (0.85, 0.95, 1), (1, 0.85, 0.65)][r.choice(3, p=[0.5, 0.3, 0.2])]
    for _ in range(int(r.integers(1, 4))):
        at = (r.uniform(0.2, 0.8) * wide, r.uniform(0.15, 0.85) * deep, high - 0.05)
        studio.lamp("AREA", at, (at[0], at[1], 0), r.uniform(10, 90), colour, r.uniform(0.4, 1.6))


def tables(studio, wide, deep, focus):
    r, make = studio.random, studio.material
    steel = make(tuple(np.full(3, r.uniform(0.35, 0.6))), r.uniform(0.15, 0.45), metal=r.uniform(0.5, 1), bump=0.05, scale=5)
    places = [((wide / 2, deep - 0.35), wide * r.uniform(0.5, 0.95), 0.65)]
    if r.random() < 0.6:
        places.append(((r.choice([0.35, wide - 0.35]), deep * 0.55), 0.65, deep * r.uniform(0.3, 0.7)))
    if r.random() < 0.5:
        places.append(((focus[0] + r.normal(0, 0.7), focus[1] - r.uniform(0.5, 0.9)), r.uniform(1.0, 2.2), r.uniform(0.5, 0.8)))
    for (x, y), long, across in places:
        top = r.uniform(0.8, 0.92)
        studio.add(shapes.box(long, across, 0.05), steel, (x, y, top), smooth=False)
        if r.random() < 0.5:
            studio.add(shapes.box(long - 0.04, across - 0.04, top - 0.1), steel, (x, y, top / 2), smooth=False)
        else:
            legs = [(shapes.box(0.05, 0.05, top), (a * (long / 2 - 0.06), b * (across / 2 - 0.06), top / 2)) for a in (-1, 1) for b in (-1, 1)]
            studio.add(shapes.joined([*legs, (shapes.box(long - 0.1, across - 0.1, 0.03), (0, 0, 0.2))]), steel, (x, y, 0), smooth=False)
        for _ in range(int(r.integers(2, 10))):
            utensil(studio, (x + r.uniform(-0.45, 0.45) * long, y + r.uniform(-0.35, 0.35) * across, top + 0.025))
    if r.random() < 0.5:
        x = r.uniform(1, wide - 1)
        studio.add(shapes.box(r.uniform(1, 2.5), 0.9, 0.5, 0.7), steel, (x, deep - 0.5, 2.2), smooth=False)
    if r.random() < 0.4:
        studio.add(shapes.box(0.9, 0.7, 1.9), steel, (r.choice([0.5, wide - 0.5]), deep - 0.4, 0.95), smooth=False)


def utensil(studio, at):
    r, make = studio.random, studio.material
    kind, turn = r.integers(6), (0, 0, r.uniform(0, 6))
    shiny = make(tuple(np.full(3, r.uniform(0.3, 0.7))), 0.25, metal=0.9)
    vivid = make(tuple(r.uniform(0.03, 0.8, 3)), r.uniform(0.3, 0.8))
    if kind == 0:
        radius, tall = r.uniform(0.08, 0.22), r.uniform(0.08, 0.3)
        studio.add(shapes.turned([(0, 0), (radius, 0), (radius, tall), (radius - 0.008, tall), (radius - 0.01, 0.02), (0, 0.02)], 16, closed=False), shiny if r.random() < 0.8 else vivid, at)
        if r.random() < 0.5:
            studio.add(shapes.turned([(radius * 0.97, tall * 0.7), (0.0, tall * 0.72)], 16), make(tuple(r.uniform(0.02, 0.5, 3)), 0.4), at)
    elif kind == 1:
        radius = r.uniform(0.06, 0.16)
        studio.add(shapes.turned([(radius * 0.4, 0), (radius, 0.06), (radius * 0.93, 0.06), (radius * 0.35, 0.01)], 14, closed=False), make((0.8, 0.8, 0.8), 0.3), at)
    elif kind == 2:
        studio.add(shapes.box(r.uniform(0.25, 0.45), r.uniform(0.2, 0.3), 0.025), make([(0.5, 0.35, 0.2), (0.8, 0.8, 0.8), (0.2, 0.5, 0.3)][r.integers(3)], 0.6), at, turn, smooth=False)
    elif kind == 3:
        studio.add(shapes.turned([(0.035, 0), (0.035, 0.16), (0.014, 0.21), (0.014, 0.25)], 10), vivid, at)
    elif kind == 4:
        for _ in range(int(r.integers(2, 9))):
            green = make([(0.1, 0.3, 0.05), (0.6, 0.1, 0.05), (0.7, 0.4, 0.1), (0.55, 0.3, 0.25)][r.integers(4)], 0.6)
            studio.add(shapes.lump(r, *r.uniform(0.02, 0.07, 3), 0.3, 10, 7), green, (at[0] + r.normal(0, 0.07), at[1] + r.normal(0, 0.05), at[2] + 0.03))
    else:
        studio.add(shapes.box(r.uniform(0.15, 0.5), r.uniform(0.12, 0.35), r.uniform(0.04, 0.25)), vivid if r.random() < 0.6 else shiny, (at[0], at[1], at[2] + 0.06), turn, smooth=False)


def rat(studio, spot, floor):
    """On the floor, or on whatever is `floor` metres high there."""
    r, index = studio.random, studio.thing()
    fur = studio.material([(0.07, 0.06, 0.05), (0.13, 0.1, 0.075), (0.03, 0.03, 0.03), (0.2, 0.18, 0.16)][r.integers(4)], 0.95, bump=0.6, scale=60)
    pink = studio.material((0.35, 0.2, 0.17), 0.6)
    at, turn, size = (*spot, floor), (0, 0, r.uniform(0, 6.3)), r.uniform(0.85, 1.6)
    put = lambda mesh, material, place=(0, 0, 0): studio.add((np.asarray(mesh[0]) + place, mesh[1]), material, at, turn, size, index)
    hunch = r.uniform(0.8, 1.3)
    put(shapes.lump(r, 0.105, 0.045, 0.042 * hunch, 0.08), fur, (0, 0, 0.045 * hunch))
    put(shapes.ball(0.05, 0.03, 0.03), fur, (0.11, 0, 0.05))
    put(shapes.ball(0.025, 0.015, 0.015), fur, (0.15, 0, 0.043))
    for side in (-1, 1):
        put(shapes.ball(0.008, 0.016, 0.018), pink, (0.1, side * 0.024, 0.078))
        put(shapes.ball(0.03, 0.018, 0.015), fur, (-0.05, side * 0.04, 0.012))
    bend = r.normal(0, 0.06, 2)
    put(shapes.tube([(-0.09, 0, 0.03), (-0.16, bend[0], 0.012), (-0.23, bend[0] + bend[1], 0.008), (-0.3, bend.sum() * 2, 0.008)], [0.009, 0.007, 0.005, 0.002], 6), pink)
    return index


def bin_at(studio, spot):
    """A round or square bin; open with rubbish and a bag's rim, or closed."""
    r, make, index = studio.random, studio.material, studio.thing()
    body = make([(0.08, 0.08, 0.085), (0.05, 0.2, 0.1), (0.05, 0.12, 0.35), (0.4, 0.4, 0.4), (0.5, 0.08, 0.05), (0.5, 0.4, 0.1)][r.integers(6)], 0.5)
    tall, radius, is_open = r.uniform(0.35, 0.8), r.uniform(0.16, 0.3), r.random() < 0.62
    around, spin = (18, 0.0) if r.random() < 0.6 else (4, math.pi / 4 + r.uniform(0, 1.5))
    put = lambda mesh, material, place=(0, 0, 0), tilt=(0, 0), soft=True: studio.add(mesh, material, (spot[0] + place[0], spot[1] + place[1], place[2]), (*tilt, spin), 1.0, index, soft and around > 4)
    put(shapes.turned([(0.0, 0), (radius * 0.8, 0), (radius, tall), (radius * 0.93, tall), (radius * 0.78, 0.05), (0, 0.05)], around, closed=False), body)
    lid = shapes.turned([(radius * 1.05, 0), (radius * 1.05, 0.04), (radius * 0.6, 0.09), (0.02, 0.1)], around)
    if not is_open:
        put(lid, body if r.random() < 0.7 else make((0.1, 0.1, 0.1), 0.5), (0, 0, tall))
        return index, False
    if r.random() < 0.6:
        put(shapes.turned([(radius * 1.02, tall - 0.12), (radius * 1.04, tall + 0.01), (radius * 0.9, tall + 0.005), (radius * 0.85, tall - 0.15)], around, closed=False), make([(0.02, 0.02, 0.02), (0.6, 0.6, 0.6)][r.integers(2)], 0.3, bump=0.5, scale=20))
    fill = tall * r.uniform(0.4, 1.0)
    for _ in range(int(r.integers(3, 10))):
        bit = shapes.lump(r, *(r.uniform(0.15, 0.5, 3) * radius), 0.5, 10, 7)
        put(bit, make(tuple(r.uniform(0.02, 0.7, 3) ** 1.3), 0.6), (*(r.normal(0, 0.3, 2) * radius), fill + r.uniform(-0.05, 0.05)), soft=False)
    if r.random() < 0.35:
        put(lid, body, (radius * 1.15, 0, tall * 0.5), (0, 1.4))
    return index, True
