// Motion gating on real footage through a real model: the same violations with and without it; how much inference it saves is printed. Needs ../shared.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CameraConfig } from '../contracts/config/cameras.ts'
import { hasSharedData, sharedClip } from './testing/clip-frames.ts'
import { makePublicYolox } from './testing/public-yolox.ts'
import { createVisionRig } from './testing/vision-rig.ts'

const startAt = Date.parse('2020-06-28T06:00:00.000Z')
type Polygon = CameraConfig['zones'][number]['polygon']
const places: Polygon = [
  [0.57, 0.27],
  [1, 0.27],
  [1, 0.58],
  [0.57, 0.58],
]
const whole: Polygon = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
]
const clips: [file: string, polygon: Polygon, from: number, holdLast: number, violations: number][] = [
  ['park_comes_and_parks_street_33s.mp4', places, 19, 30, 2],
  ['nopark_lane_topdown_30s.mp4', whole, 0, 0, 0],
]

describe.runIf(hasSharedData)('motion gating on clips', () => {
  let models: string
  let model: string
  beforeAll(() => {
    models = mkdtempSync(join(tmpdir(), 'qly-models-'))
    model = makePublicYolox(models)
  })
  afterAll(() => rmSync(models, { recursive: true, force: true }))

  const watch = async (motion: boolean, file: string, polygon: Polygon, from: number, holdLast: number) => {
    const rig = await createVisionRig()
    const zone = {
      id: 'kerb',
      kind: 'no_parking' as const,
      polygon,
      classes: [],
      dwellSeconds: 10,
      hours: '00:00-24:00',
    }
    const camera: CameraConfig = {
      id: 'lane',
      name: 'lane',
      kind: 'cctv',
      source: 'file:///clip.mp4',
      loop: false,
      transport: 'tcp',
      fps: 5,
      models: [model],
      motion,
      zones: [zone],
    }
    await rig.play(camera, { file: sharedClip(file), from, holdLast, startAt })
    const started = (await rig.findings()).filter(({ phase }) => phase === 'started')
    const inferred = Number(
      /^qianliyan_vision_inference_seconds_count\{[^}]*\} (\d+)/m.exec(await rig.registry.metrics())?.[1],
    )
    await rig.stop()
    return { started, inferred }
  }

  it.each(clips)('%s', { timeout: 60_000 }, async (file, polygon, from, holdLast, violations) => {
    const every = await watch(false, file, polygon, from, holdLast)
    const gated = await watch(true, file, polygon, from, holdLast)
    const saved = Math.round(100 * (1 - gated.inferred / every.inferred))
    process.stdout.write(
      `${file}: ${every.inferred} frames, ${gated.inferred} inferred with motion gating, ${saved} % saved\n`,
    )
    expect(gated.inferred).toBeLessThan(every.inferred)
    expect([every.started.length, gated.started.length]).toEqual([violations, violations])
    for (const [index, { zoneId, label, at }] of gated.started.entries()) {
      expect({ zoneId, label }).toEqual({ zoneId: every.started[index]?.zoneId, label: every.started[index]?.label })
      expect(Math.abs(Date.parse(at) - Date.parse(every.started[index]?.at ?? ''))).toBeLessThanOrEqual(3000)
    }
  })
})
