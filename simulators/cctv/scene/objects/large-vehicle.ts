// Buses, box trucks and open trucks: rounded boxes with painted windows, doors, signs and lamps.

import type { Random } from '../../../random.ts'
import { createMeshBuilder, type Mesh, type Paint } from '../mesh.ts'
import type { Vector } from '../view.ts'
import { brightPaint, carPaint, distance, linear, set, vary } from './colours.ts'

const BODY = 0
const WHEEL = 1
const CARGO = 2
const FRAME = 3

export const largeKinds = ['bus', 'box_truck', 'open_truck'] as const
export type LargeKind = (typeof largeKinds)[number]

export function createLargeVehicle(kind: LargeKind, random: Random): Mesh {
  return kind === 'bus' ? createBus(random) : createTruck(kind, random)
}

const tyre = linear('#161719')
const dark: Vector = [0.012, 0.013, 0.014]

function createBus(random: Random): Mesh {
  const length = random.range(8.2, 12)
  const width = random.range(2.4, 2.55)
  const height = random.range(2.95, 3.25)
  const radius = 0.48
  const builder = createMeshBuilder()
  builder.loft(BODY, roundedBox(-length / 2, length / 2, width / 2, 0.32, height, 0.16, 0.12))
  if (random.chance(0.7)) builder.box(FRAME, [-length * 0.2, -0.6, height], [length * 0.05, 0.6, height + 0.22])
  const wheels = wheelsAt([length / 2 - 2.1, -length / 2 + 2.6], width, radius, builder)
  const base = random.chance(0.4) ? linear('#e4e5e3') : brightPaint(random)
  const band = brightPaint(random)
  const glass = linear(random.pick(['#0e1418', '#161e22', '#10171d']))
  const bay = random.range(1.15, 1.6)
  const sill = random.range(1.05, 1.25)
  const top = height - random.range(0.42, 0.6)
  const lowBand = random.range(0.6, 0.95)
  const paint: Paint = (surface, part, x, y, z, nx, ny, nz) => {
    if (part === WHEEL) return paintWheel(surface, wheels, radius, x, z)
    if (part === FRAME) return set(surface, [0.55, 0.55, 0.55])
    if (nz > 0.7) return set(surface, base, 0.02)
    if (Math.abs(ny) > 0.6) {
      for (const centre of wheels) if (distance(x - centre[0], z - radius) < radius * 1.18) return set(surface, dark)
      // doors open to the right (the kerb side in China)
      const door = ny < 0 && [length / 2 - 0.95, -length * 0.06].some((at) => Math.abs(x - at) < 0.62)
      if (door && z > 0.4 && z < top) return set(surface, Math.abs(((x * 1.6) % 1) + 1) % 1 < 0.06 ? dark : glass, 0.08)
      if (z > sill && z < top) {
        const pillar = (((x + 50) % bay) + bay) % bay < 0.09
        return set(surface, pillar ? dark : glass, pillar ? 0.02 : 0.08)
      }
      if (z > lowBand && z < lowBand + 0.22) return set(surface, band, 0.04)
      return set(surface, z < 0.45 ? dark : base, 0.04)
    }
    const ahead = nx > 0
    const half = width / 2
    if (ahead ? z > 1.0 && z < height - 0.42 : z > 1.5 && z < height - 0.55)
      return set(surface, Math.abs(y) < half - 0.16 ? glass : dark, 0.08)
    if (ahead && z >= height - 0.42 && z < height - 0.14 && Math.abs(y) < half - 0.35)
      return set(surface, Math.sin(y * 23) + Math.sin(y * 37 + z * 40) > 0.2 ? [0.9, 0.4, 0.03] : dark, 0.02, 0.8)
    if (z > 0.52 && z < 0.78 && Math.abs(y) > half - 0.55)
      return ahead ? set(surface, [0.75, 0.78, 0.8], 0.15) : set(surface, [0.42, 0.03, 0.02], 0.08, 0.3)
    if (z > 0.5 && z < 0.66 && Math.abs(y) < 0.24) return set(surface, linear('#d9a914'), 0.02)
    if (!ahead && z > 0.8 && z < 1.35 && Math.abs(y) < half - 0.4)
      return set(surface, Math.floor(z / 0.06) % 2 ? dark : base, 0.02)
    return set(surface, z < 0.5 ? dark : base, 0.04)
  }
  return builder.build(paint, lamps(length / 2, width, 0.65))
}

