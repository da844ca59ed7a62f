// E-bikes, motorcycles and bicycles, with or without rider, some with a delivery box.

import type { Random } from '../../../random.ts'
import { createMeshBuilder, type Mesh, type Paint } from '../mesh.ts'
import type { Vector } from '../view.ts'
import { brightPaint, carPaint, linear, set } from './colours.ts'
import { addRider, createClothes, paintPerson } from './person.ts'

const TYRE = 20
const FRAME = 21
const SHELL = 22
const SEAT = 23
const METAL = 24
const BOX = 25
const LAMP = 26
const TAIL = 27

export const twoWheelerKinds = ['e_bike', 'motorcycle', 'bicycle'] as const
export type TwoWheelerKind = (typeof twoWheelerKinds)[number]

export function createTwoWheeler(kind: TwoWheelerKind, rider: boolean, random: Random): Mesh {
  const builder = createMeshBuilder()
  const clothes = createClothes(random, kind !== 'bicycle' && random.chance(0.75))
  const bike = kind === 'bicycle'
  const radius = bike ? random.range(0.3, 0.34) : kind === 'e_bike' ? random.range(0.2, 0.25) : random.range(0.27, 0.31)
  const base = bike ? 1.08 : random.range(1.2, 1.36)
  const front: Vector = [base / 2, 0, radius]
  const rear: Vector = [-base / 2, 0, radius]
  const thick = bike ? 0.02 : kind === 'e_bike' ? 0.045 : 0.06
  builder.ring(TYRE, front, radius - thick, thick)
  builder.ring(TYRE, rear, radius - thick, thick * 1.1)
  if (!bike) {
    builder.wheel(METAL, front, radius * 0.72, 0.05)
    builder.wheel(METAL, rear, radius * 0.72, 0.06)
  }
  const bar: Vector = [front[0] - 0.2, 0, bike ? 0.98 : 1.02]
  const seat: Vector = [-base * 0.2, 0, bike ? 0.9 : 0.76]
  const fork: Vector = [front[0] - 0.12, 0, bike ? 0.7 : 0.62]
  for (const side of [1, -1])
    builder.tube(METAL, [front[0], side * 0.05, front[2]], [fork[0], side * 0.04, fork[2]], 0.022)
  builder.tube(METAL, fork, bar, 0.025)
  builder.tube(METAL, [bar[0] - 0.03, -0.31, bar[2]], [bar[0] - 0.03, 0.31, bar[2]], 0.02)
  if (bike) {
    const crank: Vector = [-0.05, 0, 0.3]
    builder.tube(FRAME, crank, [fork[0], 0, fork[2]], 0.028)
    builder.tube(FRAME, crank, [seat[0], 0, seat[2] - 0.06], 0.024)
    builder.tube(FRAME, [seat[0] + 0.05, 0, seat[2] - 0.22], [fork[0] + 0.02, 0, fork[2] + 0.06], 0.024)
    for (const side of [1, -1]) {
      builder.tube(FRAME, [rear[0], side * 0.05, rear[2]], crank, 0.014)
      builder.tube(FRAME, [rear[0], side * 0.05, rear[2]], [seat[0], side * 0.02, seat[2] - 0.18], 0.014)
    }
    builder.ball(SEAT, seat, [0.14, 0.08, 0.04])
    if (random.chance(0.5)) builder.box(METAL, [bar[0] + 0.03, -0.15, 0.68], [bar[0] + 0.33, 0.15, 0.9])
  } else if (kind === 'e_bike') {
    // leg shield, floor, body under the seat
    builder.loft(
      SHELL,
      [slab(front[0] - 0.1, 0.2, 0.34), slab(front[0] - 0.17, 0.24, 0.62), slab(front[0] - 0.24, 0.14, 0.92)].map(
        (ring) => ring,
      ),
    )
    builder.box(SHELL, [-0.12, -0.15, 0.25], [front[0] - 0.16, 0.15, 0.34])
    builder.ball(SHELL, [seat[0] - 0.12, 0, 0.5], [0.44, 0.17, 0.22])
    builder.ball(SEAT, [seat[0] - 0.05, 0, seat[2] - 0.03], [0.36, 0.15, 0.075])
    builder.ball(SHELL, [front[0] + 0.02, 0, radius + 0.1], [0.24, 0.07, radius * 0.75])
    builder.ball(LAMP, [bar[0] + 0.1, 0, bar[2] - 0.12], [0.07, 0.09, 0.06])
  } else {
    builder.ball(SHELL, [0.12, 0, 0.76], [0.3, 0.16, 0.16])
    builder.ball(METAL, [0.02, 0, 0.42], [0.28, 0.17, 0.2])
    builder.ball(SEAT, [seat[0] - 0.12, 0, seat[2] - 0.02], [0.4, 0.14, 0.07])
    builder.tube(METAL, [0.1, -0.14, 0.3], [rear[0] - 0.1, -0.16, 0.4], 0.05)
    builder.ball(SHELL, [rear[0] + 0.05, 0, 0.66], [0.28, 0.1, 0.1])
    builder.ball(LAMP, [bar[0] + 0.16, 0, bar[2] - 0.14], [0.08, 0.1, 0.09])
  }
  builder.ball(TAIL, [rear[0] - radius * 0.7, 0, bike ? 0.62 : 0.62], [0.03, 0.06, 0.035])
  for (const side of [1, -1])
    if (!bike) builder.ball(METAL, [bar[0] - 0.05, side * 0.3, bar[2] + 0.16], [0.02, 0.06, 0.04])
  if (!bike && random.chance(rider ? 0.3 : 0.2))
    builder.box(BOX, [rear[0] - 0.3, -0.24, 0.8], [rear[0] + 0.2, 0.24, 1.26])
  if (rider) addRider(builder, [seat[0], 0, seat[2] + 0.04], bar, bike ? [-0.02, 0, 0.26] : [0.14, 0, 0.3], clothes)

  const shell = random.chance(0.5) ? brightPaint(random) : carPaint(random)
  const box = brightPaint(random)
  const metal: Vector = linear(random.pick(['#55585c', '#8d9094', '#2a2b2e']))
  const paint: Paint = (surface, part) => {
    if (paintPerson(clothes, surface, part, true)) return
    if (part === TYRE) set(surface, [0.012, 0.012, 0.013])
    else if (part === SHELL || part === FRAME) set(surface, shell, 0.045)
    else if (part === SEAT) set(surface, [0.015, 0.015, 0.016], 0.02)
    else if (part === BOX) set(surface, box, 0.02)
    else if (part === LAMP) set(surface, [0.7, 0.72, 0.75], 0.15)
    else if (part === TAIL) set(surface, [0.4, 0.02, 0.02], 0.05, 0.3)
    else set(surface, metal, 0.12)
  }
  const lit = rider && !bike
  return builder.build(
    paint,
    lit
      ? [
          { at: [front[0], 0, 0.85], colour: [1, 0.96, 0.88], size: 0.2, ahead: 1 },
          { at: [rear[0] - 0.2, 0, 0.62], colour: [0.8, 0.06, 0.04], size: 0.1, ahead: -1 },
        ]
      : [],
  )
}

function slab(x: number, half: number, z: number): Vector[] {
  return [
    [x - 0.03, -half, z],
    [x + 0.03, -half * 0.8, z],
    [x + 0.06, 0, z],
    [x + 0.03, half * 0.8, z],
    [x - 0.03, half, z],
    [x - 0.05, 0, z],
  ]
}
