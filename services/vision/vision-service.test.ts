// The room through its doors, with a real ONNX session that reads what it should see from the pixels: findings, evidence, counts, restarts, bad input.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CameraConfig, ZoneConfig } from '../contracts/config/cameras.ts'
import type { FramePlan } from '../contracts/frames.ts'
import { killScene } from './testing/kill-scene.ts'
import { pixelFrame, type SceneObject } from './testing/pixel-frames.ts'
import { makeModelFolder, pixelModel } from './testing/tiny-onnx.ts'
import { createVisionRig, type VisionRig } from './testing/vision-rig.ts'

let models: string
let street: string
/** for most tests, each with a camera of its own name */
let shared: VisionRig
/** for tests that need one of their own */
let rig: VisionRig | undefined
beforeAll(async () => {
  models = mkdtempSync(join(tmpdir(), 'qly-models-'))
  street = makeModelFolder(models, 'pixels')
  shared = await createVisionRig()
})
afterAll(async () => {
  await shared.stop()
  rmSync(models, { recursive: true, force: true })
})
const findingsOf = async (cameraId: string) =>
  (await shared.findings()).filter((finding) => finding.cameraId === cameraId)
afterEach(async () => {
  await rig?.stop()
  rig = undefined
})

const car: SceneObject = { label: 0, score: 0.9, box: [0.25, 0.5, 0.375, 0.625] }
const camera = (changes: Partial<CameraConfig> = {}): CameraConfig => ({ ...killScene.camera(street), ...changes })
const zone = (changes: Partial<ZoneConfig>): ZoneConfig => ({
  ...(killScene.camera(street).zones[0] as ZoneConfig),
  ...changes,
})

async function show(
  { vision }: VisionRig,
  plan: FramePlan,
  [from, to]: [number, number],
  objectsAt: (seconds: number) => SceneObject[],
): Promise<void> {
  for (let number = from * 5; number < to * 5; number++) {
    const capturedAt = killScene.startAt + number * 200
    const frame = pixelFrame(plan, objectsAt(number / 5), {
      sequence: number,
      capturedAt,
      discontinuity: number === from * 5,
    })
    await vision.eyes.see(frame)
  }
}

describe('a parked car', () => {
  it('is told with place, times, measure and pictures at two moments', async () => {
    const plan = await shared.vision.eyes.open(camera({ id: 'pictured', location: [120.5884, 31.3271] }))
    await show(shared, plan, [0, 15], () => [car])
    await shared.vision.eyes.close('pictured')
    const [finding, ...others] = await findingsOf('pictured')
    expect(others).toEqual([])
    expect(finding).toMatchObject({
      phase: 'started',
      kind: 'illegal_parking',
      cameraId: 'pictured',
      zoneId: 'kerb',
      label: 'car',
      location: [120.5884, 31.3271],
      since: '2020-06-28T06:00:00.400Z',
      at: '2020-06-28T06:00:10.400Z',
      measured: { name: 'parked_seconds', value: 10, unit: 's', limit: 10 },
    })
    expect(finding?.evidence.map(({ role, at }) => `${role} ${at}`)).toEqual([
      'clean 2020-06-28T06:00:05.000Z',
      'boxed 2020-06-28T06:00:05.000Z',
      'clean 2020-06-28T06:00:10.400Z',
      'boxed 2020-06-28T06:00:10.400Z',
    ])
    const pixelAt = async (index: number, x: number, y: number) => {
      const key = finding?.evidence[index]?.url.replace('/api/v1/evidence/', '') ?? ''
      const jpeg = await buffer((await shared.objectStore.get(key)).stream)
      const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
      return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)]
    }
    // The left edge of the box, in the middle of its height: red on the boxed picture, grey on the clean one.
    const [red, green] = (await pixelAt(3, 80, 101)) as [number, number]
    expect(red - green).toBeGreaterThan(80)
    const [cleanRed, cleanGreen] = (await pixelAt(2, 80, 101)) as [number, number]
    expect(Math.abs(cleanRed - cleanGreen)).toBeLessThan(5)
  })

  it('is told once over a restart, and ended once after it left', async () => {
    const first = await createVisionRig()
    await show(first, await first.vision.eyes.open(camera()), [0, 12], () => [car])
    await first.stop({ keep: true })
    rig = await createVisionRig({ directory: first.directory })
    await show(rig, await rig.vision.eyes.open(camera()), [20, 80], (seconds) => (seconds < 30 ? [car] : []))
    await rig.vision.eyes.close('cam')
    expect((await rig.findings()).map(({ phase }) => phase)).toEqual(['started', 'ended'])
  })

  it('is told without pictures when the store fails, rather than not at all', async () => {
    rig = await createVisionRig({ failingStore: true })
    await show(rig, await rig.vision.eyes.open(camera()), [0, 12], () => [car])
    await rig.vision.eyes.close('cam')
    expect(await rig.findings()).toMatchObject([{ phase: 'started', evidence: [] }])
  })
})

