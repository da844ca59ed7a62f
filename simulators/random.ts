// Randomness that a seed decides: the same seed gives the same city, street and traffic everywhere.

export interface Random {
  /** in [0, 1) */
  next(): number
  /** in [from, to) */
  range(from: number, to: number): number
  /** an integer in [0, below) */
  integer(below: number): number
  pick<T>(items: readonly T[]): T
  chance(probability: number): boolean
  /** normal distribution (Box–Muller) */
  normal(mean: number, deviation: number): number
  /** An independent stream named by a label, so that adding draws in one place moves nothing elsewhere. */
  fork(label: string | number): Random
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  // mulberry32 (Tommy Ettinger, public domain)
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    range: (from, to) => from + (to - from) * next(),
    integer: (below) => Math.floor(next() * below),
    pick<T>(items: readonly T[]): T {
      return items[Math.floor(next() * items.length)] as T
    },
    chance: (probability) => next() < probability,
    normal: (mean, deviation) =>
      mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    fork: (label) => createRandom(hashText(`${seed}/${label}`)),
  }
}

/** FNV-1a, 32 bit. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

/** A value in [0, 1) for a cell of an integer grid. */
export function hashCell(x: number, y: number, salt: number): number {
  let h = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(salt | 0, 0x9e3779b1)
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296
}

/** Smooth value noise in [0, 1), one bump per unit. */
export function noise(x: number, y: number, salt: number): number {
  const ix = Math.floor(x)
  const iy = Math.floor(y)
  const fx = x - ix
  const fy = y - iy
  const u = fx * fx * (3 - 2 * fx)
  const v = fy * fy * (3 - 2 * fy)
  const top = hashCell(ix, iy, salt) * (1 - u) + hashCell(ix + 1, iy, salt) * u
  const bottom = hashCell(ix, iy + 1, salt) * (1 - u) + hashCell(ix + 1, iy + 1, salt) * u
  return top * (1 - v) + bottom * v
}