function createTruck(kind: LargeKind, random: Random): Mesh {
  const length = random.range(5.6, 8.6)
  const width = random.range(1.95, 2.4)
  const cab = random.range(1.65, 2.05)
  const cabHeight = random.range(2.1, 2.6)
  const radius = random.range(0.38, 0.48)
  const front = length / 2
  const builder = createMeshBuilder()
  builder.loft(BODY, roundedBox(front - cab, front, width / 2 - 0.04, 0.42, cabHeight, 0.16, 0.2))
  builder.box(FRAME, [-front, -0.45, 0.5], [front - cab, 0.45, 0.85])
  const floor = 0.9
  const boxTop = kind === 'box_truck' ? random.range(2.6, 3.3) : floor + random.range(0.4, 0.7)
  const back = front - cab - 0.12
  if (kind === 'box_truck') builder.box(CARGO, [-front, -width / 2, floor], [back, width / 2, boxTop])
  else {
    for (const side of [-1, 1])
      builder.box(CARGO, [-front, side * (width / 2) - 0.03, floor], [back, side * (width / 2) + 0.03, boxTop])
    builder.box(CARGO, [-front, -width / 2, floor], [-front + 0.06, width / 2, boxTop])
    builder.box(CARGO, [back - 0.06, -width / 2, floor], [back, width / 2, boxTop + 0.35])
    builder.box(CARGO, [-front, -width / 2, floor - 0.08], [back, width / 2, floor])
    if (random.chance(0.6))
      builder.ball(
        CARGO + 2,
        [(-front + back) / 2, 0, floor + 0.2],
        [(back + front) / 2.4, width / 2.4, random.range(0.3, 0.9)],
        (d) => 1 + 0.14 * Math.sin(9 * d[0]) * Math.sin(8 * d[1]),
      )
  }
  const wheels = wheelsAt([front - 1, -front + 1.25], width, radius, builder)
  const paint = random.chance(0.55) ? brightPaint(random) : carPaint(random)
  const cargo = random.chance(0.6) ? vary(linear('#d8dadb'), 0.15, random) : brightPaint(random)
  const load = vary(linear(random.pick(['#8a7a5c', '#55585a', '#6d5a44'])), 0.2, random)
  const glass = linear('#0f1519')
  const ribs = random.chance(0.6)
  const logo = brightPaint(random)
  const shader: Paint = (surface, part, x, y, z, nx, ny, nz) => {
    if (part === WHEEL) return paintWheel(surface, wheels, radius, x, z)
    if (part === FRAME) return set(surface, dark)
    if (part === CARGO + 2) return set(surface, load)
    if (part === CARGO) {
      const shade = ribs && Math.abs(ny) > 0.5 && ((((x + 40) / 0.28) % 1) + 1) % 1 < 0.16 ? 0.72 : 1
      if (
        kind === 'box_truck' &&
        Math.abs(ny) > 0.5 &&
        Math.abs(z - (floor + boxTop) / 2) < 0.3 &&
        Math.abs(x + 0.8) < 1.1 &&
        Math.sin(x * 9) + Math.sin(x * 17 + z * 20) > 0.1
      )
        return set(surface, logo, 0.02)
      if (nx < -0.5 && kind === 'box_truck' && Math.abs(y) < 0.02) return set(surface, dark)
      if (z < floor + 0.08) return set(surface, [0.3, 0.03, 0.02], 0.02)
      return set(surface, [cargo[0] * shade, cargo[1] * shade, cargo[2] * shade], 0.02)
    }
    if (nx > 0.45) {
      if (z > 1.35 && z < cabHeight - 0.28) return set(surface, Math.abs(y) < width / 2 - 0.18 ? glass : dark, 0.08)
      if (z > 0.62 && z < 0.86 && Math.abs(y) > width / 2 - 0.5) return set(surface, [0.75, 0.78, 0.8], 0.15)
      if (z > 0.9 && z < 1.2 && Math.abs(y) < width * 0.3)
        return set(surface, Math.floor(z / 0.05) % 2 ? dark : paint, 0.03)
      if (z > 0.5 && z < 0.64 && Math.abs(y) < 0.22) return set(surface, linear('#d9a914'), 0.02)
      return set(surface, z < 0.62 ? dark : paint, 0.04)
    }
    if (Math.abs(ny) > 0.5) {
      if (distance(x - (front - 1), z - radius) < radius * 1.25) return set(surface, dark)
      if (z > 1.35 && z < cabHeight - 0.3 && x > front - cab + 0.4 && x < front - 0.18) return set(surface, glass, 0.08)
      if (Math.abs(x - (front - cab + 0.32)) < 0.012) return set(surface, dark)
    }
    if (nz > 0.6 || z > 0) return set(surface, z < 0.6 ? dark : paint, 0.04)
  }
  return builder.build(shader, lamps(front, width, 0.75))
}

