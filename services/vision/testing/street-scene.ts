// Test helper: generated streets. Vehicles with exact paths become detections with jitter and misses (seeded), at any frame rate, and go
// through the tracker and the parking machine as in life.

import { Value } from 'typebox/value'
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import { VisionConfig } from '../../contracts/config/vision.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import type { Detection } from '../detection/detection.ts'
import { coverageOf } from '../geometry/box.ts'
import { createInferenceDue, isCalm } from '../motion/motion-gate.ts'
import { type ParkingEffect, stepParking } from '../parking/parking-machine.ts'
import { type ParkingRules, parkingRulesOf } from '../parking/parking-rules.ts'
import { emptyParking, type ParkingState, withoutTracks } from '../parking/parking-state.ts'
import { createByteTracker } from '../tracking/byte-track.ts'
import { groupOf } from '../zones/zone-rules.ts'

export interface Actor {
  readonly label: string
  /** width and height as fractions of the frame */
  readonly size: readonly [number, number]
  /** look; two actors of one colour look the same */
  readonly colour: 'white' | 'black' | 'red'
  /** [seconds, x, y] of the bottom centre; between them it moves evenly, before and after them it is not there */
  readonly path: readonly (readonly [seconds: number, x: number, y: number])[]
  /** nearer things hide farther ones; default: by y */
  readonly depth?: number
}

export interface Scene {
  readonly seconds: number
  readonly actors: readonly Actor[]
  /** seconds without frames: [from, to) */
  readonly outages?: readonly (readonly [number, number])[]
  /** at these seconds the process is killed and starts again with the saved state (saved every 2 s and on effects) */
  readonly restarts?: readonly number[]
  /** shift of the whole picture at a time, fractions of the frame */
  readonly shake?: (seconds: number) => readonly [number, number]
  /** seconds in which everything is overexposed: nothing, or weak and discoloured detections */
  readonly flashes?: readonly (readonly [number, number])[]
  /** share of detections that the detector misses; default 0.05 */
  readonly misses?: number
}

/** How bad the detector is. */
export interface Noise {
  /** shift of each edge as a share of the size; default 0.02 */
  readonly jitter?: number
  /** false boxes a second, anywhere, of any size, half of them weak; default 0 */
  readonly falseBoxes?: number
  /** share of the time in which all scores dip below the model's threshold, 1.5 s at a time; default 0 */
  readonly dips?: number
  /** share of boxes that are halved because something small stands before them; default 0 */
  readonly halves?: number
}

export const noParkingZone: ZoneConfig = {
  id: 'kerb',
  kind: 'no_parking',
  polygon: [
    [0.05, 0.5],
    [0.95, 0.5],
    [0.95, 0.9],
    [0.05, 0.9],
  ],
  classes: [],
  dwellSeconds: 30,
  hours: '00:00-24:00',
}

export const defaultVision = Value.Default(VisionConfig, {}) as VisionConfig

export function sceneRules(zones: readonly ZoneConfig[] = [noParkingZone]): ParkingRules {
  return parkingRulesOf({ id: 'cam', zones: [...zones] }, defaultVision, 'Asia/Shanghai')
}

const colours = {
  white: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.05, 0.25, 0.7],
  black: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.7, 0.25, 0.05, 0, 0],
  red: [0.6, 0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.1, 0.1, 0.1, 0, 0, 0],
}
/** 2020-06-28 14:00 in Suzhou */
export const sceneStart = Date.parse('2020-06-28T06:00:00.000Z')

/** Plays a scene; answers with every effect, in order, and the last state. */
export function playScene(
  scene: Scene,
  options: { fps: number; rules?: ParkingRules; seed?: number; noise?: Noise; motionEverySeconds?: number },
): { effects: (ParkingEffect & { at: number })[]; state: ParkingState; inferred: number } {
  const rules = options.rules ?? sceneRules()
  const random = createRandom(options.seed ?? 1)
  const newTracker = () => createByteTracker({ stepMs: 1000 / options.fps, lostMs: 2000, newTrackMargin: 0.05 })
  let tracker = newTracker()
  let state = emptyParking
  let saved = { state, at: 0 }
  const restarts = [...(scene.restarts ?? [])]
  const effects: (ParkingEffect & { at: number })[] = []
  let blind = false
  const newGate = () => createInferenceDue({ everySeconds: options.motionEverySeconds ?? 0 })
  let gate = newGate()
  let picture: string | undefined
  let detections: SeenActor[] = []
  let calm = false
  let inferred = 0

  for (let frame = 0; frame / options.fps < scene.seconds; frame++) {
    const seconds = frame / options.fps
    if (restarts[0] !== undefined && seconds >= restarts[0]) {
      restarts.shift()
      state = withoutTracks(saved.state)
      tracker = newTracker()
      gate = newGate()
    }
    if (within(scene.outages, seconds)) {
      blind = true
      continue
    }
    if (blind) {
      blind = false
      gate = newGate()
      tracker.reset()
      state = withoutTracks(state)
    }
    const at = sceneStart + Math.round(seconds * 1000)
    const now = pictureOf(scene, seconds)
    if (options.motionEverySeconds === undefined || gate(at, now !== picture, calm)) {
      detections = detect(scene, seconds, random, { ...options, ...options.noise })
      picture = now
      inferred++
    }
    const looks = new Map(detections.map(({ detection, colour }) => [detection.box, colour]))
    const tracked = tracker.update(
      detections.map(({ detection }) => detection),
      at,
      { width: 1280, height: 720 },
    )
    const objects = tracked.map(({ trackId, label, score, box }) => ({
      trackId,
      label,
      group: groupOf(label),
      score,
      box,
      look: looks.get(box) as number[],
    }))
    const stepped = stepParking(state, { at, objects }, rules)
    state = stepped.state
    calm = isCalm(state)
    effects.push(...stepped.effects.map((effect) => ({ ...effect, at })))
    const told = stepped.effects.some(({ type }) => type !== 'parked')
    if (told || seconds - saved.at >= 2) saved = { state, at: seconds }
  }
  return { effects, state, inferred }
}

