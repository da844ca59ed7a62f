"""Flames and smoke as a fluid: a small two-dimensional solver (buoyancy, cooling, curl kept up) whose sequences are painted into training pictures.

Lengths are in heights of the grid, times in sqrt(height/g): a flame 0.5 m high changes through and through within a fifth of a second, a column of
smoke of 40 m barely. `python fluid.py --cache ~/.cache/qly-train` writes CACHE/smoke-fire-fluid.npz (heat and density, uint8), 5 minutes of one core.
"""
import argparse
import pathlib

import cv2
import numpy as np

ROWS, COLUMNS = 112, 80
FRAMES, EVERY, GRAVITY = 18, 0.2, 9.81
STEP = 0.035


class Fluid:
    def __init__(self, r):
        self.r = r
        self.u, self.v, self.heat, self.density = (np.zeros((ROWS, COLUMNS), np.float32) for _ in range(4))
        self.y, self.x = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
        ky, kx = np.meshgrid(np.fft.fftfreq(ROWS), np.fft.rfftfreq(COLUMNS), indexing="ij")
        self.laplace = 2 * np.cos(2 * np.pi * ky) + 2 * np.cos(2 * np.pi * kx) - 4
        self.laplace[0, 0] = 1
        edge = np.clip(np.minimum(self.y, ROWS - 1 - self.y) / 6, 0, 1) * np.clip(np.minimum(self.x, COLUMNS - 1 - self.x) / 4, 0, 1)
        self.fade = np.clip(0.7 + 0.3 * edge, 0, 1)
        self.shut = np.clip(self.y / 8, 0, 1) * np.clip(np.minimum(self.x, COLUMNS - 1 - self.x) / 5, 0, 1)

    def carried(self, what, border=cv2.BORDER_CONSTANT):
        return cv2.remap(what.astype(np.float32), (self.x - STEP * ROWS * self.u).astype(np.float32), (self.y - STEP * ROWS * self.v).astype(np.float32), cv2.INTER_LINEAR, borderMode=border)

    def step(self, lift, curl, wind, cooling, fading):
        self.v -= STEP * lift * self.heat
        if curl:
            turn = np.gradient(self.v, axis=1) - np.gradient(self.u, axis=0)
            ny, nx = np.gradient(np.abs(turn))
            length = np.hypot(nx, ny) + 1e-5
            self.u += STEP * curl * ROWS * (ny / length) * turn
            self.v -= STEP * curl * ROWS * (nx / length) * turn
        self.u, self.v = self.carried(self.u, cv2.BORDER_REPLICATE), self.carried(self.v, cv2.BORDER_REPLICATE)
        divergence = 0.5 * (np.roll(self.u, -1, 1) - np.roll(self.u, 1, 1) + np.roll(self.v, -1, 0) - np.roll(self.v, 1, 0))
        pressure = np.fft.irfft2(np.fft.rfft2(divergence) / self.laplace, s=divergence.shape).astype(np.float32)
        self.u = (self.u - 0.5 * (np.roll(pressure, -1, 1) - np.roll(pressure, 1, 1))) * self.fade + STEP * wind
        self.v = (self.v - 0.5 * (np.roll(pressure, -1, 0) - np.roll(pressure, 1, 0))) * self.fade
        self.heat = np.clip(self.carried(self.heat) - STEP * cooling * (0.35 + 0.65 * self.heat), 0, 1) * self.shut
        self.density = self.carried(self.density) * (1 - STEP * fading) * self.shut

    def burn(self, sources, heat, smoke):
        """Feeds the sources, each with a strength that wanders."""
        for source in sources:
            source[3] = np.clip(source[3] + self.r.normal(0, 0.12), 0.35, 1.1)
            at = np.exp(-(((self.x - source[0]) / source[2]) ** 2) - ((self.y - source[1]) / (0.035 * ROWS)) ** 2)
            at *= source[3] * (0.7 + 0.6 * cv2.resize(self.r.random((14, 10), np.float32), (COLUMNS, ROWS)))
            self.heat = np.maximum(self.heat, heat * np.clip(at, 0, 1))
            self.density = np.maximum(self.density, smoke * np.clip(at, 0, 1))


def simulate(r, fiery):
    """A sequence of FRAMES maps, EVERY seconds apart: heat 0..1 of flames, density 0..1 of smoke; uint8."""
    fluid = Fluid(r)
    metres = np.exp(r.uniform(np.log(0.35), np.log(5))) if fiery else np.exp(r.uniform(np.log(1.5), np.log(60)))
    steps = max(1, round(EVERY * np.sqrt(GRAVITY / metres) / STEP))
    width = (0.05, 0.45) if fiery else (0.03, 0.16)
    base = 0.9 * ROWS
    sources = [[COLUMNS * r.uniform(0.35, 0.65), base + r.uniform(-3, 3), COLUMNS * r.uniform(*width) / 2, r.uniform(0.5, 1)] for _ in range(int(r.integers(1, 4)))]
    lift, cooling = (r.uniform(1.0, 2.4), r.uniform(0.45, 1.2)) if fiery else (r.uniform(0.5, 1.5), r.uniform(0.03, 0.12))
    curl, wind, fading = r.uniform(0.02, 0.12), r.normal(0, 0.02), r.uniform(0.01, 0.12)
    before, out = int((3.2 if fiery else 5.5) / STEP), []
    for n in range(before + FRAMES * steps):
        fluid.burn(sources, 1.0 if fiery else 0.6, 0.4 if fiery else 1.0)
        fluid.step(lift, curl, wind * (1 + 0.5 * np.sin(0.05 * n)), cooling, fading)
        if n >= before and (n - before) % steps == 0:
            out.append(fluid.heat if fiery else fluid.density)
    return (255 * np.clip(np.stack(out[:FRAMES]), 0, 1)).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=220)
    parser.add_argument("--seed", type=int, default=7)
    a = parser.parse_args()
    cv2.setNumThreads(1)
    r = np.random.default_rng(a.seed)
    flames, smoke = (np.stack([simulate(r, fiery) for _ in range(a.count)]) for fiery in (True, False))
    np.savez_compressed(a.cache / "smoke-fire-fluid.npz", flames=flames, smoke=smoke)


if __name__ == "__main__":
    main()
