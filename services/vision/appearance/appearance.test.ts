// How stopped vehicles look: of which objects the embedding is asked, what it is given, what it changes in who is who, and that it survives a restart.
import { describe, expect, it } from 'vitest'
import { type Appearance, apartness } from '../../contracts/appearance.ts'
import type { CameraFrame, FrameCutPixels } from '../../contracts/frames.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import type { InferencePool } from '../inference/inference-pool.ts'
import type { Model } from '../model-registry/model-registry.ts'
import { type ParkingObject, stepParking } from '../parking/parking-machine.ts'
import { emptyParking, type ParkingState, withoutTracks } from '../parking/parking-state.ts'
import { noParkingZone, sceneRules, sceneStart } from '../testing/street-scene.ts'
import { createAppearanceReader } from './appearance-reader.ts'
import { cropVehicle } from './vehicle-crop.ts'
import { wantedAppearances } from './wanted.ts'

const size = 64
/** A cut, by default of the whole frame, 100 × 80 at (10, 5) of 120 × 90; `paint` gives each pixel of the picture its red. */
const cutOf = (paint: (x: number, y: number) => number, region: PictureBox = [0, 0, 1, 1]): FrameCutPixels => {
  const rgb = new Uint8Array(120 * 90 * 3).fill(114)
  for (let y = 0; y < 80; y++) for (let x = 0; x < 100; x++) rgb[((y + 5) * 120 + x + 10) * 3] = paint(x, y)
  const cut = { id: 'whole', region, width: 120, height: 90, letterbox: 'centre' as const }
  return { cut, width: 120, height: 90, rgb, offsetX: 10, offsetY: 5, pictureWidth: 100, pictureHeight: 80 }
}
const red = (crop: Uint8Array | undefined, x: number, y: number) => crop?.[(y * size + x) * 3]

describe('the crop that the embedding sees', () => {
  it('is the box with a tenth around it, stretched; beyond the picture its rim goes on', () => {
    const cut = cutOf((x) => 2 * x)
    // columns 20..70 with 5 on each side: 15..75, in the middle 45
    const crop = cropVehicle([0.2, 0.25, 0.7, 0.75], cut, size)
    expect([red(crop, 0, 32), red(crop, 32, 32), red(crop, 63, 32)]).toEqual([30, 90, 148])
    const atTheRim = cropVehicle([0, 0.25, 0.4, 0.75], cut, size)
    expect([red(atTheRim, 0, 32), red(atTheRim, 3, 32)]).toEqual([0, 0])
  })

  it('shrinks by the mean of what it covers, and is none of a vehicle of a few pixels', () => {
    const chequered = cutOf((x, y) => ((x + y) % 2 === 0 ? 200 : 0))
    const crop = cropVehicle([0, 0, 1, 1], chequered, 16)
    const middle = crop?.[(8 * 16 + 8) * 3] ?? 0
    expect(middle).toBeGreaterThan(80)
    expect(middle).toBeLessThan(120)
    expect(cropVehicle([0.5, 0.5, 0.6, 0.9], chequered, size)).toBeUndefined()
  })
})

describe('two looks', () => {
  const look = (model: string, ...vector: number[]): Appearance => ({ model, vector })
  it('are as far apart as their directions; of two models, or none, they cannot be compared', () => {
    expect(apartness(look('a', 3, 0), look('a', 1, 0))).toBeCloseTo(0)
    expect(apartness(look('a', 1, 0), look('a', 0, 1))).toBeCloseTo(1)
    expect(apartness(look('a', 1, 0), look('b', 1, 0))).toBeUndefined()
    expect(apartness(look('a', 1, 0), undefined)).toBeUndefined()
    expect(apartness(look('a', 0, 0), look('a', 1, 0))).toBeUndefined()
  })
})

const rules = sceneRules([noParkingZone])
const grey = [...new Array<number>(12).fill(0), 0, 0, 1, 0, 0]
const white = [...new Array<number>(12).fill(0), 0, 0, 0, 0, 1]
const place: PictureBox = [0.42, 0.56, 0.58, 0.7]
const car = (trackId: number, more: Partial<ParkingObject> = {}): ParkingObject => ({
  trackId,
  label: 'car',
  group: 'motor',
  score: 0.8,
  box: place,
  look: grey,
  ...more,
})
const mine: Appearance = { model: 'look@1', vector: [1, 0] }
const others: Appearance = { model: 'look@1', vector: [0, 1] }

