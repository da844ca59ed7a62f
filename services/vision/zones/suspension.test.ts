// A camera whose view has moved: nothing is told of its zones, no clock starts or is lost, and smoke and fire are told all the same.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CameraConfig, ZoneConfig } from '../../contracts/config/cameras.ts'
import { emptyCrowd } from '../crowd/crowd-state.ts'
import { presenceSpotsOf } from '../presence/presence-machine.ts'
import { killScene } from '../testing/kill-scene.ts'
import { pixelFrame, type SceneObject } from '../testing/pixel-frames.ts'
import { makeModelFolder } from '../testing/tiny-onnx.ts'
import { createVisionRig, type VisionRig } from '../testing/vision-rig.ts'
import { stepSuspended } from './suspension.ts'

let models: string
let street: string
let rig: VisionRig
beforeAll(async () => {
  models = mkdtempSync(join(tmpdir(), 'qly-models-'))
  street = makeModelFolder(models, 'pixels')
  rig = await createVisionRig()
})
afterAll(async () => {
  await rig.stop()
  rmSync(models, { recursive: true, force: true })
})

const car: SceneObject = { label: 0, score: 0.9, box: [0.25, 0.5, 0.375, 0.625] }
const other: SceneObject = { label: 0, score: 0.9, box: [0.625, 0.55, 0.75, 0.675] }

/** Parts of a scene: seconds that it lasts, what is seen, whether the view has moved. Answers with `second phase vehicle-is-at` of what is told. */
async function tell(id: string, parts: readonly [seconds: number, objects: SceneObject[], moved: boolean][]) {
  const camera: CameraConfig = { ...killScene.camera(street), id }
  const plan = await rig.vision.eyes.open(camera)
  let sequence = 0
  for (const [seconds, objects, zonesSuspended] of parts) {
    for (let frame = 0; frame < seconds * 5; frame++) {
      const capturedAt = killScene.startAt + sequence * 200
      await rig.vision.eyes.see(pixelFrame(plan, objects, { sequence: sequence++, capturedAt, zonesSuspended }))
    }
  }
  await rig.vision.eyes.close(id)
  const findings = (await rig.findings()).filter(({ cameraId }) => cameraId === id)
  return findings.map(({ phase, at }) => `${phase} ${Math.floor((Date.parse(at) - killScene.startAt) / 1000)}`)
}

describe('while the view has moved', () => {
  it('the dwell of a parked car stands still, and goes on when the view is back', async () => {
    expect(await tell('still', [[12, [car], false]])).toEqual(['started 10'])
    const told = await tell('paused', [
      [5, [car], false],
      [60, [other], true],
      [10, [car], false],
    ])
    expect(told).toEqual(['started 70'])
  })

  it('a car that is told stays told, though nothing of it is seen, and is not told again', async () => {
    const told = await tell('told', [
      [12, [car], false],
      [120, [], true],
      [20, [car], false],
    ])
    expect(told).toEqual(['started 10'])
  })

  it('nothing that stands there is told, and the car that has gone meanwhile ends after it', async () => {
    const told = await tell('gone', [
      [12, [car], false],
      [60, [other], true],
      [60, [], false],
    ])
    expect(told).toEqual(['started 10', expect.stringMatching(/^ended (7[2-9]|[89]\d|1[01]\d)$/)])
  })

  it('fire is told all the same, and what is paused of other kinds is kept', () => {
    const zone = (id: string, kind: ZoneConfig['kind']): ZoneConfig => ({
      id,
      kind,
      polygon: [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
      ],
      classes: [],
      hours: '00:00-24:00',
    })
    const rule = (label: string, kind: 'fire' | 'river_debris', zones: ('watch' | 'river_surface')[]) => ({
      label,
      kind,
      zones,
      overSeconds: 2,
      share: 0.5,
      minimumFrames: 3,
      clearSeconds: 5,
      sameArea: false,
      steadySeconds: 0,
      outsideHours: [],
    })
    const rules = [rule('fire', 'fire', ['watch']), rule('debris', 'river_debris', ['river_surface'])]
    const spots = presenceSpotsOf([zone('yard', 'watch'), zone('water', 'river_surface')], rules as never, 'UTC')
    const debris = { votes: [[0, 1]] as [number, 0 | 1][], quiet: 0 }
    let state = {
      parking: { clock: 7, lastAt: 0, watchingSince: 0, sequence: 0, vehicles: [], tracks: {} },
      presence: { clock: 0, sequence: 0, spots: { 'water/debris': debris } },
      crowd: emptyCrowd,
    } as Parameters<typeof stepSuspended>[0]
    const hits = ['fire', 'debris'].map((label) => ({ label, score: 0.9, box: [0.4, 0.4, 0.6, 0.6] as never }))
    const told: string[] = []
    for (let second = 0; second < 5; second++) {
      const step = stepSuspended(state, { at: second * 1000, hits }, spots, 'cam')
      state = step.state
      told.push(...step.effects.map(({ type, finding }) => `${type} ${finding.kind}`))
    }
    expect(told).toEqual(['started fire'])
    expect(state.presence.spots['water/debris']).toEqual(debris)
    expect(state.parking).toMatchObject({ clock: 7 })
    expect(state.parking).not.toHaveProperty('lastAt')
  })
})
