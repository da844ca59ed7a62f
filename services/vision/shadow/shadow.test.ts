// A model in shadow sees what the model that counts sees; the differences are told with pictures, and nobody is alerted by it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { ShadowCompared } from '../../contracts/events/shadow-compared-v1.ts'
import { killScene } from '../testing/kill-scene.ts'
import { pixelFrame, type SceneObject } from '../testing/pixel-frames.ts'
import { makeModelFolder, pixelModel } from '../testing/tiny-onnx.ts'
import { createVisionRig, type VisionRig } from '../testing/vision-rig.ts'
import { compareDetections } from './compare.ts'

let models: string
let rig: VisionRig
/** counts cars from 0.4 */
let keen: string
/** the same, from 0.95 */
let strict: string
beforeAll(async () => {
  models = mkdtempSync(join(tmpdir(), 'qly-shadow-'))
  keen = makeModelFolder(models, 'keen')
  strict = makeModelFolder(models, 'strict', pixelModel(), { threshold: 0.95 })
  rig = await createVisionRig()
})
afterAll(async () => {
  await rig.stop()
  rmSync(models, { recursive: true, force: true })
})

const parked: SceneObject = { label: 0, score: 0.9, box: [0.25, 0.5, 0.375, 0.625] }
const sure: SceneObject = { label: 0, score: 0.99, box: [0.375, 0.5, 0.5, 0.625] }

/** Fifteen seconds of a scene; answers with what was told of the shadow. */
async function watch(changes: Partial<CameraConfig> & { id: string }): Promise<ShadowCompared[]> {
  const camera = { ...killScene.camera(keen), ...changes }
  const plan = await rig.vision.eyes.open(camera)
  for (let sequence = 0; sequence < 75; sequence++) {
    const capturedAt = killScene.startAt + sequence * 200
    await rig.vision.eyes.see(pixelFrame(plan, [parked, sure], { sequence, capturedAt }))
  }
  await rig.vision.eyes.close(camera.id)
  const events = await rig.events('qly.detection.v1')
  return events.flatMap((event) =>
    event.type === 'cn.qianliyan.shadow.compared.v1' && event.data.cameraId === camera.id ? [event.data] : [],
  )
}
const findingsOf = async (id: string) => (await rig.findings()).filter(({ cameraId }) => cameraId === id)

describe('a model in shadow', () => {
  it('is compared on the same frames, with a picture of a difference', async () => {
    const told = await watch({ id: 'compared', models: [keen], shadow: [strict] })
    const [report] = told as [ShadowCompared]
    expect(told).toHaveLength(1)
    expect(report).toMatchObject({
      model: expect.stringMatching(/^strict@/),
      against: [expect.stringMatching(/^keen@/)],
    })
    expect(report.frames).toBeGreaterThan(0)
    expect(report.frames + report.skipped).toBe(75)
    // both cars are seen by the one, only the surer by the other
    expect(report.labels).toEqual({ car: { agreed: report.frames, onlyOld: report.frames, onlyNew: 0, overlap: 1 } })
    const [sample] = report.samples
    expect(sample?.objects.map(({ side }) => side)).toEqual(['old', 'both'])
    const { stream } = await rig.objectStore.get((sample?.picture.url ?? '').replace('/api/v1/evidence/', ''))
    expect(await sharp(await buffer(stream)).metadata()).toMatchObject({ format: 'jpeg', width: 32, height: 32 })
  })

  it('alerts nobody until it is promoted', async () => {
    const [report] = await watch({ id: 'quiet', models: [strict], shadow: [keen], zones: leftZone() })
    expect(report?.labels.car).toMatchObject({ onlyOld: 0, onlyNew: report?.frames })
    expect(await findingsOf('quiet')).toEqual([])
    expect(await watch({ id: 'promoted', models: [keen], zones: leftZone() })).toEqual([])
    expect((await findingsOf('promoted')).map(({ phase }) => phase)).toContain('started')
  })

  it('that cannot be opened leaves the camera as it is', async () => {
    expect(await watch({ id: 'alone', models: [keen], shadow: ['no-such-model'] })).toEqual([])
    expect(await findingsOf('alone')).not.toEqual([])
  })
})

/** Holds only the car that the strict model does not count. */
function leftZone(): CameraConfig['zones'] {
  const [zone] = killScene.camera(keen).zones as [CameraConfig['zones'][number]]
  const polygon: typeof zone.polygon = [
    [0.24, 0.5],
    [0.36, 0.5],
    [0.36, 0.7],
    [0.24, 0.7],
  ]
  return [{ ...zone, polygon }]
}

describe('comparing two lists', () => {
  const at = (x: number, label = 'car') => ({
    label,
    score: 0.8,
    box: [x, 0, x + 0.2, 0.2] as [number, number, number, number],
  })
  it('pairs the nearest of one class once', () => {
    const [a, b, other] = [at(0), at(0.02), at(0, 'person')]
    const compared = compareDetections([a, other], [b, at(0.01)], 0.5)
    expect(compared.both.map(({ box }) => box[0])).toEqual([0.01])
    expect(compared.onlyOld).toEqual([other])
    expect(compared.onlyNew).toEqual([b])
  })
})
