// Recordings against independent programs: cameras push H.264 and H.265 with AAC to the running app, which is killed while it records.
// What is on the disk afterwards is looked at by Debian's ffprobe and ffmpeg, and played by ffmpeg over HLS.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RecordingCheck, RecordingTimeline } from '../contracts/recordings.ts'
import { type AppProcess, startAppProcess, temporaryFolder, testAdminToken } from './testing/app-process.ts'

const run = promisify(execFile)
const [ffmpeg, ffprobe] = ['/usr/bin/ffmpeg', '/usr/bin/ffprobe']
const cameras = [
  { id: 'avc', codec: 'h264', encoder: ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'] },
  {
    id: 'hevc',
    codec: 'hevc',
    encoder: [
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-x265-params',
      'log-level=none:keyint=12:scenecut=0',
    ],
  },
] as const
const patient = { timeout: 60_000, interval: 200 }

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let app: AppProcess
const publishers: ChildProcess[] = []
const sourceOf = (id: string) => path.join(folder.path, `${id}.mp4`)
const recordings = () => path.join(folder.path, 'data', 'recordings')

const start = () =>
  startAppProcess({
    dataDir: path.join(folder.path, 'data'),
    roles: 'eyes,api',
    config: {
      cameras: cameras.map(({ id }) => ({ id, name: id, source: `rtsp://127.0.0.1:0/${id}`, fps: 1, models: [] })),
      devices: cameras.map(({ id }) => ({ id, kind: 'cctv', password: 'long secret' })),
      recording: { mode: 'continuous', segmentSeconds: 2, fragmentSeconds: 0.5, minimumFreeBytes: 0 },
    },
  })

/** The coded pictures and sound of the source, as they are, at their own speed. */
function publish(id: string): void {
  const target = `rtsp://${id}:long%20secret@127.0.0.1:${app.rtspPort}/${id}`
  const words = ['-v', 'error', '-re', '-i', sourceOf(id), '-c', 'copy', '-f', 'rtsp', '-rtsp_transport', 'tcp', target]
  publishers.push(spawn(ffmpeg, words, { stdio: 'ignore' }))
}

async function files(id: string): Promise<string[]> {
  const names = await readdir(path.join(recordings(), id), { recursive: true }).catch(() => [])
  return names
    .filter((name) => name.endsWith('.mp4'))
    .toSorted()
    .map((name) => path.join(recordings(), id, name))
}

/** The hash of every coded frame of sound, of its bytes alone. */
async function sound(file: string): Promise<string[]> {
  const fields = ['-show_data_hash', 'sha256', '-show_entries', 'packet=data_hash', '-of', 'flat']
  const { stdout } = await run(ffprobe, ['-v', 'error', '-select_streams', 'a', ...fields, file])
  return stdout.match(/SHA256:[0-9a-f]{64}/g) ?? []
}

/** The hash of every decoded picture: the same only if nothing was coded anew. What ffmpeg complains of is a failure. */
async function pictures(input: string, ...words: string[]): Promise<string[]> {
  const { stdout, stderr } = await run(ffmpeg, [
    '-v',
    'error',
    ...words,
    '-i',
    input,
    '-map',
    '0:v',
    '-fps_mode',
    'passthrough',
    '-f',
    'framemd5',
    '-',
  ])
  expect(stderr).toBe('')
  return stdout
    .split('\n')
    .flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.split(',')[5]?.trim() ?? '']))
}

/** Where the one list lies in the other without a gap; -1: nowhere. */
const placeOf = (part: readonly string[], whole: readonly string[]) =>
  whole.findIndex((_, at) => part.every((hash, n) => whole[at + n] === hash))

const timeline = (id: string) =>
  app.get<RecordingTimeline>(
    `/api/v1/cameras/${id}/recordings?from=${new Date(Date.now() - 600_000).toISOString()}&to=${new Date(Date.now() + 60_000).toISOString()}`,
  )

beforeAll(async () => {
  const missing = [ffmpeg, ffprobe].filter((program) => !existsSync(program))
  if (missing.length > 0) throw new Error(`missing ${missing.join(', ')}: run \`npm run servers -- up\``)
  folder = await temporaryFolder('recording')
  await mkdir(path.join(folder.path, 'data'))
  for (const { id, encoder } of cameras) {
    const inputs = [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=320x240:rate=12',
      '-f',
      'lavfi',
      '-i',
      'sine=frequency=700:sample_rate=16000',
    ]
    const coding = [...encoder, '-g', '12', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '32k']
    await run(ffmpeg, ['-v', 'error', ...inputs, '-t', '60', ...coding, sourceOf(id)])
  }
  app = await start()
  for (const { id } of cameras) publish(id)
})

