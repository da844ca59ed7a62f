// A street as measures: lanes, kerb with parking, pavements, house fronts or a canal, furniture, and where light falls. Traffic keeps right (+x side drives +y).

import { hashCell, type Random } from '../../random.ts'
import type { Light } from './light.ts'
import { type FurnitureKind, furnitureKinds } from './objects/street-furniture.ts'
import type { View } from './view.ts'
import { createView } from './view.ts'

export interface SideOptions {
  readonly pavement: number
  /** width of the strip of parking places beside the lanes, 0: none */
  readonly parking: number
  readonly front: 'shops' | 'flats' | 'wall' | 'canal'
}

export interface StreetOptions {
  readonly seed: number
  readonly lanesEachWay: 1 | 2
  readonly laneWidth: number
  readonly left: SideOptions
  readonly right: SideOptions
  readonly centreLine: 'none' | 'dashed' | 'double' | 'solid'
  /** yellow line along the right kerb */
  readonly yellowKerb: boolean
  /** zebra crossings at these y */
  readonly crossings: readonly number[]
  readonly asphalt: number
  /** sides with trees; absent: by chance */
  readonly trees?: readonly ('left' | 'right')[]
}

export interface Placed {
  readonly kind: FurnitureKind
  readonly x: number
  readonly y: number
  readonly heading: number
}

export interface Street extends StreetOptions {
  /** x where lanes end, by side (left is negative) */
  readonly lanes: readonly [number, number]
  readonly kerbs: readonly [number, number]
  readonly fronts: readonly [number, number]
  readonly furniture: readonly Placed[]
  /** height of the house at y on a side (0 left, 1 right) */
  houseHeight(side: 0 | 1, y: number): number
  /** share of direct light (sun by day, street lamps by night) at a place on the ground */
  lit(light: Light, x: number, y: number, z?: number): number
}

export const lampSpacing = 22
export const blockLength = 17

export function createStreet(options: StreetOptions, random: Random): Street {
  const half = options.lanesEachWay * options.laneWidth
  const kerbs = [-(half + options.left.parking), half + options.right.parking] as const
  const fronts = [kerbs[0] - options.left.pavement, kerbs[1] + options.right.pavement] as const
  const houseHeight = (side: 0 | 1, y: number) => {
    const front = side === 0 ? options.left.front : options.right.front
    if (front === 'canal') return 0
    if (front === 'wall') return 2.3
    const block = Math.floor(y / blockLength)
    const floors = 2 + Math.floor(hashCell(block, side, options.seed) * (front === 'flats' ? 5 : 2.4))
    return 3.5 + (floors - 1) * 3
  }
  return {
    ...options,
    lanes: [-half, half],
    kerbs,
    fronts,
    furniture: placeFurniture(options, kerbs, fronts, random),
    houseHeight,
    lit(light, x, y, z = 0) {
      if (light.kind === 'night') {
        const along = ((y % lampSpacing) + lampSpacing) % lampSpacing
        const dy = Math.min(along, lampSpacing - along)
        const dx = Math.min(Math.abs(x - kerbs[1] + 1), Math.abs(x - kerbs[0] - 1))
        return 0.12 + 1.1 * Math.exp(-(dx * dx + dy * dy) / 38)
      }
      if (light.shadow === 0) return 1
      const [sx, sy, sz] = light.sun
      const side = sx < 0 ? 0 : 1
      const wall = fronts[side]
      const away = (wall - x) / (sx || 1e-6)
      if (away <= 0) return 1
      const height = z + away * sz
      return smooth((height - houseHeight(side, y + away * sy)) / 0.5 + 0.5)
    },
  }
}

