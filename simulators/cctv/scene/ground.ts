// The surface of the ground: asphalt with its wear and paint, kerb stones, paving, water of a canal.

import { hashCell, noise } from '../../random.ts'
import type { Surface } from './mesh.ts'
import type { Street } from './street.ts'

/** Fills the surface at a place of the ground. `wet` 0..1 darkens and mirrors. */
export function paintGround(surface: Surface, street: Street, x: number, y: number, wet: number): undefined {
  surface.glow = 0
  surface.mirror = 0
  const [kerbLeft, kerbRight] = street.kerbs
  const side = x < 0 ? street.left : street.right
  const kerb = x < 0 ? kerbLeft : kerbRight
  const beyond = Math.abs(x) - Math.abs(kerb)
  if (beyond > side.pavement) return side.front === 'canal' ? paintWater(surface, street, x, y) : grey(surface, 0.16)
  if (beyond > 0.16) return paintPaving(surface, street, x, y, beyond, wet)
  if (beyond > 0)
    return grey(surface, 0.34 + 0.06 * noise(y * 1.7, x, street.seed) - (Math.abs(((y % 1) + 1) % 1) < 0.02 ? 0.12 : 0))

  const coarse = noise(x * 0.6, y * 0.25, street.seed)
  const fine = hashCell(Math.floor(x * 24), Math.floor(y * 24), street.seed)
  const medium = noise(x * 5, y * 5, street.seed + 1)
  let base = street.asphalt * (0.78 + 0.3 * coarse + 0.12 * fine + 0.14 * medium)
  // repaired patches, worn wheel tracks, oil between them, joints
  if (hashCell(Math.floor(x / 1.7), Math.floor(y / 5.2), street.seed + 7) > 0.93) base *= 0.72
  const inLane = ((Math.abs(x) / street.laneWidth) % 1) - 0.5
  base *=
    1 +
    0.1 * Math.cos(inLane * Math.PI * 4) -
    0.16 * Math.max(0, 1 - Math.abs(inLane) * 5) * noise(y * 0.3, x, street.seed + 3)
  if (Math.abs(noise(x * 0.8 + 40, y * 0.8, street.seed + 9) - 0.5) < 0.006) base *= 0.6
  const manholeX = Math.floor(y / 19) % 2 ? 1.6 : -1.4
  const manhole = Math.hypot(x - manholeX, (((y % 19) + 19) % 19) - 9)
  if (manhole < 0.36) base *= manhole > 0.31 ? 0.5 : 0.75
  grey(surface, base * (1 - 0.45 * wet))
  surface.mirror = 0.03 * wet + 0.22 * wet * Math.max(0, noise(x * 0.5, y * 0.3, street.seed + 5) - 0.45)
  paintLines(surface, street, x, y, base)
}

function paintLines(surface: Surface, street: Street, x: number, y: number, base: number): undefined {
  const worn = noise(x * 9, y * 9, street.seed + 11) * 0.5 + noise(y * 0.4, x * 0.4, street.seed + 12) * 0.5
  const white = () => blend(surface, 0.72, 0.72, 0.69, worn > 0.3 ? 0.85 : 0.25)
  const yellow = () => blend(surface, 0.72, 0.5, 0.08, worn > 0.3 ? 0.85 : 0.25)
  const ax = Math.abs(x)
  for (const at of street.crossings)
    if (
      y > at &&
      y < at + 3.4 &&
      x > street.kerbs[0] + 0.3 &&
      x < street.kerbs[1] - 0.3 &&
      (((x * 1.1) % 1) + 1) % 1 < 0.5
    )
      return white()
  const dash = ((y % 6) + 6) % 6 < 3
  if (street.centreLine === 'dashed' && ax < 0.07 && dash) return yellow()
  if (street.centreLine === 'solid' && ax < 0.07) return yellow()
  if (street.centreLine === 'double' && ax > 0.08 && ax < 0.2) return yellow()
  if (street.lanesEachWay === 2 && Math.abs(ax - street.laneWidth) < 0.06 && dash) return white()
  const lanes = x < 0 ? -street.lanes[0] : street.lanes[1]
  const kerb = x < 0 ? -street.kerbs[0] : street.kerbs[1]
  const parking = kerb - lanes
  if (parking > 0) {
    if (Math.abs(ax - lanes) < 0.06) return white()
    if (ax > lanes && ((y % 5.6) + 5.6) % 5.6 < 0.11) return white()
  } else if (!street.yellowKerb && Math.abs(ax - lanes + 0.3) < 0.06) return white()
  if (street.yellowKerb && x > 0 && ax > kerb - 0.3 && ax < kerb - 0.14) return yellow()
  void base
}

function paintPaving(surface: Surface, street: Street, x: number, y: number, beyond: number, wet: number): undefined {
  const size = 0.45
  const row = Math.floor(y / size)
  const column = Math.floor(x / size + (row % 2) * 0.5)
  const edgeX = (((x / size + (row % 2) * 0.5) % 1) + 1) % 1
  const edgeY = (((y / size) % 1) + 1) % 1
  const tone = 0.24 + 0.09 * hashCell(column, row, street.seed + 21) + 0.05 * noise(x, y, street.seed + 22)
  grey(surface, tone * (edgeX < 0.05 || edgeY < 0.05 ? 0.7 : 1) * (1 - 0.35 * wet))
  const warm = hashCell(1, 1, street.seed + 23)
  surface.red *= 1 + 0.22 * warm
  surface.blue *= 1 - 0.2 * warm
  if (beyond > 1 && beyond < 1.35) blend(surface, 0.5, 0.38, 0.09, 0.75)
  surface.mirror = 0.03 * wet
}

function paintWater(surface: Surface, street: Street, x: number, y: number): undefined {
  const ripple = noise(x * 1.1, y * 3.1, street.seed + 31) + 0.5 * noise(x * 3.3, y * 9, street.seed + 32)
  surface.red = 0.045 + 0.012 * ripple
  surface.green = 0.075 + 0.02 * ripple
  surface.blue = 0.06 + 0.015 * ripple
  surface.mirror = 0.16 + 0.14 * ripple
}

function grey(surface: Surface, value: number): undefined {
  surface.red = value
  surface.green = value * 0.985
  surface.blue = value * 0.96
}

function blend(surface: Surface, red: number, green: number, blue: number, share: number): undefined {
  surface.red += (red - surface.red) * share
  surface.green += (green - surface.green) * share
  surface.blue += (blue - surface.blue) * share
}