afterAll(async () => {
  for (const publisher of publishers) publisher.kill('SIGKILL')
  await app?.end('SIGKILL')
  await folder?.remove()
})

describe('a process that is killed while it records', () => {
  it('leaves every finished segment whole, and takes in the torn one at its next start, and says so', async () => {
    const known = new Map<string, number>()
    // of each: two that are closed, and one that has grown by a fragment at least
    const underWay = async ({ id }: { id: string }) => {
      const [closed, there] = [(await timeline(id)).segments.length, await files(id)]
      known.set(id, closed)
      const growing = there.length === closed + 1 ? await stat(there.at(-1) ?? '') : { size: 0 }
      return closed >= 2 && growing.size > 6000
    }
    const all = async () => (await Promise.all(cameras.map(underWay))).every((yes) => yes)
    await expect.poll(all, { timeout: 60_000, interval: 50 }).toBe(true)
    await app.end('SIGKILL')
    for (const { id } of cameras)
      for (const file of (await files(id)).slice(0, known.get(id))) expect((await pictures(file)).length).toBe(24)

    app = await start()
    for (const { id } of cameras) {
      const left = await files(id)
      await expect.poll(async () => (await timeline(id)).segments.length, patient).toBe(left.length)
      expect(left.length).toBeGreaterThan(known.get(id) ?? 0)
    }
    expect(app.log.filter(({ msg }) => msg === 'recordings and their index differed; repaired')).toMatchObject([
      { takenIn: cameras.length, unreadable: [], rowsWithoutFiles: [] },
    ])
    expect(await app.post<RecordingCheck>('/api/v1/recordings/check', { repair: false })).toMatchObject({
      filesWithoutRows: [],
      unreadable: [],
      rowsWithoutFiles: [],
    })
  })

  it.each(cameras)(
    'has every picture of $id as its camera coded it, and the sound, frame by frame',
    async ({ id, codec }) => {
      const [kept, heard]: [string[], string[]] = [[], []]
      for (const file of await files(id)) {
        const { stdout } = await run(ffprobe, [
          '-v',
          'error',
          '-show_entries',
          'stream=codec_name',
          '-of',
          'csv=p=0',
          file,
        ])
        expect(stdout.trim().split('\n')).toEqual([codec, 'aac'])
        kept.push(...(await pictures(file)))
        heard.push(...(await sound(file)))
      }
      const [shown, played] = [await pictures(sourceOf(id)), await sound(sourceOf(id))]
      // two segments of 24 pictures, and what of the third had reached the disk
      expect(kept.length).toBeGreaterThan(48)
      expect(placeOf(kept, shown)).toBeGreaterThanOrEqual(0)
      expect(heard.length).toBeGreaterThan(kept.length)
      expect(placeOf(heard, played)).toBeGreaterThanOrEqual(0)
      const { spans, segments } = await timeline(id)
      expect(spans).toHaveLength(1)
      expect(segments.every(({ audio, bytes }) => audio && bytes > 0)).toBe(true)
    },
  )

  it('is played whole by ffmpeg over HLS, and cut out as one MP4 with the same pictures', async () => {
    for (const { id } of cameras) {
      const { from, to } = (await timeline(id)).spans[0] ?? { from: '', to: '' }
      const address = (file: string) => `${app.url}/api/v1/cameras/${id}/recordings/${file}?from=${from}&to=${to}`
      const headers = ['-headers', `Authorization: Bearer ${testAdminToken}\r\n`]
      const whole: string[] = []
      for (const file of await files(id)) whole.push(...(await pictures(file)))
      expect(await pictures(address('playlist.m3u8'), ...headers)).toEqual(whole)
      const cut = path.join(folder.path, `${id}-cut.mp4`)
      await run(ffmpeg, ['-v', 'error', ...headers, '-i', address('clip.mp4'), '-c', 'copy', cut])
      expect(await pictures(cut)).toEqual(whole)
    }
  })
})
