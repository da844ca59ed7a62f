// The fronts along a street: shops with signs under flats, plain flats, a garden wall, the bank of a canal with whitewashed houses beyond.

import { hashCell, noise } from '../../random.ts'
import type { Surface } from './mesh.ts'
import { linear, set } from './objects/colours.ts'
import { blockLength, type Street } from './street.ts'
import type { Vector } from './view.ts'

const walls = ['#e9e6df', '#dcd6c8', '#b9b2a6', '#cbbfa8', '#a58f7c', '#8f9499', '#e2dccf', '#97705c'].map(linear)
const signs = ['#b3201f', '#1d4f9e', '#1b7a4a', '#d8a016', '#5b2a74', '#20242a', '#e3e3df', '#c9541c'].map(linear)
const tile = linear('#3a3d42')
const pane = linear('#1a2226')

/** Fills the surface of the front of `side` (0 left, 1 right) at y along the street and height z. */
export function paintFront(
  surface: Surface,
  street: Street,
  side: 0 | 1,
  y: number,
  z: number,
  night: boolean,
): undefined {
  surface.glow = 0
  surface.mirror = 0
  const seed = street.seed + side * 101
  const front = side === 0 ? street.left.front : street.right.front
  const block = Math.floor(y / blockLength)
  const wall = walls[Math.floor(hashCell(block, 2, seed) * walls.length)] as Vector
  const stain =
    0.82 + 0.24 * noise(y * 0.7, z * 0.35, seed) + 0.05 * hashCell(Math.floor(y * 14), Math.floor(z * 14), seed)
  if (front === 'wall') {
    if (z > 2.0) return set(surface, Math.floor(y / 0.22) % 2 ? tile : [tile[0] * 0.6, tile[1] * 0.6, tile[2] * 0.6])
    const mould = z < 0.5 ? 0.75 + 0.5 * z : 1
    return tinted(surface, walls[0] as Vector, stain * mould)
  }
  const height = street.houseHeight(side, y)
  if (z > height - 0.45)
    return set(surface, Math.floor(y / 0.24) % 2 ? tile : [tile[0] * 0.65, tile[1] * 0.65, tile[2] * 0.65])
  const within = ((y % blockLength) + blockLength) % blockLength
  if (within < 0.12) return tinted(surface, wall, 0.5)
  if (front === 'shops' && z < 3.6) return paintShop(surface, seed, y, z, wall, stain, night)
  paintFlats(surface, seed, y, z, wall, stain, night)
}

function paintShop(
  surface: Surface,
  seed: number,
  y: number,
  z: number,
  wall: Vector,
  stain: number,
  night: boolean,
): undefined {
  const bay = 4.25
  const shop = Math.floor(y / bay)
  const u = ((y % bay) + bay) % bay
  const open = hashCell(shop, 3, seed) > 0.25
  if (z > 2.65) {
    if (z > 3.45 || u < 0.15 || u > bay - 0.15) return tinted(surface, wall, stain)
    const colour = signs[Math.floor(hashCell(shop, 4, seed) * signs.length)] as Vector
    const pale = colour[0] + colour[1] + colour[2] > 1.4
    const letters = u > 0.7 && u < bay - 0.7 && z > 2.78 && z < 3.32 && stroke(u - 0.7, z - 2.78, shop, seed)
    const ink: Vector = pale ? [0.4, 0.04, 0.03] : [0.85, 0.82, 0.7]
    return set(surface, letters ? ink : colour, 0.02, night ? (letters ? 1.6 : 0.5) : 0)
  }
  if (u < 0.22 || u > bay - 0.22) return tinted(surface, wall, stain * 0.9)
  if (!open) {
    const slat = Math.floor(z / 0.11) % 2 ? 0.34 : 0.27
    return set(surface, [slat, slat, slat * 1.02], 0.03)
  }
  if (z < 0.35 && !(u > 1.6 && u < 2.6)) return tinted(surface, wall, 0.55)
  if (u % 1.02 < 0.06 || (z > 2.2 && z < 2.27)) return set(surface, [0.3, 0.3, 0.3], 0.05)
  // goods behind the glass
  const goods = hashCell(Math.floor(y * 3.3), Math.floor(z * 2.7), seed + 5)
  const colour = signs[Math.floor(goods * signs.length)] as Vector
  const depth = night ? 0.9 : 0.16 + 0.2 * hashCell(shop, 6, seed)
  set(
    surface,
    [0.03 + colour[0] * depth * goods, 0.03 + colour[1] * depth * goods, 0.03 + colour[2] * depth * goods],
    0.06,
    night ? 2.2 : 0,
  )
}

function paintFlats(
  surface: Surface,
  seed: number,
  y: number,
  z: number,
  wall: Vector,
  stain: number,
  night: boolean,
): undefined {
  const floor = Math.floor((z - 0.5) / 3)
  const v = z - 0.5 - floor * 3
  const bay = 3.1
  const column = Math.floor(y / bay)
  const u = ((y % bay) + bay) % bay
  const key = hashCell(column, floor, seed + 8)
  if (u > 0.55 && u < 2.2 && v > 0.9 && v < 2.45) {
    if (u < 0.62 || u > 2.13 || v < 0.97 || v > 2.38 || Math.abs(u - 1.37) < 0.035)
      return set(surface, [0.5, 0.5, 0.5], 0.03)
    if (night && key > 0.55) return set(surface, [0.75, 0.6, 0.35], 0.02, 1.1 + key)
    if (key < 0.3) return set(surface, [0.32, 0.3, 0.28], 0.05)
    return set(surface, pane, 0.12)
  }
  if (key > 0.45 && u > 2.3 && u < 2.95 && v > 0.5 && v < 1.05)
    return set(surface, Math.floor(v * 30) % 2 ? [0.5, 0.5, 0.48] : [0.36, 0.36, 0.35], 0.02)
  if (v > 0.78 && v < 0.86) return tinted(surface, wall, stain * 0.75)
  tinted(surface, wall, stain)
}

/** Strokes in square cells, like writing seen from afar. */
function stroke(u: number, v: number, shop: number, seed: number): boolean {
  const cell = Math.floor(u / 0.6)
  const a = (u / 0.6 - cell) * 6
  const b = (v / 0.54) * 6
  if (a < 0.5 || a > 5.5 || b < 0.3 || b > 5.7) return false
  const i = Math.floor(a)
  const j = Math.floor(b)
  const rows = hashCell(cell * 7 + j, shop, seed + 41) > 0.52 && ((b % 1) + 1) % 1 < 0.5
  const columns = hashCell(cell * 7 + i, shop, seed + 42) > 0.55 && ((a % 1) + 1) % 1 < 0.4
  return rows || columns
}

function tinted(surface: Surface, colour: Vector, share: number): undefined {
  surface.red = colour[0] * share
  surface.green = colour[1] * share
  surface.blue = colour[2] * share
}
