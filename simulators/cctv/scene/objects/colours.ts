// Colours of things, linear RGB, weighted as seen on streets.

import type { Random } from '../../../random.ts'
import type { Surface } from '../mesh.ts'
import type { Vector } from '../view.ts'

/** sRGB hex to linear light. */
export function linear(hex: string): Vector {
  return [1, 3, 5].map((i) => (Number.parseInt(hex.slice(i, i + 2), 16) / 255) ** 2.2) as never
}

const carPaints: readonly (readonly [number, string])[] = [
  [30, '#e8e9ea'],
  [18, '#17181b'],
  [14, '#9a9da2'],
  [11, '#5b5f66'],
  [5, '#7d1620'],
  [5, '#1d3a6e'],
  [3, '#6b5240'],
  [3, '#3f6f9c'],
  [2, '#2f5d43'],
  [2, '#c8b48a'],
  [2, '#d98a1f'],
  [2, '#9fb7ad'],
  [1, '#e3c229'],
]

export function carPaint(random: Random): Vector {
  return vary(linear(weighted(carPaints, random)), 0.12, random)
}

const clothes = [
  '#1c1e24',
  '#2a3a5a',
  '#5f6672',
  '#8d2b30',
  '#d9d6cf',
  '#3f4f3a',
  '#b48a5c',
  '#c4577a',
  '#22424f',
  '#e0b93a',
  '#5a3f6b',
  '#7fa3c7',
]
export function cloth(random: Random): Vector {
  return vary(linear(random.pick(clothes)), 0.2, random)
}

const bright = [
  '#f2c500',
  '#1f77c9',
  '#d7262b',
  '#1fa055',
  '#ee7d1b',
  '#f4f4f2',
  '#202226',
  '#7a7d82',
  '#e67aa5',
  '#7fc6b8',
]
export function brightPaint(random: Random): Vector {
  return vary(linear(random.pick(bright)), 0.1, random)
}

export const skin: Vector = linear('#c08d6f')

export function vary(colour: Vector, amount: number, random: Random): Vector {
  const all = 1 + random.range(-amount, amount)
  return colour.map((value) => value * all * (1 + random.range(-amount, amount) / 3)) as never
}

export function set(surface: Surface, colour: Vector, mirror = 0, glow = 0): undefined {
  surface.red = colour[0]
  surface.green = colour[1]
  surface.blue = colour[2]
  surface.mirror = mirror
  surface.glow = glow
}

/** Euclid's; `Math.hypot` is many times slower. */
export function distance(a: number, b: number): number {
  return Math.sqrt(a * a + b * b)
}

export function weighted<T>(items: readonly (readonly [number, T])[], random: Random): T {
  let rest = random.next() * items.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, item] of items) {
    rest -= weight
    if (rest < 0) return item
  }
  return (items[0] as readonly [number, T])[1]
}