/** Any plausible street. */
export function randomStreet(random: Random): Street {
  const frontOf = () => random.pick(['shops', 'shops', 'shops', 'flats', 'wall', 'canal'] as const)
  const left = frontOf()
  const side = (front: SideOptions['front']): SideOptions => ({
    pavement: random.range(1.6, 4.2),
    parking: random.chance(0.55) ? random.range(2.1, 2.5) : 0,
    front,
  })
  return createStreet(
    {
      seed: random.integer(1e9),
      lanesEachWay: random.chance(0.7) ? 1 : 2,
      laneWidth: random.range(2.9, 3.6),
      left: side(left),
      right: side(left === 'canal' ? random.pick(['shops', 'flats', 'wall'] as const) : frontOf()),
      centreLine: random.pick(['none', 'dashed', 'double', 'solid'] as const),
      yellowKerb: random.chance(0.4),
      crossings: random.chance(0.4) ? [random.range(8, 40)] : [],
      asphalt: random.range(0.07, 0.24),
    },
    random,
  )
}

/** A camera on a mast or a house front of the street, 4 to 8 m up, looking along it at a slant. */
export function randomView(street: Street, random: Random, width = 640, height = 360): View {
  const side = random.chance(0.5) ? 1 : -1
  const edge = side > 0 ? street.kerbs[1] : street.kerbs[0]
  const above = random.range(4, 8)
  return createView({
    width,
    height,
    position: [edge + side * random.range(-0.8, 1.4), 0, above],
    yaw: -side * random.range(0.05, 0.75),
    pitch: Math.atan(above / random.range(9, 26)),
    roll: random.normal(0, 0.015),
    fieldOfView: random.range(0.7, 1.35),
  })
}

/** A drone above the street, 15 to 70 m up, from oblique to straight down, any way round. */
export function randomDroneView(street: Street, random: Random, width = 640, height = 360): View {
  const above = Math.exp(random.range(Math.log(15), Math.log(70)))
  const pitch = random.chance(0.45) ? random.range(1.4, Math.PI / 2) : random.range(0.65, 1.4)
  const yaw = random.range(-Math.PI, Math.PI)
  const away = above / Math.tan(pitch)
  const target = [random.range(street.fronts[0], street.fronts[1]) * 0.5, random.range(18, 50)] as const
  return createView({
    width,
    height,
    position: [target[0] - away * Math.sin(yaw), target[1] - away * Math.cos(yaw), above],
    yaw,
    pitch,
    roll: random.normal(0, 0.02),
    fieldOfView: random.range(0.7, 1.35),
  })
}

function placeFurniture(
  options: StreetOptions,
  kerbs: readonly [number, number],
  fronts: readonly [number, number],
  random: Random,
): Placed[] {
  const placed: Placed[] = []
  for (const side of [0, 1] as const) {
    const sign = side === 0 ? -1 : 1
    const along = side === 0 ? options.left : options.right
    const trees = options.trees?.includes(side === 0 ? 'left' : 'right') ?? random.chance(0.65)
    const gap = random.range(6.5, 11)
    const heading = side === 0 ? 0 : Math.PI
    if (trees)
      for (let y = random.range(9, 18); y < 75; y += gap * random.range(0.9, 1.1))
        placed.push({ kind: 'tree', x: kerbs[side] + sign * 0.8, y, heading: random.range(0, 6) })
    for (let y = lampSpacing; y < 80; y += lampSpacing)
      placed.push({ kind: 'lamp_post', x: kerbs[side] + sign * 0.45, y, heading })
    for (let i = 0; i < 6; i++) {
      if (!random.chance(0.5)) continue
      const kind = random.pick(furnitureKinds.filter((name) => name !== 'tree' && name !== 'lamp_post'))
      const x = kind === 'sign' || kind === 'bollard' ? kerbs[side] + sign * 0.4 : fronts[side] - sign * 0.6
      if (along.pavement > 1.5)
        placed.push({ kind, x, y: random.range(7, 55), heading: kind === 'sign' ? -Math.PI / 2 : heading })
    }
  }
  return placed
}

function smooth(value: number): number {
  const v = Math.min(1, Math.max(0, value))
  return v * v * (3 - 2 * v)
}
