// Motion judged on real pictures: vehicles that pass and a person who comes, and the stillness between them.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { MediaConfig } from '../../contracts/config/media.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { startCameraSource } from '../camera-source/camera-source.ts'
import { openFile } from '../camera-source/file-input.ts'
import { unheard } from '../testing/unheard.ts'

const clips = resolve(import.meta.dirname, '../../../../shared/data/clips')
const config = Value.Default(MediaConfig, {}) as MediaConfig

/** Seconds of the clip at which something moved. */
async function motionOf(name: string): Promise<number[]> {
  const moved: number[] = []
  let first: number | undefined
  const source = startCameraSource(
    { clock: systemClock },
    config,
    {
      plan: { cameraId: 'clip', framesPerSecond: 4, cuts: [] },
      open: (signal) => openFile(pathToFileURL(resolve(clips, name)).href, systemClock, signal),
      async see({ capturedAt }) {
        first ??= capturedAt
      },
      loop: false,
      mode: 'every',
    },
    { ...unheard, onMotion: (at) => void moved.push(at) },
  )
  await source.ended
  return moved.map((at) => (at - (first ?? at)) / 1000)
}

const within = (at: number, [from, to]: readonly [number, number]) => at >= from && at <= to

describe.skipIf(!existsSync(clips))('on a clip', () => {
  it('vehicles move while they pass, and nothing does between them, though the drone that films shakes', async () => {
    const passing = [
      [4.4, 9],
      [14.4, 19.3],
      [25.1, 29.1],
    ] as const
    const moved = await motionOf('nopark_lane_topdown_30s.mp4')
    // a look tells what moved since the look before
    expect(moved.filter((at) => !passing.some(([from, to]) => within(at, [from, to + 0.6])))).toEqual([])
    for (const part of passing) expect(moved.filter((at) => within(at, part)).length).toBeGreaterThanOrEqual(6)
  })

  it('people indoors move when they come, sit down and go; neither the empty room does nor one who stands', {
    timeout: 30_000,
  }, async () => {
    const moved = await motionOf('indoor_one_by_one_person_139s.mp4')
    const count = (from: number, to: number) => moved.filter((at) => within(at, [from, to])).length
    expect([count(0, 5.4), count(88, 92), count(105, 117)]).toEqual([0, 0, 0])
    for (const [from, to] of [
      [6, 9],
      [18, 26],
      [43, 53],
      [118, 128],
    ] as const)
      expect(count(from, to)).toBeGreaterThanOrEqual(4)
    expect(moved.length).toBeLessThan(140)
  })
})
