// `npm run replay` on the real clip: the same findings twice, faster than real time, and the difference to a candidate model said. Needs ../shared.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { createEvent } from '../../contracts/cloud-event.ts'
import { type FindingChanged, findingChangedV1 } from '../../contracts/events/finding-changed-v1.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { createEmbeddedEventBus } from '../../kernel/event-bus/embedded/embedded-event-bus.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { createRecordingPlant, play, readReel } from '../../recording/testing/recording-plant.ts'
import { hasSharedData, sharedClip } from '../../vision/testing/clip-frames.ts'
import { makePublicYolox } from '../../vision/testing/public-yolox.ts'
import type { ToldFinding } from './compare.ts'

const folder = mkdtempSync(join(tmpdir(), 'qly-replay-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const run = promisify(execFile)
const replay = (...words: string[]) => run(process.execPath, [join(import.meta.dirname, 'main.ts'), ...words])

describe.runIf(hasSharedData)(`replay${hasSharedData ? '' : ' (not tried: ../shared is not here)'}`, () => {
  it('tells the same again, faster than real time, and lists what a candidate tells otherwise', async () => {
    const config = join(folder, 'city.yaml')
    const camera = {
      id: 'lane',
      name: 'lane',
      source: 'rtsp://127.0.0.1:1/lane',
      fps: 2,
      models: [makePublicYolox(folder)],
      // the black car stands there from the beginning; both stand still while the clip is not edited, from 19 s on
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
          dwellSeconds: 5,
        },
      ],
    }
    writeFileSync(config, JSON.stringify({ cameras: [camera] }))
    const words = ['--config', config, '--camera', 'lane', '--file', sharedClip('park_comes_and_parks_street_33s.mp4')]
    const out = join(folder, 'told.json')
    const first = await replay(...words, '--out', out)
    const told = JSON.parse(readFileSync(out, 'utf8')) as ToldFinding[]
    expect(told.filter(({ phase }) => phase === 'started').length).toBeGreaterThan(0)
    expect(Number(/\(([\d.]+) × real time\)/.exec(first.stdout)?.[1])).toBeGreaterThan(1)

    const deaf = makePublicYolox(join(folder, 'candidate'), { threshold: 0.99 })
    const second = await replay(...words, '--expect', out, '--model', deaf)
    expect(second.stdout).toMatch(/against .*told\.json: the same/)
    expect(second.stdout.match(/^ {2}missing +\S+ illegal_parking started/gm)).toHaveLength(
      told.filter(({ phase }) => phase === 'started').length,
    )
    await expect(replay('--camera', 'nobody', '--file', 'x.mp4', '--config', config)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching('QLY_CONFIG_INVALID'),
    })
  })

  it('does the same with a recording, against what was told live; says so where nothing is recorded', async () => {
    const dataDir = join(folder, 'data')
    const startedAt = Date.parse('2020-06-28T06:00:00.000Z')
    const plant = await createRecordingPlant({ folder: dataDir })
    const recorder = plant.recorder({}, 'lane')
    play(recorder, await readReel(sharedClip('park_comes_and_parks_street_33s.mp4'), startedAt))
    await recorder.close()
    await plant.stop({ keep: true })
    const config = join(folder, 'recorded.yaml')
    const kerb = [
      [0.57, 0.27],
      [1, 0.27],
      [1, 0.58],
      [0.57, 0.58],
    ]
    const camera = {
      id: 'lane',
      name: 'lane',
      source: 'rtsp://127.0.0.1:1/lane',
      fps: 2,
      models: [makePublicYolox(join(folder, 'recorded'))],
      zones: [{ id: 'kerb', kind: 'no_parking', polygon: kerb, dwellSeconds: 5 }],
    }
    writeFileSync(config, JSON.stringify({ dataDir, cameras: [camera] }))
    const words = [
      '--config',
      config,
      '--camera',
      'lane',
      '--from',
      '2020-06-28T06:00:05Z',
      '--to',
      '2020-06-28T06:01:00Z',
    ]
    const out = join(folder, 'recorded.json')
    const first = await replay(...words, '--out', out)
    const told = JSON.parse(readFileSync(out, 'utf8')) as ToldFinding[]
    expect(told.filter(({ phase }) => phase === 'started').length).toBeGreaterThan(0)
    expect(first.stdout).toMatch(/^lane: 2\d\.\d s of 55\.0 s are recorded$/m)
    expect(Number(/\(([\d.]+) × real time\)/.exec(first.stdout)?.[1])).toBeGreaterThan(1)
    // nothing was told live
    expect(first.stdout).toMatch(new RegExp(`against what was told live: ${told.length} differences`))

    const bus = createEmbeddedEventBus(
      { clock: systemClock, logger: silentLogger, registry: createMetrics() },
      { directory: join(dataDir, 'bus'), retentionCheckSeconds: 60 },
    )
    await bus.start()
    const origin = (number: number) => ({ source: '/vision/lane', id: `told/${number}`, time: startedAt })
    const live = told.map((finding, number) => ({
      topic: 'qly.detection.v1' as const,
      event: createEvent(findingChangedV1, origin(number), {
        ...findingChangedV1.example,
        ...(finding as Partial<FindingChanged>),
        cameraId: 'lane',
      }),
    }))
    await bus.publish(live)
    await bus.stop()
    const second = await replay(...words, '--expect', out)
    expect(second.stdout).toMatch(/against .*recorded\.json: the same/)
    expect(second.stdout).toMatch(/against what was told live: the same/)
    const nowhere = [
      '--config',
      config,
      '--camera',
      'lane',
      '--from',
      '2021-06-28T06:00:00Z',
      '--to',
      '2021-06-28T07:00:00Z',
    ]
    await expect(replay(...nowhere)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/QLY_NOT_FOUND: nothing of lane is recorded between/),
    })
  })
})
