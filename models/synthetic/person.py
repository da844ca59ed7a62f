"""A person in a kitchen: body, head with hair and hat, face with mask, what the hands do. Faces +x, feet at z = 0, 1.7 m before scaling."""
import math

import numpy as np

import shapes

HATS = {"toque": 3, "cap": 2.5, "net": 2, "peaked": 1.2, "cloth": 1}
SKIN = [(0.62, 0.4, 0.28), (0.5, 0.31, 0.21), (0.7, 0.48, 0.36), (0.33, 0.19, 0.12)]
HEAD = np.array([0.02, 0.0, 1.58])


class Person:
    """`parts` says which indices are body, head, face, phone, cigarette and the hand that holds it."""

    def __init__(self, studio, at, heading, hat, mask, doing, plain=False):
        r = self.random = studio.random
        self.studio, self.at, self.heading, self.hat, self.mask = studio, np.array([*at, 0.0]), heading, hat, mask
        self.size = r.normal(1.0, 0.045)
        self.parts = {name: studio.thing() for name in ("body", "head", "face", "hand", "held")}
        self.nod = r.uniform(0.0, 0.7) if doing in ("work", "screen") else r.normal(0.05, 0.12)
        self.aside = r.normal(0, 0.35)
        self.skin = studio.material(tuple(np.array(SKIN[r.choice(4, p=[0.45, 0.3, 0.2, 0.05])]) * r.uniform(0.8, 1.1)), 0.5)
        self.body(plain, doing)
        self.face()
        self.hair_and_hat()

    def put(self, mesh, material, part, smooth=True):
        self.studio.add(mesh, material, self.at, (0, 0, self.heading), self.size, self.parts[part], smooth)

    def on_head(self, mesh, material, part, at=(0, 0, 0), smooth=True):
        turned, faces = shapes.tilted((np.asarray(mesh[0]) + at, mesh[1]), (0, self.nod, self.aside))
        self.put((turned + HEAD, faces), material, part, smooth)

    def look(self):
        """Where the face looks, a unit vector in the room."""
        turn = self.heading + self.aside
        return np.array([math.cos(turn) * math.cos(self.nod), math.sin(turn) * math.cos(self.nod), -math.sin(self.nod)])

    def head_at(self):
        c, s = math.cos(self.heading), math.sin(self.heading)
        return self.at + self.size * np.array([c * HEAD[0], s * HEAD[0], HEAD[2]])

    def body(self, plain, doing):
        r, make = self.random, self.studio.material
        white = r.random() < 0.72 and not plain
        cloth = tuple(np.full(3, r.uniform(0.55, 0.85))) if white else tuple(r.uniform(0.02, 0.6, 3) ** 1.4)
        jacket = make(cloth, 0.9, bump=0.35, scale=7)
        trousers = make(tuple(np.full(3, r.uniform(0.01, 0.2)) * r.uniform(0.7, 1.3, 3)), 0.9)
        girth = r.uniform(0.9, 1.25)
        torso = shapes.turned([(0.02, 0.8), (0.165, 0.82), (0.175, 0.95), (0.155, 1.1), (0.175, 1.28), (0.16, 1.4), (0.06, 1.47), (0.05, 1.52)], 14)
        self.put((torso[0] * (0.68 * girth, 1.18 * min(girth, 1.1), 1), torso[1]), jacket, "body")
        if not plain and r.random() < 0.5:
            front = shapes.turned([(0.18, 0.5), (0.18, 0.95), (0.163, 1.1)], 16, closed=False)
            kept = [face for face in front[1] if front[0][list(face), 0].mean() > -0.02]
            self.put((front[0] * (0.75 * girth, 1.15 * min(girth, 1.1), 1), kept), make((0.6, 0.6, 0.6) if r.random() < 0.5 else tuple(r.uniform(0.02, 0.3, 3)), 0.9), "body")
        stride = r.normal(0, 0.12)
        for side in (-1, 1):
            foot = np.array([side * stride, side * 0.1, 0.06])
            self.put(shapes.tube([(0, side * 0.09, 0.88), ((0.03 + foot[0]) / 2, side * 0.1, 0.48), foot], [0.095, 0.07, 0.05]), trousers, "body")
            self.put((shapes.box(0.25, 0.09, 0.08, 0.8)[0] + (foot[0] + 0.05, foot[1], 0.04), shapes.box()[1]), make((0.02, 0.02, 0.02), 0.6), "body")
            hand = self.hand_at(side, doing)
            shoulder = np.array([0.0, side * 0.2, 1.4])
            elbow = (shoulder + hand) / 2 + np.array([-0.06, side * r.uniform(0.03, 0.14), -0.12])
            bare = r.random() < 0.4
            self.put(shapes.tube([shoulder, elbow], [0.065, 0.048]), jacket, "body")
            self.put(shapes.tube([elbow, hand], [0.045, 0.032]), self.skin if bare else jacket, "body")
            holds = side == 1 and doing in ("screen", "call", "smoke")
            self.put((shapes.ball(0.05, 0.035, 0.045)[0] + hand, shapes.ball()[1]), self.skin, "hand" if holds else "body")
            if holds:
                self.hold(hand, doing)

    def hand_at(self, side, doing):
        r = self.random
        if side == 1 and doing == "call":
            return HEAD + (0.02, 0.11, -0.03)
        if side == 1 and doing == "smoke":
            return HEAD + (0.16, 0.05, -0.09 - r.uniform(0, 0.12))
        if side == 1 and doing == "screen":
            return np.array([r.uniform(0.26, 0.38), r.uniform(0.0, 0.15), r.uniform(1.15, 1.4)])
        if doing == "work" or r.random() < 0.3:
            return np.array([r.uniform(0.25, 0.5), side * r.uniform(0.03, 0.25), r.uniform(0.92, 1.2)])
        return np.array([r.uniform(-0.05, 0.15), side * r.uniform(0.24, 0.32), r.uniform(0.75, 0.85)])

    def hold(self, hand, doing):
        r, make = self.random, self.studio.material
        if doing == "smoke":
            at, along = (HEAD + (0.105, 0.01, -0.06), np.array([0.085, 0.02, -0.015])) if r.random() < 0.5 else (hand + (0.02, 0, 0.045), np.array([-0.03, -0.03, 0.07]))
            thick = r.uniform(0.005, 0.008)
            self.put(shapes.tube([at, at + along], [thick, thick], 6), make((0.9, 0.88, 0.82), 0.7), "held")
            self.put(shapes.tube([at + along, at + along * 1.12], [thick, thick], 6), make((1, 0.3, 0.05), 0.7, glow=r.uniform(1, 8)), "held")
            for k in range(int(r.integers(0, 5))):  # the smoke has no index: too thin to be seen by the pass
                puff = shapes.lump(r, *(r.uniform(0.02, 0.05, 3) * (1 + 0.5 * k)), 0.5)
                place = at + along + (r.normal(0, 0.02), r.normal(0, 0.02), 0.04 + 0.07 * k)
                self.studio.add((puff[0] + place, puff[1]), make((0.8, 0.8, 0.82), 1.0, alpha=r.uniform(0.08, 0.25)), self.at, (0, 0, self.heading), self.size)
            return
        case = make([(0.02, 0.02, 0.025), (0.7, 0.7, 0.7), tuple(r.uniform(0.05, 0.8, 3))][r.choice(3, p=[0.6, 0.2, 0.2])], 0.3)
        long = r.uniform(0.14, 0.17)
        if doing == "call":
            slab, place, tilt = shapes.box(0.075, 0.01, long), HEAD + (0.025, 0.1, -0.03), (0.1, 0.35, 0)
        else:
            slab, place, tilt = shapes.box(0.01, 0.075, long), hand + (0.0, -0.03, 0.06), (0, -r.uniform(0.2, 0.9), 0)
            lit = shapes.tilted(shapes.box(0.002, 0.068, long - 0.015), tilt)
            self.put((lit[0] + place - (0.007, 0, 0.002), lit[1]), make(tuple(r.uniform(0.2, 1, 3)), 0.3, glow=r.uniform(0, 1.5)), "held", False)
        slab = shapes.tilted(slab, tilt)
        self.put((slab[0] + place, slab[1]), case, "held", False)

    def face(self):
        r, make = self.random, self.studio.material
        self.on_head(shapes.tube([(-0.02, 0, -0.16), (0, 0, -0.05)], [0.055, 0.05]), self.skin, "head")
        self.on_head(shapes.ball(0.094, 0.076, 0.112), self.skin, "head")
        self.on_head(part(shapes.ball(0.098, 0.078, 0.113, 20, 15), lambda p: p[0] > 0.03 and p[2] < 0.085), self.skin, "face", (0.003, 0, -0.003))
        self.on_head(shapes.ball(0.06, 0.055, 0.05), self.skin, "face", (0.03, 0, -0.075))
        for side in (-1, 1):
            self.on_head(shapes.ball(0.02, 0.012, 0.03), self.skin, "head", (-0.005, side * 0.078, 0))
            self.on_head(shapes.ball(0.01, 0.017, 0.008), make((0.015, 0.012, 0.01), 0.3), "face", (0.093, side * 0.031, 0.02))
            self.on_head(shapes.box(0.012, 0.04, 0.009), make((0.02, 0.015, 0.01), 0.9), "face", (0.093, side * 0.032, 0.042), False)
        if r.random() < 0.2:
            frame = make((0.02, 0.02, 0.02), 0.3)
            for side in (-1, 1):
                self.on_head(shapes.tilted(shapes.tube([(0.024 * math.cos(t), 0.024 * math.sin(t), 0) for t in np.linspace(0, 6.28, 10)], [0.0025] * 10, 5), (0, math.pi / 2, 0)), frame, "face", (0.108, side * 0.034, 0.018))
        shell = shapes.ball(0.116, 0.088, 0.085, 18, 13)
        colour = [(0.25, 0.5, 0.75), (0.82, 0.83, 0.84), (0.02, 0.02, 0.025), (0.4, 0.65, 0.55), (0.7, 0.45, 0.5)][r.choice(5, p=[0.48, 0.28, 0.14, 0.06, 0.04])]
        cover = make(tuple(np.array(colour) * r.uniform(0.8, 1.1)), 0.85, bump=0.2, scale=30)
        if self.mask:
            self.on_head(part(shell, lambda p: p[0] > 0.012 and p[2] > -0.075), cover, "face", (0.0, 0, -0.052))
            return
        self.on_head(shapes.ball(0.022, 0.016, 0.022), self.skin, "face", (0.1, 0, -0.015))
        self.on_head(shapes.ball(0.01, 0.026, 0.008), make((0.35, 0.12, 0.1), 0.5), "face", (0.089, 0, -0.062))
        kind = r.random()
        if kind < 0.18:  # under the chin: as good as none
            self.on_head(part(shapes.ball(0.1, 0.075, 0.04, 18, 13), lambda p: p[0] > 0.0), cover, "face", (0.0, 0, -0.11))
        elif kind < 0.3:
            self.on_head(part(shapes.ball(0.1, 0.08, 0.06, 18, 13), lambda p: p[0] > 0.03 and p[2] < 0.01), make((0.03, 0.025, 0.02), 1.0), "face", (0.0, 0, -0.065))

    def hair_and_hat(self):
        r, make = self.random, self.studio.material
        hair = make([(0.012, 0.01, 0.009), (0.05, 0.03, 0.02), (0.25, 0.25, 0.25)][r.choice(3, p=[0.75, 0.15, 0.1])], 0.6, bump=0.5, scale=60)
        if r.random() < 0.94 or self.hat:
            self.on_head(part(shapes.ball(0.105, 0.086, 0.118, 18, 13), lambda p: p[0] < 0.03 or p[2] > 0.07), hair, "head", (-0.008, 0, 0.012))
            if r.random() < 0.3:
                self.on_head(shapes.lump(r, 0.06, 0.09, 0.14, 0.2), hair, "head", (-0.07, 0, -0.08))
            elif r.random() < 0.15:
                self.on_head(shapes.ball(0.045, 0.045, 0.045), hair, "head", (-0.1, 0, 0.07))
        if not self.hat:
            return
        kind = str(r.choice(list(HATS), p=np.array(list(HATS.values())) / sum(HATS.values())))
        white = r.random() < 0.75
        cloth = make(tuple(np.full(3, r.uniform(0.6, 0.9))) if white else tuple(r.uniform(0.02, 0.5, 3)), 0.9, bump=0.4, scale=14)
        dome = part(shapes.ball(0.117, 0.098, 0.125, 18, 13), lambda p: p[2] > 0.045)
        if kind == "toque":
            high = r.uniform(0.07, 0.2)
            self.on_head(shapes.turned([(0.1, 0.0), (0.104, high)], 16), cloth, "head", (-0.01, 0, 0.06))
            self.on_head(shapes.lump(r, 0.125, 0.12, r.uniform(0.04, 0.08), 0.15), cloth, "head", (-0.01, 0, 0.075 + high))
        elif kind == "cap":
            self.on_head(shapes.turned([(0.108, 0.0), (0.108, 0.06), (0.09, 0.085), (0.02, 0.095)], 16), cloth, "head", (-0.01, 0, 0.055))
        elif kind == "net":
            thin = make([(0.35, 0.6, 0.8), (0.85, 0.85, 0.85), (0.45, 0.7, 0.5)][r.integers(3)], 0.8, alpha=r.uniform(0.75, 1), bump=0.6, scale=40)
            self.on_head(part(shapes.lump(r, 0.132, 0.118, 0.115, 0.12), lambda p: p[2] > -0.01), thin, "head", (-0.018, 0, 0.04))
        else:
            self.on_head(dome, cloth, "head", (-0.006, 0, 0.005))
            if kind == "peaked":
                self.on_head(shapes.tilted(shapes.box(0.11, 0.14, 0.008), (0, 0.15, 0)), cloth, "head", (0.14, 0, 0.055), False)


def part(mesh, keep):
    """The faces of a mesh whose middle is kept."""
    points = np.asarray(mesh[0])
    return points, [face for face in mesh[1] if keep(points[list(face)].mean(0))]
