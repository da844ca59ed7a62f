// Generated traffic with exact truth: vehicles and people on lanes both ways, who stop, cross and hide each other; and what a detector of a given
// quality makes of it. The same seed gives the same sequence.

import type { PictureBox } from '../../../services/contracts/geometry.ts'
import type { Detection } from '../../../services/vision/detection/detection.ts'
import { coverageOf } from '../../../services/vision/geometry/box.ts'
import type { Random } from '../../../simulators/random.ts'
import { createRandom } from '../../../simulators/random.ts'
import type { Labelled } from './sequence.ts'

export interface DetectorQuality {
  /** share of visible objects that are missed */
  readonly misses: number
  /** shift of each edge as a share of the size (standard deviation) */
  readonly jitter: number
  /** false boxes a frame */
  readonly falseBoxes: number
}

export interface TrafficFrame {
  readonly truth: readonly Labelled[]
  readonly detections: readonly Detection[]
}

interface Mover {
  readonly id: number
  readonly label: 'car' | 'person'
  readonly startsAt: number
  /** fractions of the frame */
  readonly lane: number
  readonly way: 1 | -1
  /** fractions of the frame a second */
  readonly speed: number
  readonly size: readonly [number, number]
  /** stands here for so many seconds */
  readonly stop?: { readonly x: number; readonly seconds: number }
}

/** Frames of `seconds` of traffic at `fps`. */
export function generateTraffic(seed: number, seconds: number, fps: number, quality: DetectorQuality): TrafficFrame[] {
  const random = createRandom(seed)
  const movers = Array.from({ length: Math.round(seconds / 1.6) }, (_, id) => makeMover(id + 1, random, seconds))
  return Array.from({ length: Math.round(seconds * fps) }, (_, frame) => frameAt(movers, frame / fps, quality, random))
}

function makeMover(id: number, random: Random, seconds: number): Mover {
  const isPerson = random.chance(0.3)
  const lane = random.integer(5)
  return {
    id,
    label: isPerson ? 'person' : 'car',
    startsAt: random.range(-10, seconds),
    lane: 0.35 + 0.12 * lane,
    way: lane % 2 === 0 ? 1 : -1,
    speed: isPerson ? random.range(0.02, 0.05) : random.range(0.08, 0.22),
    size: isPerson ? [0.025, 0.1] : [random.range(0.1, 0.15), random.range(0.09, 0.12)],
    ...(random.chance(0.3) ? { stop: { x: random.range(0.2, 0.8), seconds: random.range(3, 20) } } : {}),
  }
}

function placeOf({ startsAt, way, speed, stop }: Mover, at: number): number | undefined {
  let driven = at - startsAt
  if (driven < 0) return undefined
  if (stop) {
    const reached = (way > 0 ? stop.x + 0.1 : 1.1 - stop.x) / speed
    if (driven > reached) driven = Math.max(reached, driven - stop.seconds)
  }
  const x = way > 0 ? -0.1 + speed * driven : 1.1 - speed * driven
  return x < -0.1 || x > 1.1 ? undefined : x
}

function frameAt(movers: readonly Mover[], at: number, quality: DetectorQuality, random: Random): TrafficFrame {
  const present = movers.flatMap((mover) => {
    const x = placeOf(mover, at)
    if (x === undefined) return []
    const [width, height] = mover.size
    const box: PictureBox = [x - width / 2, mover.lane - height, x + width / 2, mover.lane]
    return box[0] >= 0 && box[2] <= 1 ? [{ mover, box }] : []
  })
  // what is nearer (lower) hides what is behind
  const visible = present.filter(
    ({ mover, box }) => !present.some((other) => other.mover.lane > mover.lane && coverageOf(box, other.box) > 0.7),
  )
  const detections = visible.flatMap(({ mover, box }): Detection[] => {
    const [width, height] = mover.size
    const noise = [width, height, width, height].map((size) => random.normal(0, quality.jitter * size))
    if (random.chance(quality.misses)) return []
    const wobbly = box.map((edge, index) => edge + (noise[index] ?? 0)) as PictureBox
    return [{ label: mover.label, score: random.range(0.35, 0.9), box: wobbly, model: 'generated', threshold: 0.4 }]
  })
  for (let chance = quality.falseBoxes; random.chance(Math.min(1, chance)); chance -= 1) {
    const [x, y] = [random.range(0, 0.85), random.range(0.2, 0.85)]
    const box: PictureBox = [x, y, x + random.range(0.03, 0.15), y + random.range(0.05, 0.13)]
    detections.push({ label: 'car', score: random.range(0.2, 0.6), box, model: 'generated', threshold: 0.4 })
  }
  return { truth: visible.map(({ mover, box }) => ({ id: mover.id, box })), detections }
}