describe('what else is published', () => {
  it('analysed frames on changes only, or all, or none', async () => {
    const counts: number[] = []
    for (const publishFrames of ['changes', 'all', 'none']) {
      const each = await createVisionRig({ vision: { publishFrames } })
      await show(each, await each.vision.eyes.open(camera({ zones: [zone({ dwellSeconds: 600 })] })), [0, 6], (s) =>
        s < 3 ? [car] : [],
      )
      const events = await each.events('qly.detection.v1')
      counts.push(events.length)
      if (publishFrames === 'changes') {
        expect(events[0]).toMatchObject({
          source: '/vision/cam',
          data: { cameraId: 'cam', capturedAt: '2020-06-28T06:00:00.000Z', objects: [{ label: 'car', zones: [] }] },
        })
        expect(
          events.map(({ data }) => ('objects' in data ? data.objects.map(({ zones }) => zones.join()) : [])),
        ).toEqual([[''], ['kerb'], []])
      }
      await each.stop()
    }
    expect(counts).toEqual([3, 30, 0])
  })

  it('persons in watch zones, as readings of the camera', async () => {
    rig = await createVisionRig({ vision: { persons: { everySeconds: 5 } } })
    const person = (x: number): SceneObject => ({ label: 1, score: 0.9, box: [x, 0.5, x + 0.0625, 0.625] })
    const plan = await rig.vision.eyes.open(camera({ zones: [zone({ id: 'square', kind: 'watch' })] }))
    await show(rig, plan, [0, 11], (seconds) => [person(0.125), person(0.25), ...(seconds > 5 ? [person(0.5)] : [])])
    await rig.vision.eyes.close('cam')
    const readings = await rig.events('qly.reading.v1')
    expect(readings.map(({ data }) => data)).toMatchObject([
      { deviceId: 'cam', kind: 'cctv', values: { person_count: 2 } },
      { deviceId: 'cam', kind: 'cctv', values: { person_count: 3 } },
    ])
  })

  it('a crowd with its level, its density and flow over a line, by zone and line', async () => {
    rig = await createVisionRig({ vision: { persons: { everySeconds: 5 } } })
    const person = (x: number, y: number): SceneObject => ({ label: 1, score: 0.9, box: [x, y - 0.125, x + 0.0625, y] })
    const square = zone({ id: 'square', kind: 'watch', areaSquareMetres: 1 })
    const line = { id: 'gate', from: [0, 0.75] as [number, number], to: [1, 0.75] as [number, number], classes: [] }
    const plan = await rig.vision.eyes.open(camera({ zones: [square], lines: [line] }))
    await show(rig, plan, [0, 100], (s) => [
      ...(s < 40 ? [0.125, 0.25, 0.375, 0.5] : []).map((x) => person(x, 0.625)),
      // walks down, through the line at 52 s
      ...(s >= 40 && s < 58 ? [person(0.75, 0.6 + 0.0125 * (s - 40))] : []),
    ])
    await rig.vision.eyes.close('cam')
    expect(await rig.findings()).toMatchObject([
      {
        phase: 'started',
        kind: 'crowd_density',
        zoneId: 'square',
        severity: 'low',
        label: 'walkway class F',
        measured: { name: 'density', unit: '1/m2', limit: 2 },
        evidence: [{ role: 'clean' }, { role: 'boxed' }],
      },
      { phase: 'continued', severity: 'high', measured: { limit: 3.5 } },
      { phase: 'ended', kind: 'crowd_density' },
    ])
    const readings = (await rig.events('qly.reading.v1')).map(({ data }) => data)
    expect(readings.filter(({ values }) => 'flow_in' in values)).toMatchObject([
      {
        observedAt: '2020-06-28T06:00:00.000Z',
        values: { flow_in: 1, flow_out: 0, 'flow_in.gate': 1, 'flow_out.gate': 0 },
      },
    ])
    expect(readings[6]).toMatchObject({ values: { person_count: 4, 'person_count.square': 4 } })
    expect(readings[6]?.values['density.square']).toBeGreaterThan(3.5)
  })

  it('smoke that stays, with a picture', async () => {
    const fire = makeModelFolder(models, 'fire', pixelModel(), { labels: ['smoke', 'fire'] })
    const plan = await shared.vision.eyes.open(camera({ id: 'smoky', models: [street, fire], zones: [] }))
    await show(shared, plan, [0, 8], (s) => [{ ...car, box: [0.25, 0.5, 0.375, Math.floor(5 * s) % 2 ? 0.625 : 0.75] }])
    await shared.vision.eyes.close('smoky')
    expect(await findingsOf('smoky')).toMatchObject([
      {
        phase: 'started',
        kind: 'smoke',
        zoneId: 'view',
        subject: 'smoke',
        evidence: [{ role: 'clean' }, { role: 'boxed' }],
      },
    ])
  })

  it('figures', async () => {
    await show(shared, await shared.vision.eyes.open(camera({ id: 'counted' })), [0, 11], () => [car])
    const text = await shared.registry.metrics()
    expect(text).toMatch(/qianliyan_vision_frames_total\{camera="counted"\} 55/)
    expect(text).toMatch(/qianliyan_vision_detections_total\{label="car"\} [1-9]/)
    expect(text).toMatch(/qianliyan_vision_inference_seconds_count\{model="pixels"\} [1-9]/)
    expect(text).toMatch(/qianliyan_vision_findings_total\{kind="illegal_parking",phase="started"\} [1-9]/)
    expect(text).toMatch(/qianliyan_vision_cameras [1-9]/)
  })
})