function wheelsAt(
  axles: readonly number[],
  width: number,
  radius: number,
  builder: ReturnType<typeof createMeshBuilder>,
): Vector[] {
  const wheels = axles.flatMap((x) => [1, -1].map((side): Vector => [x, side * (width / 2 - 0.13), radius]))
  for (const centre of wheels) builder.wheel(WHEEL, centre, radius, 0.28)
  return wheels
}

function paintWheel(
  surface: Parameters<Paint>[0],
  wheels: readonly Vector[],
  radius: number,
  x: number,
  z: number,
): undefined {
  const near = wheels.reduce(
    (best, wheel) => (Math.abs(wheel[0] - x) < Math.abs(best[0] - x) ? wheel : best),
    wheels[0] as Vector,
  )
  const r = distance(x - near[0], z - radius) / radius
  if (r > 0.6) return set(surface, tyre)
  set(surface, r > 0.5 || r < 0.3 ? [0.3, 0.3, 0.31] : [0.12, 0.12, 0.125], 0.06)
}

function lamps(front: number, width: number, height: number): Mesh['lamps'] {
  return [1, -1].flatMap((side) => [
    {
      at: [front, side * (width / 2 - 0.3), height] as Vector,
      colour: [1, 0.95, 0.82] as Vector,
      size: 0.26,
      ahead: 1,
    },
    {
      at: [-front, side * (width / 2 - 0.3), height] as Vector,
      colour: [0.85, 0.08, 0.05] as Vector,
      size: 0.16,
      ahead: -1,
    },
  ])
}

/** Rings of a box along x with rounded edges; `lean` rounds it off at both ends. */
export function roundedBox(
  from: number,
  to: number,
  half: number,
  floor: number,
  top: number,
  radius: number,
  lean: number,
): Vector[][] {
  const ring = (x: number, inset: number): Vector[] => {
    const w = half - inset
    const low = floor + inset * 0.4
    const high = top - inset
    const points: Vector[] = []
    for (const [cy, cz, start] of [
      [w - radius, high - radius, 0],
      [-(w - radius), high - radius, 90],
      [-(w - 0.05), low + 0.05, 180],
      [w - 0.05, low + 0.05, 270],
    ] as const)
      for (let step = 0; step <= 3; step++) {
        const angle = ((start + step * 30) * Math.PI) / 180
        const r = start < 180 ? radius : 0.05
        points.push([x, cy + r * Math.cos(angle), cz + r * Math.sin(angle)])
      }
    return points
  }
  const span = to - from
  return [
    ring(from, lean),
    ring(from + 0.02, lean * 0.5),
    ring(from + lean * 0.7, 0.02),
    ring(from + lean * 1.6, 0),
    ...[0.25, 0.5, 0.75].map((f) => ring(from + span * f, 0)),
    ring(to - lean * 1.6, 0),
    ring(to - lean * 0.7, 0.02),
    ring(to - 0.02, lean * 0.5),
    ring(to, lean),
  ]
}
