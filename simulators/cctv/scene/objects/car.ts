// Cars: a lofted body painted with glass, lamps, grille, plates and seams, on four wheels.

import type { Random } from '../../../random.ts'
import { createMeshBuilder, type Mesh, type Paint, type Surface } from '../mesh.ts'
import type { Vector } from '../view.ts'
import { type CarKind, type CarShape, cabinWidth, createCarShape, crossSection, planWidth } from './car-shape.ts'
import { carPaint, distance, linear, set } from './colours.ts'

const BODY = 0
const WHEEL = 1
const MIRROR = 2
const SIGN = 3

export function createCar(kind: CarKind, random: Random): Mesh {
  const shape = createCarShape(kind, random)
  const { length, width, wheel, axles } = shape
  const builder = createMeshBuilder()
  const rings: Vector[][] = []
  for (const f of stations(shape)) {
    const half = crossSection(shape, f)
    rings.push([
      ...half,
      ...half
        .slice(1, -1)
        .reverse()
        .map(([x, y, z]): Vector => [x, -y, z]),
    ])
  }
  builder.loft(BODY, rings)
  const wheels = axles.flatMap((f) =>
    [1, -1].map((side): Vector => [length * (0.5 - f), side * (width / 2 - 0.095), wheel]),
  )
  for (const centre of wheels) builder.wheel(WHEEL, centre, wheel, 0.21)
  const mirrorAt = length * (0.5 - shape.glass[0] - 0.06)
  for (const side of [1, -1])
    builder.ball(MIRROR, [mirrorAt, side * (width / 2 + 0.06), shape.deck(shape.glass[0]) + 0.09], [0.07, 0.11, 0.075])
  const taxi = kind === 'sedan' && random.chance(0.12)
  if (taxi) builder.box(SIGN, [-0.1, -0.3, shape.height + 0.02], [0.1, 0.3, shape.height + 0.16])
  const front = length / 2 - 0.05
  const lampHeight = shape.deck(0.06) - 0.11
  return builder.build(createCarPaint(shape, wheels, taxi, random), [
    ...[1, -1].map((side) => ({
      at: [front, side * width * 0.37, lampHeight] as Vector,
      colour: [1, 0.96, 0.85] as Vector,
      size: 0.26,
      ahead: 1,
    })),
    ...[1, -1].map((side) => ({
      at: [-front, side * width * 0.38, shape.deck(0.95) - 0.12] as Vector,
      colour: [0.85, 0.08, 0.05] as Vector,
      size: 0.15,
      ahead: -1,
    })),
  ])
}

function stations(shape: CarShape): number[] {
  const all = [
    0, 0.008, 0.02, 0.04, 0.065, 0.1, 0.14, 0.19, 0.24, 0.3, 0.36, 0.42, 0.48, 0.55, 0.62, 0.69, 0.76, 0.82, 0.87, 0.91,
    0.94, 0.965, 0.985, 0.993, 1,
  ]
  const [a, b, c, d] = shape.glass
  return [...new Set([...all, a, (a + b) / 2, b, c, (c + d) / 2, d])].sort((x, y) => x - y)
}

