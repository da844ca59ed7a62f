// The outline of a car body: deck and roof heights along its length, from which its skin is lofted.
import type { Random } from '../../../random.ts'
import type { Vector } from '../view.ts'

export const carKinds = ['sedan', 'hatchback', 'suv', 'mpv', 'microvan'] as const
export type CarKind = (typeof carKinds)[number]

export interface CarShape {
  readonly kind: CarKind
  readonly length: number
  readonly width: number
  readonly height: number
  readonly wheel: number
  /** wheel centres as fractions of the length from the front */
  readonly axles: readonly [number, number]
  /** fractions of the length from the front: windscreen foot and head, rear window head and foot */
  readonly glass: readonly [number, number, number, number]
  readonly pillars: readonly number[]
  /** heights in metres at a fraction of the length from the front */
  readonly deck: (fraction: number) => number
  readonly roof: (fraction: number) => number
  readonly clearance: number
}

type Curve = readonly (readonly [number, number])[]

const forms: Record<
  CarKind,
  {
    size: Vector
    deck: Curve
    glass: [number, number, number, number]
    pillars: number[]
    axles: [number, number]
    crown: Curve
    wheel: number
  }
> = {
  sedan: {
    size: [4.65, 1.82, 1.46],
    deck: [
      [0, 0.4],
      [0.015, 0.5],
      [0.06, 0.545],
      [0.15, 0.595],
      [0.29, 0.655],
      [0.6, 0.67],
      [0.84, 0.7],
      [0.95, 0.7],
      [0.985, 0.64],
      [1, 0.5],
    ],
    glass: [0.27, 0.435, 0.69, 0.87],
    pillars: [0.52, 0.7],
    axles: [0.185, 0.78],
    wheel: 0.325,
    crown: [
      [0.43, 0.965],
      [0.52, 1],
      [0.6, 0.995],
      [0.7, 0.95],
    ],
  },
  hatchback: {
    size: [4.1, 1.74, 1.5],
    deck: [
      [0, 0.4],
      [0.015, 0.5],
      [0.06, 0.55],
      [0.14, 0.6],
      [0.27, 0.66],
      [0.6, 0.68],
      [0.93, 0.7],
      [0.985, 0.64],
      [1, 0.52],
    ],
    glass: [0.24, 0.41, 0.86, 0.97],
    pillars: [0.53, 0.78],
    axles: [0.19, 0.82],
    wheel: 0.305,
    crown: [
      [0.41, 0.965],
      [0.52, 1],
      [0.7, 0.985],
      [0.86, 0.93],
    ],
  },
  suv: {
    size: [4.6, 1.88, 1.7],
    deck: [
      [0, 0.42],
      [0.012, 0.54],
      [0.05, 0.595],
      [0.14, 0.63],
      [0.27, 0.665],
      [0.6, 0.68],
      [0.94, 0.69],
      [0.985, 0.64],
      [1, 0.5],
    ],
    glass: [0.25, 0.4, 0.88, 0.985],
    pillars: [0.51, 0.72],
    axles: [0.195, 0.79],
    wheel: 0.36,
    crown: [
      [0.4, 0.965],
      [0.5, 1],
      [0.75, 0.985],
      [0.88, 0.94],
    ],
  },
  mpv: {
    size: [4.95, 1.88, 1.78],
    deck: [
      [0, 0.38],
      [0.012, 0.48],
      [0.06, 0.53],
      [0.15, 0.59],
      [0.22, 0.6],
      [0.6, 0.6],
      [0.96, 0.61],
      [1, 0.45],
    ],
    glass: [0.17, 0.34, 0.93, 0.99],
    pillars: [0.42, 0.66],
    axles: [0.18, 0.78],
    wheel: 0.335,
    crown: [
      [0.34, 0.965],
      [0.46, 1],
      [0.75, 0.99],
      [0.93, 0.955],
    ],
  },
  microvan: {
    size: [4.3, 1.68, 1.9],
    deck: [
      [0, 0.4],
      [0.015, 0.5],
      [0.06, 0.53],
      [0.1, 0.55],
      [0.6, 0.56],
      [0.97, 0.57],
      [1, 0.42],
    ],
    glass: [0.07, 0.22, 0.965, 0.995],
    pillars: [0.36, 0.64],
    axles: [0.17, 0.78],
    wheel: 0.3,
    crown: [
      [0.22, 0.96],
      [0.33, 1],
      [0.8, 1],
      [0.965, 0.97],
    ],
  },
}

