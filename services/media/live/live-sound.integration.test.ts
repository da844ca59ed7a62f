// Sound from the camera to the ear, against Debian's ffmpeg and ffprobe: cameras that push AAC, A-law, µ-law and LATM; live view, recordings and the RTSP relay.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Config } from '../../contracts/config/config.ts'
import type { LiveNews } from '../../contracts/live.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { startTestKernel, type TestKernel } from '../../kernel/testing/test-kernel.ts'
import { createRecordingService, type RecordingService } from '../../recording/recording-service.ts'
import { createMediaPlant, createRememberingEyes } from '../testing/media-plant.ts'
import { createLiveView } from './live-view.ts'

const run = promisify(execFile)
const [ffmpeg, ffprobe] = ['/usr/bin/ffmpeg', '/usr/bin/ffprobe']
const patient = { timeout: 30_000 }
const password = 'long secret'
const codings: Record<string, readonly string[]> = {
  aac: ['-c:a', 'aac'],
  alaw: ['-c:a', 'pcm_alaw', '-ar', '8000'],
  mulaw: ['-c:a', 'pcm_mulaw', '-ar', '8000'],
  latm: ['-c:a', 'aac', '-rtpflags', 'latm'],
}
const heard = ['aac', 'alaw', 'mulaw', 'file']

let plant: Awaited<ReturnType<typeof createMediaPlant>>
let kernel: TestKernel
let recording: RecordingService
let live: ReturnType<typeof createLiveView>
let rtspPort = 0
const publishers: ChildProcess[] = []

beforeAll(async () => {
  const missing = [ffmpeg, ffprobe].filter((program) => !existsSync(program))
  if (missing.length > 0) throw new Error(`missing ${missing.join(', ')}: run \`npm run servers -- up\``)
  plant = await createMediaPlant()
  kernel = await startTestKernel()
  const inputs = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x240:rate=12',
    '-f',
    'lavfi',
    '-i',
    'sine=440:sample_rate=16000',
  ]
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '12', '-pix_fmt', 'yuv420p']
  const file = path.join(plant.folder, 'file.mp4')
  await run(ffmpeg, ['-v', 'error', ...inputs, '-t', '4', ...video, '-c:a', 'aac', file])
  const cameras = [
    ...Object.keys(codings).map((id) => ({ id, source: `rtsp://127.0.0.1:0/${id}` })),
    { id: 'file', source: pathToFileURL(file).href },
  ].map((each) => ({ ...each, name: each.id, loop: true, fps: 1, models: [] }))
  const devices = Object.keys(codings).map((id) => ({ id, kind: 'cctv', password }))
  const parts = {
    dataDir: kernel.directory,
    cameras,
    devices: [...devices, { id: 'file', kind: 'cctv', password }],
    recording: { mode: 'continuous', segmentSeconds: 2, fragmentSeconds: 0.5, minimumFreeBytes: 0 },
    media: { snapshotSeconds: 0, live: { lingerSeconds: 0.2 } },
  }
  const config = Value.Default(Config, parts) as Config
  recording = createRecordingService(kernel, config, { records: true })
  await recording.start(new AbortController().signal)
  const room = await plant.start(createRememberingEyes(), parts, { packets: [recording.packets] })
  rtspPort = room.rtspPort
  live = createLiveView({ clock: systemClock, logger: silentLogger, registry: createMetrics() }, config, room.live)
  for (const [id, coding] of Object.entries(codings)) {
    const real = ['-re', ...inputs.slice(0, 4), '-re', ...inputs.slice(4)]
    const words = ['-v', 'error', ...real, ...video, ...coding, '-f', 'rtsp', '-rtsp_transport', 'tcp', addressOf(id)]
    publishers.push(spawn(ffmpeg, words, { stdio: 'ignore' }))
  }
})

afterAll(async () => {
  for (const publisher of publishers) publisher.kill('SIGKILL')
  await live?.stop()
  await plant?.stop()
  await recording?.stop()
  await kernel?.stop()
})

const addressOf = (id: string) => `rtsp://${id}:long%20secret@127.0.0.1:${rtspPort}/${id}`

