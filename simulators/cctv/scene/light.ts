// Light of a scene: sun, sky, haze, and the response of the camera. All colours are linear RGB, about 1 for white paper in daylight.
import type { Random } from '../../random.ts'
import type { Vector } from './view.ts'

export const lightKinds = ['sunny', 'overcast', 'dusk', 'night', 'rain'] as const
export type LightKind = (typeof lightKinds)[number]

export interface Light {
  readonly kind: LightKind
  /** towards the sun (or the brightest part of the sky), unit length */
  readonly sun: Vector
  readonly sunColour: Vector
  readonly sky: Vector
  readonly horizon: Vector
  readonly ground: Vector
  readonly haze: Vector
  /** per metre */
  readonly hazeDensity: number
  readonly exposure: number
  /** 0: none, 1: black */
  readonly shadow: number
  readonly lamps: boolean
  readonly wet: number
}

export function createLight(kind: LightKind, random: Random): Light {
  const azimuth = random.range(0, 2 * Math.PI)
  const sunAt = (from: number, to: number): Vector => {
    const elevation = random.range(from, to)
    return [Math.cos(azimuth) * Math.cos(elevation), Math.sin(azimuth) * Math.cos(elevation), Math.sin(elevation)]
  }
  const tint = (colour: Vector, amount: number): Vector =>
    colour.map((value) => value * (1 + random.range(-amount, amount))) as never
  const exposure = random.range(0.85, 1.2)
  switch (kind) {
    case 'sunny':
      return {
        kind,
        sun: sunAt(0.6, 1.25),
        sunColour: tint([1.35, 1.25, 1.1], 0.06),
        sky: tint([0.42, 0.55, 0.8], 0.1),
        horizon: tint([0.75, 0.82, 0.9], 0.08),
        ground: tint([0.3, 0.28, 0.25], 0.1),
        haze: [0.72, 0.78, 0.85],
        hazeDensity: random.range(0.001, 0.006),
        exposure: exposure * 1.15,
        shadow: random.range(0.5, 0.68),
        lamps: false,
        wet: 0,
      }
    case 'overcast':
    case 'rain':
      return {
        kind,
        sun: [0, 0, 1],
        sunColour: tint([0.22, 0.23, 0.24], 0.05),
        sky: tint([0.72, 0.75, 0.78], 0.06),
        horizon: tint([0.68, 0.7, 0.73], 0.06),
        ground: tint([0.25, 0.25, 0.24], 0.1),
        haze: [0.66, 0.69, 0.72],
        hazeDensity: random.range(0.003, kind === 'rain' ? 0.014 : 0.009),
        exposure: exposure * 1.2,
        shadow: 0,
        lamps: false,
        wet: kind === 'rain' ? random.range(0.5, 1) : 0,
      }
    case 'dusk':
      return {
        kind,
        sun: sunAt(0.15, 0.4),
        sunColour: tint([0.55, 0.33, 0.18], 0.15),
        sky: tint([0.2, 0.24, 0.36], 0.15),
        horizon: tint([0.5, 0.38, 0.32], 0.15),
        ground: tint([0.14, 0.12, 0.11], 0.1),
        haze: [0.4, 0.35, 0.36],
        hazeDensity: random.range(0.002, 0.007),
        exposure: exposure * 2.2,
        shadow: random.range(0.25, 0.4),
        lamps: true,
        wet: 0,
      }
    case 'night':
      return {
        kind,
        sun: sunAt(1.1, 1.4),
        sunColour: tint([0.22, 0.17, 0.1], 0.15),
        sky: tint([0.06, 0.055, 0.06], 0.15),
        horizon: tint([0.1, 0.08, 0.07], 0.15),
        ground: tint([0.06, 0.05, 0.045], 0.1),
        haze: [0.06, 0.055, 0.06],
        hazeDensity: 0.004,
        exposure: exposure * 3.2,
        shadow: 0.35,
        lamps: true,
        wet: random.chance(0.2) ? 0.7 : 0,
      }
  }
}

/** Linear light to an sRGB byte, through the film-like shoulder of a camera. */
export function expose(value: number, exposure: number): number {
  return curve[Math.min(4095, Math.max(0, (value * exposure * 512) | 0))] as number
}

const curve = Float32Array.from({ length: 4096 }, (_, index) => {
  const linear = index / 512
  const display = (1 - Math.exp(-1.35 * linear)) ** (1 / 2.2)
  // cheap cameras deepen the shadows
  return 255 * (0.6 * display + 0.4 * display * display * (3 - 2 * display))
})
