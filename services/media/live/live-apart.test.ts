// Live view of a camera that another room has: by its sealed address in the twin and a pass, with masks, over the end of its worker, and under another key.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { Value } from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Config } from '../../contracts/config/config.ts'
import type { LiveNews, LiveRequest } from '../../contracts/live.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { createSealing } from '../../kernel/secrets/sealing.ts'
import { makeClip } from '../testing/make-clip.ts'
import { createMediaPlant, createRememberingEyes } from '../testing/media-plant.ts'
import { advertised, createRemoteSource, sameKey } from './live-address.ts'
import { createLiveView } from './live-view.ts'

let plant: Awaited<ReturnType<typeof createMediaPlant>>
const stops: (() => Promise<void>)[] = []
const patient = { timeout: 15_000 }
const whiteHalf = [
  [0.5, 0],
  [1, 0],
  [1, 1],
  [0.5, 1],
]

beforeEach(async () => {
  plant = await createMediaPlant()
  await makeClip(join(plant.folder, 'white.mp4'), {
    seconds: 1,
    fps: 10,
    width: 320,
    height: 180,
    picture: 'color=c=white',
  })
})
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
  await plant.stop()
})

const parts = () => ({
  cameras: [
    {
      id: 'lane',
      name: 'lane',
      source: pathToFileURL(join(plant.folder, 'white.mp4')).href,
      loop: true,
      models: [],
      privacyMasks: [whiteHalf],
    },
  ],
  media: { snapshotSeconds: 0, live: { lingerSeconds: 0.2 } },
})
const worker = () => plant.start(createRememberingEyes(), parts(), { apart: true })
/** the newest address in the camera's twin */
const address = () => plant.news.findLast(({ patch }) => patch?.liveUrl !== undefined)?.patch?.liveUrl as string

/** Live view of a process that has no camera itself. */
function apart(keyFile = 'secrets.key') {
  const config = Value.Default(Config, parts()) as Config
  const remote = createRemoteSource({ clock: systemClock, sealing: createSealing(join(plant.folder, keyFile)) })
  const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
  const live = createLiveView(deps, config, { addressOf: () => undefined }, remote)
  stops.push(() => live.stop())
  return (format: 'fmp4' | 'mpeg1', more: Partial<LiveRequest> = {}) => {
    const seen = { news: [] as LiveNews[], parts: [] as Buffer[] }
    const request = { cameraId: 'lane', format, masked: false, coarse: false, address: async () => address(), ...more }
    live.watch(request, {
      waitingBytes: 0,
      news: (news) => void seen.news.push(news),
      picture: (bytes) => void seen.parts.push(Buffer.from(bytes)),
      end() {},
    })
    return seen
  }
}

describe('live view of a camera that another process has', () => {
  it('plays the original stream; the twin shows no address', async () => {
    const { rtspPort } = await worker()
    const seen = apart()('fmp4')
    await expect.poll(() => seen.parts.length, patient).toBeGreaterThan(12)
    expect(seen.news.at(-1)).toMatchObject({ type: 'begin', mediaType: expect.stringMatching(/avc1/) })
    expect(address()).toMatch(/^sealed:1:/)
    expect(JSON.stringify(plant.news)).not.toContain(String(rtspPort))
  })

  it('encodes it here, masked and coarse; the command line has a pass, which is of no more use', async () => {
    await worker()
    const seen = apart()('mpeg1', { masked: true, coarse: true })
    await expect.poll(() => seen.parts.length, patient).toBeGreaterThan(10)
    const command = commandOfChild()
    expect(command).toMatch(/rtsp:\/\/live~\d+~[0-9a-f]{32}:[0-9a-f]{64}@127\.0\.0\.1:\d+\/lane\?tcp/)
    const { data, info } = await firstPicture(seen.parts)
    const at = (x: number) => data[(90 * info.width + Math.round(x * info.width)) * info.channels]!
    expect([at(0.25) > 225, at(0.75) < 25]).toEqual([true, true])
  })

  it('says that the worker is away, and goes on with the address of the one that takes over', async () => {
    const one = await worker()
    const seen = apart()('fmp4')
    await expect.poll(() => seen.parts.length, patient).toBeGreaterThan(3)
    const before = address()
    await one.stop()
    await expect.poll(() => seen.news.at(-1)?.type, patient).toBe('waiting')
    const told = seen.news.findLast((news) => news.type === 'waiting')
    expect(told).toMatchObject({ code: 'QLY_STREAM_UNREADABLE', reason: expect.stringMatching(/does not answer/) })
    expect(JSON.stringify(seen.news)).not.toMatch(/127\.0\.0\.1|live~/)
    const two = await worker()
    expect(two.rtspPort).toBeGreaterThan(0)
    await expect.poll(() => seen.news.at(-1)?.type, patient).toBe('begin')
    expect(address()).not.toBe(before)
  })

  it.each<[string, string, Partial<LiveRequest>, string, string]>([
    ['under another key', 'other.key', {}, 'QLY_CONFIG_INVALID', sameKey],
    [
      'that a device wrote',
      'secrets.key',
      { address: async () => 'rtsp://192.0.2.1/x' },
      'QLY_CONFIG_INVALID',
      sameKey,
    ],
    [
      'of nobody',
      'secrets.key',
      { address: async () => undefined },
      'QLY_STREAM_UNREADABLE',
      'no process has this camera now',
    ],
  ])('says why it cannot play an address %s', async (_what, keyFile, more, code, reason) => {
    await worker()
    await expect.poll(address, patient).toBeDefined()
    const seen = apart(keyFile)('fmp4', more)
    await expect.poll(() => seen.news[0], patient).toEqual({ type: 'waiting', code, reason })
  })
})

it.each([
  [undefined, '127.0.0.1', '127.0.0.1:8554'],
  [undefined, '::1', '[::1]:8554'],
  [undefined, '0.0.0.0', 'eyes-1:8554'],
  [undefined, '::', 'eyes-1:8554'],
  ['eyes.internal', '0.0.0.0', 'eyes.internal:8554'],
  ['eyes.internal:9000', '0.0.0.0', 'eyes.internal:9000'],
  ['[2001:db8::7]', '::', '[2001:db8::7]:8554'],
  ['[2001:db8::7]:9000', '::', '[2001:db8::7]:9000'],
])('rtsp.advertise %s on %s is %s', (advertise, bind, expected) => {
  expect(advertised(advertise, bind, 8554, 'eyes-1')).toBe(expected)
})

/** of the ffmpeg that this process has started */
function commandOfChild(): string {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => (isOurFfmpeg(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [])).join('\n')
}

function isOurFfmpeg(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
    return stat.includes('(ffmpeg)') && Number(parent) === process.pid
  } catch {
    return false
  }
}

async function firstPicture(parts: readonly Buffer[]) {
  const { spawnSync } = await import('node:child_process')
  const { findFfmpeg } = await import('./find-ffmpeg.ts')
  const args = ['-v', 'error', '-f', 'mpegts', '-i', '-', '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', '-']
  const { stdout } = spawnSync(findFfmpeg(undefined)!, args, { input: Buffer.concat(parts) })
  return sharp(stdout).raw().toBuffer({ resolveWithObject: true })
}