/** What a watcher gets of so many seconds, and what it was told. */
async function watch(cameraId: string, sound: boolean) {
  const [news, parts]: [LiveNews[], Buffer[]] = [[], []]
  const watcher = {
    waitingBytes: 0,
    news: (each: LiveNews) => void news.push(each),
    picture: (bytes: Uint8Array) => void parts.push(Buffer.from(bytes)),
    end() {},
  }
  const leave = live.watch({ cameraId, format: 'fmp4', masked: false, coarse: false, sound }, watcher)
  await expect.poll(() => parts.length, patient).toBeGreaterThan(sound ? 70 : 30)
  leave()
  const file = path.join(plant.folder, `${cameraId}-${sound}.mp4`)
  await writeFile(file, Buffer.concat(parts))
  return { file, begin: news.findLast(({ type }) => type === 'begin') as { mediaType: string } }
}

async function streamsOf(input: string, ...words: string[]): Promise<string[]> {
  const entries = ['-show_entries', 'stream=codec_name', '-of', 'csv=p=0']
  const { stdout } = await run(ffprobe, ['-v', 'error', ...words, ...entries, input])
  return stdout.trim().split('\n')
}

/** Hertz, by how often the sound passes zero, without its first half second. */
async function pitchOf(input: string): Promise<number> {
  const words = ['-v', 'error', '-i', input, '-map', '0:a', '-ac', '1', '-ar', '8000', '-f', 's16le', '-']
  const { stdout } = await run(ffmpeg, words, { encoding: 'buffer', maxBuffer: 1e8 })
  const samples = new Int16Array(stdout.buffer, stdout.byteOffset, stdout.length >> 1).subarray(4000)
  let rising = 0
  for (let n = 1; n < samples.length; n++) if ((samples[n] ?? 0) >= 0 && (samples[n - 1] ?? 0) < 0) rising++
  return (8000 * rising) / samples.length
}

/** Seconds at which the pictures and the sound of a file begin. */
async function beginsOf(file: string): Promise<number[]> {
  const { stdout } = await run(ffprobe, ['-v', 'error', '-show_entries', 'stream=start_time', '-of', 'csv=p=0', file])
  return stdout.trim().split('\n').map(Number)
}

describe('a camera with sound', () => {
  it.each(heard)('%s: is heard live where that is asked for, beside its pictures', async (id) => {
    const { file, begin } = await watch(id, true)
    expect(begin.mediaType).toMatch(/^video\/mp4; codecs="avc1\.[0-9a-f]{6}, mp4a\.40\.2"$/)
    expect(await streamsOf(file)).toEqual(['h264', 'aac'])
    expect(await pitchOf(file)).toBeCloseTo(440, -1.5)
    const [pictures = 0, sound = 0] = await beginsOf(file)
    expect(Math.abs(pictures - sound)).toBeLessThan(1.2)
    const silent = await watch(id, false)
    expect([silent.begin.mediaType, await streamsOf(silent.file)]).toEqual([
      expect.not.stringContaining('mp4a'),
      ['h264'],
    ])
  })

  it.each(heard)('%s: is recorded with it', async (id) => {
    const folder = path.join(kernel.directory, 'recordings', id)
    const files = async () =>
      (await readdir(folder, { recursive: true }).catch(() => [])).filter((name) => name.endsWith('.mp4')).toSorted()
    await expect.poll(async () => (await files()).length, patient).toBeGreaterThanOrEqual(3)
    const whole = path.join(folder, (await files())[1] ?? '')
    expect(await streamsOf(whole)).toEqual(['h264', 'aac'])
    expect(await pitchOf(whole)).toBeCloseTo(440, -1.5)
  })

  it('is played by others as the camera sends it; what we pull, as AAC', async () => {
    const tcp = ['-rtsp_transport', 'tcp']
    expect(await streamsOf(addressOf('alaw'), ...tcp)).toEqual(['h264', 'pcm_alaw'])
    expect(await streamsOf(addressOf('mulaw'), ...tcp)).toEqual(['h264', 'pcm_mulaw'])
    expect(await streamsOf(addressOf('file'), ...tcp)).toEqual(['h264', 'aac'])
  })

  it('that we do not know (LATM) says so, and is seen all the same', async () => {
    await expect
      .poll(() => plant.news.findLast(({ deviceId, status }) => deviceId === 'latm' && status === 'online'), patient)
      .toMatchObject({ reason: expect.stringContaining('MP4A-LATM') })
    const { begin, file } = await watch('latm', false)
    expect(begin.mediaType).not.toContain('mp4a')
    expect(await streamsOf(file)).toEqual(['h264'])
  })
})
