// Real footage through real models: cars that park are told once each, with pictures; traffic is not. Needs ../shared (footage and a public model).
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CameraConfig } from '../contracts/config/cameras.ts'
import type { Evidence } from '../contracts/evidence.ts'
import { hasSharedData, sharedClip } from './testing/clip-frames.ts'
import { makePublicYolox } from './testing/public-yolox.ts'
import { createVisionRig, type VisionRig } from './testing/vision-rig.ts'

const startAt = Date.parse('2020-06-28T06:00:00.000Z')
/** the two kerb places in the middle: feet of the black car and of the sedan that parks */
const middlePlaces: [number, number][] = [
  [0.57, 0.27],
  [1, 0.27],
  [1, 0.58],
  [0.57, 0.58],
]
const wholeFrame: [number, number][] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
]
const camera = (model: string, polygon: [number, number][], fps = 5): CameraConfig => ({
  id: 'lane',
  name: '后宝元街北口',
  kind: 'cctv',
  source: 'file:///clip.mp4',
  loop: false,
  transport: 'tcp',
  location: [120.5884, 31.3271],
  fps,
  models: [model],
  zones: [{ id: 'kerb', kind: 'no_parking', polygon, classes: [], dwellSeconds: 10, hours: '00:00-24:00' }],
})
const parking = {
  file: sharedClip('park_comes_and_parks_street_33s.mp4'),
  from: 19,
  holdLast: 30,
  startAt,
}

describe.runIf(hasSharedData)(
  `footage through the public yolox_nano${hasSharedData ? '' : ' (not tried: ../shared is not here)'}`,
  () => {
    let models: string
    let yolox: string
    let rig: VisionRig
    beforeAll(() => {
      models = mkdtempSync(join(tmpdir(), 'qly-models-'))
      yolox = makePublicYolox(models)
    })
    afterAll(() => rmSync(models, { recursive: true, force: true }))
    afterEach(() => rig.stop())

    it('tells the sedan that parks and the black car beside it once each, with pictures', async () => {
      rig = await createVisionRig()
      await rig.play(camera(yolox, middlePlaces), parking)
      const findings = await rig.findings()
      const started = findings.filter(({ phase }) => phase === 'started')
      expect(started.map(({ kind, label, zoneId }) => ({ kind, label, zoneId }))).toEqual([
        { kind: 'illegal_parking', label: 'car', zoneId: 'kerb' },
        { kind: 'illegal_parking', label: 'car', zoneId: 'kerb' },
      ])
      const [black, sedan] = started
      expect(foot(black?.box)).toBeLessThan(0.36)
      expect(foot(sedan?.box)).toBeGreaterThan(0.48)
      // The black car stands from the beginning, the sedan from about 12 s; the dwell is 10 s.
      expect(secondsIn(black?.at)).toBeGreaterThanOrEqual(10)
      expect(secondsIn(black?.at)).toBeLessThan(12)
      expect(secondsIn(sedan?.at)).toBeGreaterThan(18)
      expect(secondsIn(sedan?.at)).toBeLessThan(26)
      expect(findings.filter(({ phase }) => phase === 'ended')).toEqual([])
      for (const { evidence } of started) await expectPictures(rig, evidence)
    }, 60_000)

    it.each(['nopark_lane_topdown_30s', 'preview_person-bicycle-car-detection', 'preview_worker-zone-detection'])(
      'tells nothing of %s with a zone over the whole frame',
      async (clip) => {
        rig = await createVisionRig()
        await rig.play(camera(yolox, wholeFrame), { file: sharedClip(`${clip}.mp4`), startAt })
        expect(await rig.findings()).toEqual([])
        // Nothing told, though vehicles or people were seen.
        expect(await rig.registry.metrics()).toMatch(/qianliyan_vision_detections_total\{label="\w+"\} \d+/)
      },
      60_000,
    )
  },
)

/** The project's own detector, and its int8 copy. */
const ownModels = ['street', 'street_int8'] as const

describe.runIf(hasSharedData).each(ownModels)('footage through our own %s', (name) => {
  const ownModel = new URL(`../../models/${name}`, import.meta.url).pathname
  let rig: VisionRig
  afterEach(() => rig.stop())

  it('tells of vehicles at the two places only; what it misses or tells twice is printed', async () => {
    rig = await createVisionRig()
    await rig.play(camera(ownModel, middlePlaces, 2), parking)
    const started = (await rig.findings()).filter(({ phase }) => phase === 'started')
    const sedan = started.filter(({ box }) => foot(box) > 0.36).length
    const black = started.length - sedan
    const { version } = JSON.parse(readFileSync(join(ownModel, 'model.json'), 'utf8')) as { version?: string }
    process.stdout.write(
      `own ${name} ${version ?? ''}: the sedan told ${sedan} times (truth 1), the black car ${black} times (truth 1)\n`,
    )
    for (const { box, kind } of started) {
      expect(kind).toBe('illegal_parking')
      expect(foot(box)).toBeGreaterThan(0.2)
      expect(foot(box)).toBeLessThan(0.58)
    }
  }, 60_000)

  it.each(['nopark_lane_topdown_30s', 'preview_person-bicycle-car-detection', 'preview_worker-zone-detection'])(
    'tells nothing of %s with a zone over the whole frame',
    async (clip) => {
      rig = await createVisionRig()
      await rig.play(camera(ownModel, wholeFrame, 2), { file: sharedClip(`${clip}.mp4`), startAt })
      expect(await rig.findings()).toEqual([])
    },
    60_000,
  )
})

const foot = (box: readonly number[] | undefined): number => box?.[3] ?? Number.NaN
const secondsIn = (at: string | undefined): number => (Date.parse(at ?? '') - startAt) / 1000

/** Two moments (parked, violation), each clean and boxed; bytes match the hash; JPEGs of the frame's size. */
async function expectPictures(rig: VisionRig, evidence: readonly Evidence[]): Promise<void> {
  expect(evidence.map(({ role }) => role)).toEqual(['clean', 'boxed', 'clean', 'boxed'])
  expect(new Set(evidence.map(({ at }) => at)).size).toBe(2)
  for (const { url, sha256 } of evidence) {
    const { stream } = await rig.objectStore.get(url.replace('/api/v1/evidence/', ''))
    const bytes = await buffer(stream)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 576, height: 996 })
  }
}