/** What moved shows, to a hundredth of the frame; light that changes everywhere does not. */
const pictureOf = (scene: Scene, seconds: number): string =>
  [...scene.actors.map((actor) => placeAt(actor, seconds)), scene.shake?.(seconds)]
    .map((place) => place?.map((each) => each.toFixed(2)).join())
    .join(' ')

interface SeenActor {
  readonly detection: Detection
  readonly colour: number[]
}

function detect(
  scene: Scene,
  seconds: number,
  random: () => number,
  { fps, seed = 1, jitter = 0.02, falseBoxes = 0, dips = 0, halves = 0 }: Noise & { fps: number; seed?: number },
): SeenActor[] {
  const [shakeX, shakeY] = scene.shake?.(seconds) ?? [0, 0]
  const flash = within(scene.flashes, seconds)
  const present = scene.actors.flatMap((actor) => {
    const place = placeAt(actor, seconds)
    if (place === undefined) return []
    const [x, y] = [place[0] + shakeX, place[1] + shakeY]
    const [width, height] = actor.size
    const box: PictureBox = [x - width / 2, y - height, x + width / 2, y]
    return [{ actor, box, depth: actor.depth ?? place[1] }]
  })
  const dip = dips > 0 && spotOf(Math.floor(seconds / 1.5), seed) < dips
  const ghosts = random() < falseBoxes / fps ? [ghost(random)] : []
  const real = present.flatMap(({ actor, box, depth }) => {
    const chance = random()
    const noise = [random(), random(), random(), random()].map((value) => (value - 0.5) * 2)
    const hidden = present.some((other) => other.depth > depth && coverageOf(box, other.box) > 0.6)
    if (hidden || chance < (scene.misses ?? 0.05) || (flash && chance < 0.7)) return []
    const [width, height] = actor.size
    const wobbly = box.map((edge, index) =>
      clamp(edge + (noise[index] ?? 0) * jitter * (index % 2 === 0 ? width : height)),
    ) as PictureBox
    if (wobbly[2] - wobbly[0] < width / 3 || wobbly[3] - wobbly[1] < height / 3) return []
    if (halves > 0 && noise[0] !== undefined && Math.abs(noise[0]) < halves) wobbly[3] -= 0.45 * height
    const score = flash || dip ? 0.2 : 0.6 + 0.2 * random()
    const detection: Detection = { label: actor.label, score, box: wobbly, model: 'scene@00000000', threshold: 0.3 }
    return [{ detection, colour: flash ? colours.white : colours[actor.colour] }]
  })
  return [...real, ...ghosts]
}

/** A box where nothing is: road paint, a mirror, a shop sign. */
function ghost(random: () => number): SeenActor {
  const [width, height] = [0.05 + 0.15 * random(), 0.05 + 0.12 * random()]
  const [x, y] = [random() * (1 - width), 0.4 + random() * (0.6 - height)]
  const score = 0.2 + 0.4 * random()
  const box: PictureBox = [x, y, x + width, y + height]
  return { detection: { label: 'car', score, box, model: 'scene@00000000', threshold: 0.3 }, colour: colours.red }
}

/** A fraction that depends on its two numbers only. */
const spotOf = (a: number, b: number): number => createRandom(a * 2654435761 + b)()

function placeAt({ path }: Actor, seconds: number): [number, number] | undefined {
  for (const [index, [from, x, y]] of path.entries()) {
    const next = path[index + 1]
    if (next === undefined || seconds < from || seconds > next[0]) continue
    const share = next[0] === from ? 0 : (seconds - from) / (next[0] - from)
    return [x + share * (next[1] - x), y + share * (next[2] - y)]
  }
  return undefined
}

const within = (spans: readonly (readonly [number, number])[] | undefined, seconds: number): boolean =>
  spans?.some(([from, to]) => seconds >= from && seconds < to) ?? false

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

/** mulberry32: small, seeded, the same everywhere. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