/** Five frames a second. */
function play(from: number, to: number, objects: (second: number) => ParkingObject[], start = emptyParking) {
  let state: ParkingState = start
  const types: string[] = []
  for (let frame = from * 5; frame < to * 5; frame++) {
    const stepped = stepParking(state, { at: sceneStart + frame * 200, objects: objects(frame / 5) }, rules)
    state = stepped.state
    types.push(...stepped.effects.map(({ type }) => type))
  }
  return { state, types }
}
const wantedAt = (state: ParkingState, second: number, objects: ParkingObject[]) =>
  wantedAppearances(state, objects, sceneStart + second * 1000, { samePlaceIou: 0.45, refreshMs: 900_000 }).map(
    ({ trackId }) => trackId,
  )

describe('the embedding is asked', () => {
  it('not of traffic, once of what has stopped, and again when the light may have changed', () => {
    const passing = play(0, 3, (s) => [car(1, { box: [0.1 * s, 0.56, 0.1 * s + 0.16, 0.7] })]).state
    expect(wantedAt(passing, 3, [car(1, { box: [0.3, 0.56, 0.46, 0.7] })])).toEqual([])
    const stopped = play(0, 5, () => [car(1)]).state
    expect(wantedAt(stopped, 5, [car(1), car(2, { box: [0.7, 0.56, 0.86, 0.7] })])).toEqual([1])
    const known = play(5, 6, () => [car(1, { appearance: mine })], stopped).state
    expect(known.vehicles[0]?.appearance).toEqual(mine)
    expect(wantedAt(known, 6, [car(1)])).toEqual([])
    expect(wantedAt(known, 2000, [car(1)])).toEqual([1])
  })

  it('of what appears where a vehicle was lost from view, also after a restart', () => {
    const known = play(0, 6, () => [car(1, { appearance: mine })]).state
    const lost = play(6, 10, () => [], known).state
    expect(wantedAt(lost, 10, [car(7)])).toEqual([7])
    const restarted = withoutTracks(JSON.parse(JSON.stringify(lost)) as ParkingState)
    expect(wantedAt(restarted, 10, [car(3)])).toEqual([3])
  })
})

describe('who stands there after an occlusion', () => {
  const lost = play(6, 12, () => [], play(0, 6, () => [car(1, { appearance: mine })]).state).state

  it('is the same vehicle in another light, though its colours changed altogether', () => {
    const { state } = play(12, 16, () => [car(9, { look: white, appearance: mine })], lost)
    expect(state.vehicles.map(({ id }) => id)).toEqual(lost.vehicles.map(({ id }) => id))
  })

  it('is another one of the same colour, which begins anew', () => {
    const { state } = play(12, 16, () => [car(9, { appearance: others })], lost)
    expect(state.vehicles.filter(({ seenAt }) => seenAt === state.clock).map(({ id }) => id)).not.toEqual(
      lost.vehicles.map(({ id }) => id),
    )
  })

  it('is told by colours where the embedding was not asked, or was another model', () => {
    const silent = play(12, 16, () => [car(9)], lost).state
    const foreign = play(12, 16, () => [car(9, { appearance: { ...others, model: 'other@2' } })], lost).state
    for (const state of [silent, foreign])
      expect(state.vehicles.map(({ id }) => id)).toEqual(lost.vehicles.map(({ id }) => id))
  })
})

describe('the reader', () => {
  const model = { key: 'm', name: 'look', tag: 'look@1', description: { input: { width: size } } } as unknown as Model
  const frame = {
    cameraId: 'kerb',
    capturedAt: sceneStart + 5000,
    cuts: [cutOf(() => 50, [0.3, 0.4, 0.8, 0.9])],
  } as unknown as CameraFrame
  const stopped = play(0, 5, () => [car(1)]).state
  const rulesOfReader = { samePlaceIou: 0.45, refreshMs: 900_000 }

  it('gives the object that was asked of its vector, and the others as they are', async () => {
    const asked: number[] = []
    const infer: InferencePool['infer'] = (_key, _owner, pictures) => {
      asked.push(...pictures.map((picture) => (picture instanceof Uint8Array ? picture.length : 0)))
      const vector = Float32Array.of(0.6, 0.80049)
      return Promise.resolve({
        seconds: 0.001,
        detections: [[{ label: 'embedding', score: 1, box: [0, 0, 64, 64], vector }]],
      })
    }
    const reader = createAppearanceReader({ pool: { infer }, logger: silentLogger }, model, rulesOfReader)
    const other = car(2, { box: [0.7, 0.56, 0.86, 0.7] })
    expect(await reader.read(stopped, [car(1), other], frame)).toEqual([
      { ...car(1), appearance: { model: 'look@1', vector: [0.6, 0.8] } },
      other,
    ])
    expect(asked).toEqual([size * size * 3])
  })

  it('that gets no answer leaves it to the colours', async () => {
    const infer: InferencePool['infer'] = () => Promise.reject(new Error('the thread died'))
    const reader = createAppearanceReader({ pool: { infer }, logger: silentLogger }, model, rulesOfReader)
    expect(await reader.read(stopped, [car(1)], frame)).toEqual([car(1)])
  })
})