function createCarPaint(shape: CarShape, wheels: readonly Vector[], taxi: boolean, random: Random): Paint {
  const { length, width, wheel, glass, pillars } = shape
  const paint = taxi ? linear(random.pick(['#3f9a8a', '#d6b23c', '#2c5f9e', '#c9682f'])) : carPaint(random)
  const lower = taxi && random.chance(0.6) ? linear('#d9d9d4') : paint
  const roofPaint = random.chance(0.1) ? linear('#141518') : paint
  const glassTint = linear(random.pick(['#0d1216', '#141c20', '#1a2326', '#0a0c10']))
  const trim = linear(random.pick(['#121316', '#1a1b1e', '#26272b']))
  const chrome = random.chance(0.45)
  const plate = random.chance(0.78) ? linear('#1d4fa8') : linear('#67bd8c')
  const rim = linear(random.pick(['#b7babd', '#8b8e92', '#d5d7d9', '#3a3c40']))
  const spokes = random.pick([5, 5, 6, 7, 10])
  const grille = {
    half: width * random.range(0.26, 0.4),
    top: random.range(0.86, 0.97),
    bottom: random.range(0.5, 0.66),
  }
  const lampShape = { inner: width * random.range(0.25, 0.31), tall: random.range(0.1, 0.16) }
  const tailBar = random.chance(0.3)
  const roofGlass = random.chance(0.3)
  const dust = random.range(0, 0.12)
  const seams = [glass[0] + 0.075, pillars[0] ?? 0.52, Math.min(0.84, (pillars[1] ?? 0.74) + 0.045)]
  const tyre = linear('#17181a')
  const dirt = linear('#6a6258')
  const lampGlass: Vector = [0.72, 0.76, 0.8]
  const red: Vector = [0.42, 0.025, 0.02]

  const paintWheel: Paint = (surface, _part, x, y, z) => {
    let centre = wheels[0] as Vector
    for (const other of wheels)
      if (distance(x - other[0], y - other[1]) < distance(x - centre[0], y - centre[1])) centre = other
    const dx = x - centre[0]
    const dz = z - centre[2]
    const r = distance(dx, dz) / wheel
    if (r > 0.68) return set(surface, tyre)
    if (r > 0.62) return set(surface, rim, 0.12)
    if (r < 0.16) return set(surface, rim, 0.1)
    const turn = ((Math.atan2(dz, dx) / (2 * Math.PI)) * spokes + spokes * 2) % 1
    if (Math.abs(turn - 0.5) < 0.2) return set(surface, rim, 0.12)
    set(surface, [0.012, 0.012, 0.013])
  }

  // through the glass: seats as dark humps over a paler far side
  const paintGlass = (surface: Surface, along: number, above: number) => {
    const hump = 0.2 + 0.13 * Math.cos(along * 7.3) + 0.05 * Math.cos(along * 17)
    const seen = above > hump ? 2.6 : 0.6
    set(surface, [glassTint[0] * seen, glassTint[1] * seen, glassTint[2] * seen], 0.08)
  }

  const along = tabulate(shape)
  const frontTop = shape.deck(0.05)
  const rearTop = shape.deck(0.95)

  return (surface, part, x, y, z, nx, ny, nz) => {
    if (part === WHEEL) return paintWheel(surface, part, x, y, z, nx, ny, nz)
    if (part === MIRROR) return set(surface, paint, 0.05)
    if (part === SIGN) return set(surface, [0.8, 0.75, 0.3], 0.02, 0.6)
    const f = 0.5 - x / length
    const index = Math.min(tableSize, Math.max(0, Math.round(f * tableSize)))
    const deck = along.deck[index] as number
    const side = Math.abs(ny)
    const ay = Math.abs(y)
    if (z > deck + 0.012) {
      const roof = along.roof[index] as number
      const foot = along.foot[index] as number
      const head = along.head[index] as number
      if (side > 0.6) {
        const band = z > deck + 0.035 && z < roof - 0.075 && z < shape.height * 0.95
        const edge = f < glass[1] ? f > glass[0] + 0.035 : f > glass[2] ? f < glass[3] - 0.05 : true
        const pillar = pillars.some((p) => Math.abs(f - p) < 0.011)
        if (band && edge && !pillar) return paintGlass(surface, x, z - deck)
        if (pillar && band) return set(surface, trim, 0.03)
        if (chrome && z < deck + 0.035) return set(surface, [0.5, 0.5, 0.52], 0.4)
        return set(surface, roofPaint, 0.045)
      }
      const slopes = f < glass[1] + 0.01 || f > glass[2] - 0.01
      if (slopes && z < roof + 0.05) {
        const reach = f < 0.5 ? (glass[1] - f) / (glass[1] - glass[0]) : (f - glass[2]) / (glass[3] - glass[2])
        const half = head + (foot - head) * reach * 0.2
        if (ay < half - 0.07 && reach > 0.02 && reach < 0.95)
          return paintGlass(surface, y * 1.3 + 5, (1 - reach) * 0.45)
        if (ay < half - 0.02) return set(surface, trim, 0.04)
      }
      if (roofGlass && nz > 0.8 && f > glass[1] + 0.04 && f < glass[2] - 0.05 && ay < head - 0.16)
        return set(surface, glassTint, 0.08)
      return set(surface, roofPaint, 0.045)
    }
    // wheel arches
    for (const axle of wheels) {
      const d = distance(x - axle[0], z - axle[2])
      if (ay > width * 0.33 && d < wheel * 1.2) return set(surface, d < wheel * 1.1 ? [0.006, 0.006, 0.007] : trim, 0)
    }
    const half = along.half[index] as number
    if (f < 0.12) {
      const top = frontTop
      if (nx > -0.3 && ay > lampShape.inner && z > top - lampShape.tall - 0.06 && z < top - 0.03 && f < 0.1)
        return set(surface, lampGlass, 0.16, 0)
      if (nx > 0.3) {
        if (ay < 0.22 && z > top * 0.48 && z < top * 0.48 + 0.14) return set(surface, plate, 0.02)
        if (ay < grille.half && z > top * grille.bottom && z < top * grille.top) {
          const slat = Math.floor(z / 0.035) % 2 === 0
          return set(surface, slat ? trim : chrome ? [0.35, 0.35, 0.36] : [0.02, 0.02, 0.02], chrome ? 0.2 : 0.03)
        }
        if (z < top * 0.42) return set(surface, ay < half * 0.75 ? [0.02, 0.02, 0.022] : trim, 0.02)
      }
    }
    if (f > 0.9) {
      const top = rearTop
      const band = z > top - 0.2 && z < top - 0.06
      if (band && (ay > width * 0.27 || (tailBar && nx < -0.3)) && (nx < -0.1 || f > 0.945))
        return set(surface, red, 0.09, 0.35)
      if (nx < -0.3) {
        if (ay < 0.22 && z > top * 0.62 && z < top * 0.62 + 0.14) return set(surface, plate, 0.02)
        if (z < shape.clearance + 0.2) return set(surface, trim, 0.02)
      }
    }
    if (z < shape.clearance + 0.09) return set(surface, trim, 0.02)
    if (side > 0.5) {
      if (seams.some((s) => Math.abs(f - s) < 0.0022) && z > shape.clearance + 0.14)
        return set(surface, [paint[0] * 0.25, paint[1] * 0.25, paint[2] * 0.25], 0)
      if (Math.abs(z - (deck - 0.13)) < 0.018 && seams.slice(1).some((s) => f < s - 0.006 && f > s - 0.045))
        return set(surface, chrome ? [0.45, 0.45, 0.46] : trim, 0.2)
    } else if (nz > 0.6 && f < glass[0] && Math.abs(ay - half * 0.86) < 0.006) {
      return set(surface, [paint[0] * 0.3, paint[1] * 0.3, paint[2] * 0.3], 0)
    }
    const low = Math.max(0, 1 - (z - shape.clearance) / 0.5) * 0.5 * dust + dust * 0.3
    const base = z < shape.clearance + 0.42 ? lower : paint
    surface.red = base[0] + (dirt[0] - base[0]) * low
    surface.green = base[1] + (dirt[1] - base[1]) * low
    surface.blue = base[2] + (dirt[2] - base[2]) * low
    surface.mirror = 0.045 * (1 - low)
    surface.glow = 0
  }
}

const tableSize = 600

/** The outline at even steps of the length: looking it up is much faster than following its curves for every pixel. */
function tabulate(shape: CarShape): Record<'deck' | 'roof' | 'half' | 'foot' | 'head', Float32Array> {
  const table = (value: (f: number) => number) =>
    Float32Array.from({ length: tableSize + 1 }, (_, i) => value(i / tableSize))
  return {
    deck: table(shape.deck),
    roof: table(shape.roof),
    half: table((f) => planWidth(shape, f)),
    foot: table((f) => cabinWidth(shape, f)[0]),
    head: table((f) => cabinWidth(shape, f)[1]),
  }
}
