// People: on foot, and as riders of two-wheelers, made of rounded limbs in clothes.

import type { Random } from '../../../random.ts'
import { createMeshBuilder, type Mesh, type MeshBuilder, type Paint } from '../mesh.ts'
import type { Vector } from '../view.ts'
import { brightPaint, cloth, linear, set, skin, vary } from './colours.ts'

/** Part numbers that `personPaint` knows; other meshes start their own from 20. */
const part = { top: 10, legs: 11, skin: 12, hair: 13, shoes: 14, bag: 15 } as const

export interface Clothes {
  readonly top: Vector
  readonly legs: Vector
  readonly hair: Vector
  readonly bag: Vector
  readonly bare: boolean
}

export function createClothes(random: Random, helmet = false): Clothes {
  return {
    top: cloth(random),
    legs: cloth(random),
    hair: helmet ? brightPaint(random) : vary(linear('#1a1614'), 0.3, random),
    bag: cloth(random),
    bare: random.chance(0.4),
  }
}

export function paintPerson(clothes: Clothes, surface: Parameters<Paint>[0], which: number, glossy = false): boolean {
  switch (which) {
    case part.top:
      set(surface, clothes.top)
      return true
    case part.legs:
      set(surface, clothes.legs)
      return true
    case part.skin:
      set(surface, skin)
      return true
    case part.hair:
      set(surface, clothes.hair, glossy ? 0.05 : 0)
      return true
    case part.shoes:
      set(surface, [0.05, 0.05, 0.05])
      return true
    case part.bag:
      set(surface, clothes.bag)
      return true
    default:
      return false
  }
}

/** One walking person; `stride` in -1..1 is the phase of the step. */
export function createPedestrian(random: Random, stride = random.range(-1, 1)): Mesh {
  const height = random.normal(1.68, 0.08)
  const wide = random.range(0.9, 1.15)
  const clothes = createClothes(random)
  const builder = createMeshBuilder()
  addWalker(builder, height, wide, stride, clothes, random.chance(0.4))
  if (random.chance(0.35)) builder.ball(part.bag, [-0.17, 0, height * 0.71], [0.11, 0.16, 0.22])
  if (random.chance(0.08)) builder.ball(part.bag, [0, 0, height + 0.28], [0.5, 0.5, 0.16])
  return builder.build((surface, which) => void paintPerson(clothes, surface, which))
}

/** Legs, arms, body and head of someone on foot; returns the middle of the head. */
export function addWalker(
  builder: MeshBuilder,
  height: number,
  wide: number,
  stride: number,
  clothes: Clothes,
  longHair = false,
): Vector {
  const k = height / 1.7
  const hip = 0.88 * k
  const shoulder = 1.42 * k
  for (const side of [1, -1]) {
    const step = side * stride * 0.28
    const knee: Vector = [step * 0.55 + 0.05, side * 0.09, 0.48 * k]
    const foot: Vector = [step, side * 0.09, 0.08]
    builder.tube(part.legs, [0, side * 0.09, hip], knee, 0.095 * wide, 0.07)
    builder.tube(clothes.bare ? part.skin : part.legs, knee, foot, 0.065, 0.05)
    builder.ball(part.shoes, [foot[0] + 0.06, foot[1], 0.05], [0.14, 0.055, 0.055])
    const elbow: Vector = [-step * 0.4, side * 0.24 * wide, 1.15 * k]
    const hand: Vector = [-step * 0.75 + 0.08, side * 0.25 * wide, 0.92 * k]
    builder.tube(part.top, [0, side * 0.19 * wide, shoulder - 0.03], elbow, 0.062, 0.05)
    builder.tube(clothes.bare ? part.skin : part.top, elbow, hand, 0.045, 0.035)
  }
  addTorso(builder, [0, 0, hip - 0.05], [0.02, 0, shoulder], 0.16 * wide)
  const head: Vector = [0.02, 0, shoulder + 0.2 * k]
  addHead(builder, head, longHair)
  return head
}

/** A seated rider: hips at `seat`, hands at `bar`, feet at `feet`. */
export function addRider(builder: MeshBuilder, seat: Vector, bar: Vector, feet: Vector, clothes: Clothes): void {
  const shoulder: Vector = [seat[0] + 0.2, 0, seat[2] + 0.55]
  for (const side of [1, -1]) {
    const knee: Vector = [seat[0] + 0.42, side * 0.15, seat[2] - 0.02]
    builder.tube(part.legs, [seat[0], side * 0.1, seat[2] + 0.04], knee, 0.1, 0.075)
    builder.tube(clothes.bare ? part.skin : part.legs, knee, [feet[0], side * 0.13, feet[2] + 0.08], 0.07, 0.055)
    builder.ball(part.shoes, [feet[0] + 0.06, side * 0.13, feet[2] + 0.05], [0.14, 0.055, 0.055])
    const elbow: Vector = [(shoulder[0] + bar[0]) / 2 - 0.03, side * 0.3, (shoulder[2] + bar[2]) / 2 - 0.08]
    builder.tube(part.top, [shoulder[0], side * 0.19, shoulder[2] - 0.04], elbow, 0.065, 0.052)
    builder.tube(clothes.bare ? part.skin : part.top, elbow, [bar[0], side * 0.29, bar[2]], 0.048, 0.036)
  }
  addTorso(builder, [seat[0], 0, seat[2] + 0.02], shoulder, 0.17)
  addHead(builder, [shoulder[0] + 0.06, 0, shoulder[2] + 0.2], true)
}

function addTorso(builder: MeshBuilder, hip: Vector, shoulder: Vector, half: number): void {
  const ring = (f: number, w: number, d: number): Vector[] =>
    Array.from({ length: 10 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 10
      return [
        hip[0] + (shoulder[0] - hip[0]) * f + d * Math.cos(angle),
        w * Math.sin(angle),
        hip[2] + (shoulder[2] - hip[2]) * f,
      ]
    })
  builder.loft(part.top, [
    ring(0, half * 0.95, 0.11),
    ring(0.35, half * 0.9, 0.11),
    ring(0.75, half * 1.15, 0.125),
    ring(0.95, half * 1.2, 0.1),
    ring(1.04, half * 0.5, 0.06),
  ])
}

function addHead(builder: MeshBuilder, at: Vector, large: boolean): void {
  builder.tube(part.skin, [at[0] - 0.02, 0, at[2] - 0.2], at, 0.055, 0.055)
  builder.ball(part.skin, at, [0.1, 0.085, 0.125])
  builder.ball(part.hair, [at[0] - 0.025, 0, at[2] + 0.035], large ? [0.125, 0.115, 0.125] : [0.105, 0.095, 0.11])
}
