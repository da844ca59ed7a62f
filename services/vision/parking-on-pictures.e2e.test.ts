// The parking truth table on real pictures through real inference: the street clip in which a sedan parks beside a black car, disturbed as
// life disturbs it. Two violations each time, never a third. Needs ../shared (footage and a public model).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CameraConfig } from '../contracts/config/cameras.ts'
import type { CameraFrame } from '../contracts/frames.ts'
import { clipFrames, hasSharedData, sharedClip } from './testing/clip-frames.ts'
import { makePublicYolox } from './testing/public-yolox.ts'
import { createVisionRig, type VisionRig } from './testing/vision-rig.ts'

const startAt = Date.parse('2020-06-28T06:00:00.000Z')
const camera = (model: string, fps: number): CameraConfig => ({
  id: 'lane',
  name: '后宝元街北口',
  kind: 'cctv',
  source: 'file:///clip.mp4',
  loop: false,
  transport: 'tcp',
  fps,
  models: [model],
  zones: [
    {
      id: 'kerb',
      kind: 'no_parking',
      polygon: [
        [0.57, 0.27],
        [1, 0.27],
        [1, 0.58],
        [0.57, 0.58],
      ],
      classes: [],
      dwellSeconds: 10,
      hours: '00:00-24:00',
    },
  ],
})

interface Row {
  readonly name: string
  readonly fps: number
  /** seconds for which the last picture is held: both cars stand from 12 s on */
  readonly hold: number
  readonly disturb?: (frame: CameraFrame, seconds: number) => void
  /** seconds without pictures */
  readonly lost?: readonly [number, number]
  readonly restartAt?: number
}

/** Both stand from 12 s on and are told by 26 s; what happens, happens before and after that. */
const rows: readonly Row[] = [
  { name: 'at 10 frames a second', fps: 10, hold: 14 },
  {
    name: 'at 2, with headlights twice, a shaken camera twice, and something large before both for 30 s',
    fps: 2,
    hold: 56,
    disturb: (frame, t) => {
      if ((t > 17 && t < 19) || (t > 27 && t < 29)) brighten(frame, 170)
      if ((t > 21 && t < 24) || (t > 29 && t < 32)) shift(frame, Math.round(14 * Math.sin(9 * t)))
      if (t > 33 && t < 63) cover(frame)
    },
  },
  {
    name: 'at 2, with a restart before the dwell is over, one after, and the stream lost for 40 s',
    fps: 2,
    hold: 66,
    restartAt: 17,
    lost: [34, 74],
  },
]

describe.runIf(hasSharedData)(
  `parking on pictures${hasSharedData ? '' : ' (not tried: ../shared is not here)'}`,
  () => {
    let models: string
    let yolox: string
    beforeAll(() => {
      models = mkdtempSync(join(tmpdir(), 'qly-models-'))
      yolox = makePublicYolox(models)
    })
    afterAll(() => rmSync(models, { recursive: true, force: true }))

    it.each(rows)('$name: both cars once each', async (row) => {
      const findings = await watch(row, camera(yolox, row.fps))
      const told = findings.filter(({ phase }) => phase === 'started')
      expect(told.map(({ findingId }) => findingId)).toHaveLength(2)
      expect(new Set(told.map(({ findingId }) => findingId)).size).toBe(2)
      expect(findings.filter(({ phase }) => phase === 'ended')).toEqual([])
      // two pictures with their times: when it was first seen standing, and when it was told
      for (const { evidence } of told) expect(new Set(evidence.map(({ at }) => at)).size).toBe(2)
    })
  },
)

async function watch(row: Row, config: CameraConfig) {
  let rig: VisionRig = await createVisionRig()
  let plan = await rig.vision.eyes.open(config)
  let broken = false
  const restarts = row.restartAt === undefined ? [] : [row.restartAt, row.restartAt + 14]
  for await (const frame of clipFrames(plan, {
    file: sharedClip('park_comes_and_parks_street_33s.mp4'),
    from: 19,
    holdLast: row.hold,
    startAt,
  })) {
    const seconds = (frame.capturedAt - startAt) / 1000
    if (row.lost && seconds >= row.lost[0] && seconds < row.lost[1]) {
      broken = true
      continue
    }
    if (restarts[0] !== undefined && seconds >= restarts[0]) {
      restarts.shift()
      await rig.stop({ keep: true })
      rig = await createVisionRig({ directory: rig.directory })
      plan = await rig.vision.eyes.open(config)
      broken = true
    }
    row.disturb?.(frame, seconds)
    await rig.vision.eyes.see({ ...frame, discontinuity: frame.discontinuity || broken })
    broken = false
  }
  await rig.vision.eyes.close(config.id)
  const findings = await rig.findings()
  await rig.stop()
  return findings
}

function brighten(frame: CameraFrame, by: number): void {
  for (const { rgb } of frame.cuts) for (let at = 0; at < rgb.length; at++) rgb[at] = Math.min(255, (rgb[at] ?? 0) + by)
}

/** Moves the picture sideways within its cut. */
function shift(frame: CameraFrame, pixels: number): void {
  for (const { rgb, width, height } of frame.cuts) {
    for (let row = 0; row < height; row++) {
      const line = rgb.slice(row * width * 3, (row + 1) * width * 3)
      for (let column = 0; column < width; column++) {
        const from = Math.min(width - 1, Math.max(0, column - pixels))
        rgb.set(line.subarray(from * 3, from * 3 + 3), (row * width + column) * 3)
      }
    }
  }
}

function cover(frame: CameraFrame): void {
  for (const { rgb } of frame.cuts) rgb.fill(95)
}
