"""What floats on a canal and should not: bottles, bags, foam, cartons, planks, branches, litter of leaves, mats of weed and algae."""
import math

import numpy as np

import shapes

KINDS = {"bottle": 3, "bag": 3, "foam": 2.5, "carton": 2, "can": 1, "plank": 1.2, "branch": 2, "leaves": 2, "weed": 2, "algae": 1.5, "cup": 1}


def float_one(studio, at, kind, size=1.0):
    """Puts one thing on the water at `at`; returns its index."""
    r, index = studio.random, studio.thing()
    turn = r.uniform(0, 2 * math.pi)
    put = lambda mesh, material, sink=0.0, tilt=(0.0, 0.0), smooth=True: studio.add(mesh, material, (at[0], at[1], -sink * size), (*tilt, turn), size, index, smooth)
    vivid = lambda: tuple(r.uniform(0.02, 0.9, 3) ** 1.3)
    pale = lambda: tuple(np.full(3, r.uniform(0.5, 0.9)) * r.uniform(0.9, 1.0, 3))
    if kind == "bottle":
        body = shapes.turned([(0.0, -0.13), (0.038, -0.125), (0.04, -0.06), (0.036, 0.0), (0.04, 0.04), (0.036, 0.08), (0.014, 0.11), (0.014, 0.13)], 12)
        clear = r.random() < 0.6
        put(body, studio.material((0.75, 0.85, 0.85) if clear else vivid(), 0.12, alpha=r.uniform(0.35, 0.7) if clear else 1), 0.005, (math.pi / 2 + r.normal(0, 0.15), 0))
        label = shapes.turned([(0.0415, -0.06), (0.0415, 0.03)], 12, closed=False)
        put(label, studio.material(vivid(), 0.5), 0.005, (math.pi / 2, 0))
        put(shapes.tilted(shapes.turned([(0.017, 0.125), (0.017, 0.15)], 10), (math.pi / 2, 0, 0)), studio.material(vivid(), 0.4), 0.005)
    elif kind == "bag":
        stuff = shapes.lump(r, 0.2, 0.15 * r.uniform(0.7, 1.3), 0.07 * r.uniform(0.6, 1.8), 0.35)
        colour = [pale(), (0.03, 0.03, 0.035), vivid()][r.integers(3)]
        put(stuff, studio.material(colour, r.uniform(0.15, 0.5), alpha=r.uniform(0.6, 1), bump=0.6, scale=18), 0.02)
        if r.random() < 0.5:
            put(shapes.lump(r, 0.08, 0.06, 0.06, 0.5), studio.material(colour, 0.3), -0.03)
    elif kind == "foam":
        block = shapes.box(r.uniform(0.12, 0.5), r.uniform(0.1, 0.35), r.uniform(0.04, 0.22), r.uniform(0.85, 1))
        put(block, studio.material(pale(), 0.8, bump=0.3, scale=40), r.uniform(-0.03, 0.03), tuple(r.normal(0, 0.2, 2)), False)
        for _ in range(int(r.integers(0, 4))):
            bit = shapes.box(*(r.uniform(0.03, 0.12, 3)))
            studio.add(bit, studio.material(pale(), 0.8), np.array([*at[:2], 0.0]) + np.array([*r.normal(0, 0.25, 2), 0]) * size, tuple(r.uniform(0, 3, 3)), size, index, False)
    elif kind == "carton":
        block = shapes.box(r.uniform(0.15, 0.45), r.uniform(0.1, 0.35), r.uniform(0.03, 0.25))
        put(block, studio.material((0.42, 0.28, 0.15) if r.random() < 0.6 else vivid(), 0.8, spots=(0.3, 0.2, 0.12), scale=9), r.uniform(0, 0.05), tuple(r.normal(0, 0.25, 2)), False)
    elif kind == "can":
        put(shapes.tilted(shapes.turned([(0.028, -0.06), (0.033, -0.05), (0.033, 0.05), (0.028, 0.06)], 12), (math.pi / 2, 0, 0)), studio.material(vivid(), 0.25, metal=0.8), 0.0)
    elif kind == "plank":
        put(shapes.box(r.uniform(0.5, 1.6), r.uniform(0.08, 0.2), 0.03), studio.material((0.28, 0.19, 0.11), 0.8, spots=(0.14, 0.1, 0.06), scale=6), 0.0, tuple(r.normal(0, 0.04, 2)), False)
    elif kind == "branch":
        wood = studio.material((0.12, 0.085, 0.055), 0.9, bump=0.4, scale=20)
        length = r.uniform(0.5, 1.6)
        path = np.cumsum(np.concatenate([[[-length / 2, 0, 0.01]], np.column_stack([np.full(6, length / 6), r.normal(0, 0.06, 6), r.normal(0, 0.015, 6)])]), axis=0)
        put(shapes.tube(path, np.linspace(0.03, 0.006, 7), 6), wood)
        for k in r.choice(5, 3, replace=False) + 1:
            twig = path[k] + np.outer(np.linspace(0, 1, 3), [r.uniform(0.1, 0.3), r.choice([-1, 1]) * r.uniform(0.1, 0.35), r.uniform(0, 0.2)])
            put(shapes.tube(twig, [0.012, 0.008, 0.003], 5), wood)
        if r.random() < 0.5:
            put(shapes.joined([(leaf(r, 0.06), (length * r.uniform(0, 0.5), r.normal(0, 0.15), 0.03)) for _ in range(25)]), studio.material((0.07, 0.16, 0.03), 0.6))
    elif kind == "leaves":
        spread, colour = r.uniform(0.12, 0.6), [(0.32, 0.18, 0.05), (0.1, 0.17, 0.03), (0.4, 0.3, 0.08)][r.integers(3)]
        bits = [(leaf(r, r.uniform(0.03, 0.07)), (*(r.normal(0, spread, 2) * (1, r.uniform(0.3, 1))), 0.004)) for _ in range(int(r.integers(12, 70)))]
        put(shapes.joined(bits), studio.material(colour, 0.7, spots=tuple(np.array(colour) * 0.5), scale=6))
    elif kind == "weed":  # water hyacinth: pads and upright leaves
        green = studio.material((0.06, 0.2 * r.uniform(0.7, 1.3), 0.03), 0.45, spots=(0.1, 0.28, 0.05), scale=12)
        spread = r.uniform(0.15, 0.7)
        bits = [(shapes.tilted(leaf(r, r.uniform(0.05, 0.11)), (0, -r.uniform(0.1, 1.2), r.uniform(0, 6))), (*r.normal(0, spread, 2), r.uniform(0.01, 0.08))) for _ in range(int(r.integers(25, 110)))]
        put(shapes.joined(bits), green)
    elif kind == "algae":
        green = [(0.12, 0.26, 0.03), (0.2, 0.24, 0.04), (0.05, 0.13, 0.03)][r.integers(3)]
        mat = shapes.sheet(r, r.uniform(0.3, 1.3), r.uniform(0.2, 0.9), 0.004, 14, r.uniform(0.3, 0.8))
        put(mat, studio.material(green, 0.75, spots=tuple(np.array(green) * r.uniform(0.4, 1.5)), scale=14, bump=0.3), -0.008)
    else:
        cup = shapes.turned([(0.0, 0), (0.03, 0), (0.042, 0.1), (0.039, 0.1), (0.028, 0.01)], 12, closed=False)
        put(shapes.tilted(cup, (r.uniform(0.8, 1.8), 0, 0)), studio.material(pale() if r.random() < 0.6 else vivid(), 0.4), 0.0)
    return index


def leaf(random, length):
    """A pointed flat leaf, turned at random."""
    outline = [(-1, 0), (-0.3, 0.42), (0.4, 0.36), (1, 0), (0.4, -0.36), (-0.3, -0.42)]
    turn = random.uniform(0, 2 * math.pi)
    c, s = math.cos(turn), math.sin(turn)
    points = np.array([((x * c - y * s) * length, (x * s + y * c) * length, 0.004 * k) for k, (x, y) in enumerate(outline)])
    return points, [tuple(range(6))]
