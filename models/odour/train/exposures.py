"""Reads the gas-array exposures, tells the five boards apart, and makes windows of them as the live system would see them.

An exposure is 10 steps x 8 sensors (kOhm): steps 0-2 clean air, 3-6 gas, 7-9 recovery.
"""
import csv

import numpy as np

GASES = ["ethylene", "co", "ethanol", "methane"]
LABELS = ["clean", *GASES]
STEPS, SENSORS, CLEAN_STEPS = 10, 8, 3


def read(path):
    """Labels (index into LABELS) [N] and resistances [N,10,8]."""
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    labels = np.array([LABELS.index(row[0]) for row in rows])
    return labels, np.array([[float(v) for v in row[1:]] for row in rows]).reshape(-1, STEPS, SENSORS)


def boards(exposures):
    """Board of each exposure [N]: the copy does not tell it, but clean-air resistances fall into five apart clusters (single linkage)."""
    base = np.log(np.median(exposures[:, :CLEAN_STEPS], axis=1))
    z = (base - base.mean(0)) / base.std(0)
    distance = np.sqrt(((z[:, None] - z[None]) ** 2).sum(-1))
    group = np.arange(len(z))
    pairs = np.argwhere(np.triu(distance < 1.6, 1))
    for a, b in pairs[np.argsort(distance[pairs[:, 0], pairs[:, 1]])]:
        if len(np.unique(group)) <= 6:
            break
        group[group == group[b]] = group[a]
    names, sizes = np.unique(group, return_counts=True)
    large = names[np.argsort(-sizes)][:5]
    to_group = np.array([distance[:, group == g].min(1) for g in large])  # a stray exposure goes to its nearest board
    return to_group.argmin(0)


def gas_window(exposure, random, start):
    """The exposure shifted so that the gas arrives at step `start` (0: it has been there all the time) of a 10-step window."""
    base, rest = exposure[:CLEAN_STEPS], exposure[CLEAN_STEPS:]
    if start <= CLEAN_STEPS:
        plateau = exposure[6]
        steps = np.concatenate([base[CLEAN_STEPS - start :], exposure[CLEAN_STEPS:7]])
        while len(steps) < STEPS:  # the gas stays
            steps = np.concatenate([steps, plateau[None] * (1 + random.normal(0, 0.004, (1, SENSORS)))])
        return steps[:STEPS]
    lead = clean_steps(exposure, random, start)
    return np.concatenate([lead, rest])[:STEPS]


def clean_steps(exposure, random, count):
    """Clean air before an exposure: its own three steps, drawn again with their noise and a slow walk."""
    base = np.median(exposure[:CLEAN_STEPS], axis=0)
    walk = np.cumsum(random.normal(0, 0.0015, (count, 1)), axis=0) + random.normal(0, 0.004, (count, SENSORS))
    return base * np.exp(walk)


def baseline(exposure):
    return np.median(exposure[:CLEAN_STEPS], axis=0)
