// `npm run replay` on the real clip: the same findings twice, faster than real time, and the difference to a candidate model said; on a recording too,
// also while the system that has it runs. Needs ../shared.
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
import { type AppProcess, startAppProcess, testAdminToken } from '../testing/app-process.ts'
import { freePort } from '../testing/free-port.ts'
import type { ToldFinding } from './compare.ts'

const folder = mkdtempSync(join(tmpdir(), 'qly-replay-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const run = promisify(execFile)
const environment: NodeJS.ProcessEnv = { ...process.env }
const replay = (...words: string[]) =>
  run(process.execPath, [join(import.meta.dirname, 'main.ts'), ...words], { env: environment })
const withToken = (...words: string[]) =>
  run(process.execPath, [join(import.meta.dirname, 'main.ts'), ...words], {
    env: { ...environment, QLY_ADMIN_TOKEN: testAdminToken },
  })
const clip = 'park_comes_and_parks_street_33s.mp4'

/** The black car stands there from the beginning; both stand still while the clip is not edited, from 19 s on. */
const lane = (models: string) => ({
  id: 'lane',
  name: 'lane',
  source: 'rtsp://127.0.0.1:1/lane',
  fps: 2,
  models: [models],
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
})

describe.runIf(hasSharedData)(`replay${hasSharedData ? '' : ' (not tried: ../shared is not here)'}`, () => {
  it('tells the same again, faster than real time, and lists what a candidate tells otherwise', async () => {
    const config = join(folder, 'city.yaml')
    writeFileSync(config, JSON.stringify({ cameras: [lane(makePublicYolox(folder))] }))
    const words = ['--config', config, '--camera', 'lane', '--file', sharedClip(clip)]
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

  it('does the same with a recording, of a stopped system and of one that runs, against what was told live', async () => {
    const dataDir = join(folder, 'data')
    const startedAt = Date.parse('2020-06-28T06:00:00.000Z')
    const plant = await createRecordingPlant({ folder: dataDir })
    const recorder = plant.recorder({}, 'lane')
    play(recorder, await readReel(sharedClip(clip), startedAt))
    await recorder.close()
    await plant.stop({ keep: true })
    const settings = {
      dataDir,
      cameras: [lane(makePublicYolox(join(folder, 'recorded')))],
      http: { port: await freePort() },
      recording: { mode: 'continuous', retentionDays: { continuous: 3650 } },
    }
    const config = join(folder, 'recorded.yaml')
    writeFileSync(config, JSON.stringify(settings))
    const times = (from: string, to: string) => ['--config', config, '--camera', 'lane', '--from', from, '--to', to]
    const words = times('2020-06-28T06:00:05Z', '2020-06-28T06:01:00Z')
    const out = join(folder, 'recorded.json')
    const first = await replay(...words, '--out', out)
    const told = JSON.parse(readFileSync(out, 'utf8')) as ToldFinding[]
    const started = told.filter(({ phase }) => phase === 'started')
    expect(started.length).toBeGreaterThan(0)
    expect(first.stdout).toMatch(/^lane: 2\d\.\d s of 55\.0 s are recorded in .*recordings$/m)
    expect(Number(/\(([\d.]+) × real time\)/.exec(first.stdout)?.[1])).toBeGreaterThan(1)
    expect(first.stderr).toMatch(/of 5:55 \(\d+ %\), \d+\.\d × real time/)
    // nothing was told live
    expect(first.stdout).toMatch(new RegExp(`against what was told live: ${told.length} differences`))
    const nowhere = times('2021-06-28T06:00:00Z', '2021-06-28T07:00:00Z')
    const nothing = { code: 1, stderr: expect.stringMatching(/QLY_NOT_FOUND: nothing of lane is recorded between/) }
    await expect(replay(...nowhere)).rejects.toMatchObject(nothing)

    await tellLive(join(dataDir, 'bus'), told, startedAt)
    const app: AppProcess = await startAppProcess({ dataDir, config: settings })
    try {
      await expect(replay(...words)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/QLY_DATA_LOCKED: .*set QLY_ADMIN_TOKEN to a token of http:\/\/127\.0\.0\.1/),
      })
      await expect(withToken(...nowhere)).rejects.toMatchObject(nothing)
      const second = await withToken(...words, '--expect', out)
      expect(second.stdout).toContain(`are recorded in ${app.url}\n`)
      expect(second.stdout).toMatch(/against .*recorded\.json: the same/)
      expect(second.stdout).toMatch(/against what was told live: the same/)
      await expect(withToken(...words, '--server', 'http://127.0.0.1:1')).rejects.toMatchObject({
        stderr: expect.stringMatching(/QLY_STORAGE_UNAVAILABLE: http:\/\/127\.0\.0\.1:1 does not answer/),
      })
    } finally {
      await app.end('SIGTERM')
    }
  })
})

/** As if vision had told this while it was live. */
async function tellLive(directory: string, told: readonly ToldFinding[], startedAt: number): Promise<void> {
  const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
  const bus = createEmbeddedEventBus(deps, { directory, retentionCheckSeconds: 60 })
  await bus.start()
  await bus.publish(
    told.map((finding, number) => ({
      topic: 'qly.detection.v1' as const,
      event: createEvent(
        findingChangedV1,
        { source: '/vision/lane', id: `told/${number}`, time: startedAt },
        { ...findingChangedV1.example, ...(finding as Partial<FindingChanged>), cameraId: 'lane' },
      ),
    })),
  )
  await bus.stop()
}