/** A shape of a kind, with every measure varied a little. */
export function createCarShape(kind: CarKind, random: Random): CarShape {
  const form = forms[kind]
  const length = form.size[0] * random.range(0.94, 1.06)
  const width = form.size[1] * random.range(0.97, 1.03)
  const height = form.size[2] * random.range(0.96, 1.04)
  const shift = () => random.range(-0.012, 0.012)
  const [a, b, c, d] = form.glass
  const glass = [a + shift(), b + shift(), Math.min(c + shift(), 0.97), Math.min(d + shift() / 2, 0.996)] as const
  const deckCurve = form.deck.map(([f, h], i) => [f, h * (i === 0 ? 1 : random.range(0.985, 1.015))] as const)
  const deck = (f: number) => sample(deckCurve, f) * height
  const crown: Curve = [
    [glass[0], sample(deckCurve, glass[0])],
    [glass[1], 0.965],
    ...form.crown.slice(1, -1),
    [glass[2], form.crown.at(-1)?.[1] ?? 0.95],
    [glass[3], sample(deckCurve, glass[3])],
  ]
  const roof = (f: number) => (f <= glass[0] || f >= glass[3] ? 0 : sample(crown, f) * height)
  return {
    kind,
    length,
    width,
    height,
    glass,
    deck,
    roof,
    pillars: form.pillars.map((f) => f + shift()),
    axles: form.axles,
    wheel: form.wheel * random.range(0.97, 1.05),
    clearance: kind === 'suv' ? 0.22 : 0.17,
  }
}

/** Half width of the body at a fraction of the length (rounded corners in plan). */
export function planWidth(shape: CarShape, f: number): number {
  return (sample(plan, f) * shape.width) / 2
}
const plan: Curve = [
  [0, 0.74],
  [0.02, 0.86],
  [0.06, 0.94],
  [0.13, 0.985],
  [0.25, 1],
  [0.8, 1],
  [0.92, 0.97],
  [0.97, 0.92],
  [0.99, 0.86],
  [1, 0.76],
]

/** Half width of the cabin at its foot and its head. */
export function cabinWidth(shape: CarShape, f: number): readonly [number, number] {
  const foot = planWidth(shape, f) * 0.93
  const rise = Math.max(0, shape.roof(f) - shape.deck(f))
  const lean = shape.kind === 'microvan' || shape.kind === 'mpv' ? 0.16 : 0.26
  return [foot, Math.max(0.3, foot - lean * rise)]
}

/** One half of the cross-section from the floor to the middle of the roof. */
export function crossSection(shape: CarShape, f: number): Vector[] {
  const x = shape.length * (0.5 - f)
  const w = planWidth(shape, f)
  const deck = shape.deck(f)
  const end = Math.max(0, 1 - Math.min(f, 1 - f) / 0.05)
  const floor = shape.clearance + 0.1 * end
  const rise = Math.max(0, shape.roof(f) - deck)
  const [foot, head] = cabinWidth(shape, f)
  const crown = rise > 0.02 ? 0.02 : 0.035
  const waist = floor + (deck - floor) * 0.62
  return [
    [x, 0, floor],
    [x, w * 0.86, floor],
    [x, w * 0.955, floor + 0.06],
    [x, w * 0.985, floor + 0.18],
    [x, w, waist],
    [x, w * 0.985, deck - 0.07],
    [x, w * 0.955, deck - 0.015],
    [x, foot, deck],
    [x, foot * 0.985 + head * 0.015, deck + rise * 0.04 + 0.004],
    [x, (foot + head) / 2 + 0.012, deck + rise * 0.5 + 0.012],
    [x, head + 0.01, deck + rise * 0.9 + 0.02],
    [x, head * 0.88, deck + rise + 0.024],
    [x, head * 0.45, deck + rise + crown],
    [x, 0, deck + rise + crown + 0.006],
  ]
}

function sample(curve: Curve, at: number): number {
  for (let i = 0; i + 1 < curve.length; i++) {
    const to = curve[i + 1] as readonly [number, number]
    if (at > to[0]) continue
    const from = curve[i] as readonly [number, number]
    return from[1] + (to[1] - from[1]) * Math.min(1, Math.max(0, (at - from[0]) / (to[0] - from[0] || 1)))
  }
  return curve.at(-1)?.[1] ?? 0
}