describe('bad input', () => {
  it('a camera with an unknown model is refused; others go on', async () => {
    await expect(shared.vision.eyes.open(camera({ id: 'unknown', models: ['nowhere'] }))).rejects.toMatchObject({
      code: 'QLY_MODEL_UNKNOWN',
    })
    const plan = await shared.vision.eyes.open(camera({ id: 'sound' }))
    await show(shared, plan, [0, 1], () => [car])
    expect(await shared.registry.metrics()).toMatch(/frames_total\{camera="sound"\} 5/)
  })

  it('frames with impossible times, without cuts, or of closed cameras do no harm', async () => {
    const { eyes } = shared.vision
    const plan = await eyes.open(camera({ id: 'odd' }))
    const frame = pixelFrame(plan, [car], { sequence: 0, capturedAt: Number.NaN })
    await expect(eyes.see(frame)).rejects.toMatchObject({ code: 'QLY_INTERNAL' })
    await eyes.see({ ...frame, capturedAt: killScene.startAt, cuts: [] })
    await eyes.see({ ...frame, cameraId: 'other', capturedAt: killScene.startAt })
    await eyes.close('odd')
    await eyes.close('odd')
    await eyes.see({ ...frame, capturedAt: killScene.startAt })
    expect(await findingsOf('odd')).toEqual([])
  })

  it('a change of resolution keeps what stands', async () => {
    const plan = await shared.vision.eyes.open(camera({ id: 'resized' }))
    await show(shared, plan, [0, 6], () => [car])
    for (let number = 30; number < 60; number++) {
      const frame = pixelFrame(plan, [car], { sequence: number, capturedAt: killScene.startAt + number * 200 })
      await shared.vision.eyes.see({ ...frame, width: 640, height: 360, discontinuity: number === 30 })
    }
    await shared.vision.eyes.close('resized')
    expect(await findingsOf('resized')).toMatchObject([{ phase: 'started', at: '2020-06-28T06:00:10.400Z' }])
  })
})
