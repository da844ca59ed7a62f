"""Meshes as (vertices, faces), in metres: boxes, turned profiles, tubes along a path, lumps, crumpled sheets. No Blender here."""
import math

import numpy as np


def box(x=1.0, y=1.0, z=1.0, taper=1.0):
    """Centred; the top is `taper` times as wide as the bottom."""
    corners = [(sx * x / 2 * k, sy * y / 2 * k, sz * z / 2) for sz, k in ((-1, 1.0), (1, taper)) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    sides = [(i, (i + 1) % 4, 4 + (i + 1) % 4, 4 + i) for i in range(4)]
    return np.array(corners), [(3, 2, 1, 0), (4, 5, 6, 7), *sides]


def turned(profile, around=14, closed=True):
    """A profile of (radius, height) turned about z."""
    turns = np.linspace(0, 2 * math.pi, around, endpoint=False)
    vertices = np.array([(r * math.cos(t), r * math.sin(t), h) for r, h in profile for t in turns])
    faces = [(k * around + i, k * around + (i + 1) % around, (k + 1) * around + (i + 1) % around, (k + 1) * around + i) for k in range(len(profile) - 1) for i in range(around)]
    if closed:
        last = (len(profile) - 1) * around
        faces += [tuple(range(around))[::-1], tuple(range(last, last + around))]
    return vertices, faces


def tube(points, radii, around=8):
    """Round, along a path, with a radius at each point."""
    points = np.asarray(points, float)
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    vertices = []
    for point, direction, radius in zip(points, along, radii):
        other = np.array([0, 0, 1.0]) if abs(direction[2]) < 0.9 else np.array([1.0, 0, 0])
        a = np.cross(direction, other)
        a /= np.linalg.norm(a)
        b = np.cross(direction, a)
        vertices += [point + radius * (math.cos(t) * a + math.sin(t) * b) for t in np.linspace(0, 2 * math.pi, around, endpoint=False)]
    faces = [(k * around + i, k * around + (i + 1) % around, (k + 1) * around + (i + 1) % around, (k + 1) * around + i) for k in range(len(points) - 1) for i in range(around)]
    last = (len(points) - 1) * around
    return np.array(vertices), [*faces, tuple(range(around))[::-1], tuple(range(last, last + around))]


def ball(x=1.0, y=1.0, z=1.0, around=14, rings=9):
    """An ellipsoid of these half axes."""
    heights = np.linspace(-math.pi / 2 + 0.12, math.pi / 2 - 0.12, rings)
    vertices, faces = turned([(math.cos(a), math.sin(a)) for a in heights], around)
    return vertices * (x, y, z), faces


def lump(random, x=1.0, y=1.0, z=1.0, rough=0.25, around=18, rings=11):
    """A ball with bulges and folds: a filled bag, a clod, a crown of leaves."""
    vertices, faces = ball(1, 1, 1, around, rings)
    waves = random.normal(0, 3, (5, 3))
    swell = 1 + rough * np.mean([np.sin(vertices @ wave + random.uniform(0, 6)) for wave in waves], axis=0) * 2
    return vertices * swell[:, None] * (x, y, z), faces


def sheet(random, x=1.0, y=1.0, crumple=0.1, cells=10, ragged=0.0):
    """A flat, crumpled piece; `ragged` eats away its rim, to the shape of a mat or a patch."""
    grid = np.linspace(-1, 1, cells + 1)
    vertices = np.array([(a, b, 0.0) for b in grid for a in grid])
    waves = random.normal(0, 4, (4, 2))
    vertices[:, 2] = crumple * np.mean([np.sin(vertices[:, :2] @ wave + random.uniform(0, 6)) for wave in waves], axis=0)
    vertices[:, :2] += random.normal(0, 0.25 / cells, (len(vertices), 2))
    faces = [(j * (cells + 1) + i, j * (cells + 1) + i + 1, (j + 1) * (cells + 1) + i + 1, (j + 1) * (cells + 1) + i) for j in range(cells) for i in range(cells)]
    if ragged > 0:
        angles, phase = random.integers(2, 6, 3), random.uniform(0, 6, 3)
        def kept(face):
            cx, cy = vertices[list(face), :2].mean(0)
            turn = math.atan2(cy, cx)
            rim = 0.95 - ragged * (0.5 + np.mean(np.sin(angles * turn + phase))) - random.uniform(0, 0.3 * ragged)
            return math.hypot(cx, cy) < rim
        faces = [face for face in faces if kept(face)] or faces
    return vertices * (x, y, 1), faces


def joined(meshes):
    """Several (mesh, place) as one mesh."""
    vertices, faces, count = [], [], 0
    for (points, sides), at in meshes:
        vertices.append(np.asarray(points) + at)
        faces += [tuple(i + count for i in side) for side in sides]
        count += len(points)
    return np.concatenate(vertices), faces


def tilted(mesh, turn):
    """Turned in radians about x, then y, then z."""
    points = np.asarray(mesh[0])
    for axis, angle in enumerate(turn):
        c, s = math.cos(angle), math.sin(angle)
        a, b = [(1, 2), (2, 0), (0, 1)][axis]
        points = points.copy()
        points[:, a], points[:, b] = c * points[:, a] - s * points[:, b], s * points[:, a] + c * points[:, b]
    return points, mesh[1]
