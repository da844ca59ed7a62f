// The RTSP server against independent clients: Debian's ffmpeg and ffprobe (FFmpeg 5, MD5 only), and GStreamer.
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverForPeers } from '../testing/independent-peers.ts'
import type { RtspServer } from './rtsp-server.ts'

const run = promisify(execFile)
const programs = ['/usr/bin/ffmpeg', '/usr/bin/ffprobe', '/usr/bin/gst-launch-1.0']
const attempts: string[] = []
let server: RtspServer

beforeAll(async () => {
  const missing = programs.filter((program) => !existsSync(program))
  if (missing.length > 0) throw new Error(`missing ${missing.join(', ')}: run \`npm run servers -- up\``)
  server = serverForPeers({
    verify(attempt) {
      attempts.push(`${attempt.user} ${attempt.action}`)
      return attempt.user === attempt.path && attempt.matches('long secret')
    },
  })
  await server.start()
})
afterAll(() => server.stop())

const address = (path: string, password = 'long%20secret') =>
  `rtsp://${path}:${password}@127.0.0.1:${server.port}/${path}`

/** ffmpeg publishes test pictures and a tone at their own speed until the test is over. */
async function publish(path: string, codec: 'libx264' | 'libx265', work: () => Promise<void>): Promise<void> {
  const source = [
    '-re',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x240:rate=25',
    '-re',
    '-f',
    'lavfi',
    '-i',
    'sine=sample_rate=16000',
  ]
  const coding = [
    '-c:v',
    codec,
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-g',
    '25',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
  ]
  const ffmpeg = spawn(
    programs[0]!,
    ['-v', 'error', ...source, ...coding, '-f', 'rtsp', '-rtsp_transport', 'tcp', address(path)],
    { stdio: 'ignore' },
  )
  const ended = new Promise((resolve) => ffmpeg.once('exit', resolve))
  try {
    await expect.poll(() => server.streams.has(path), { timeout: 20_000 }).toBe(true)
    await work()
  } finally {
    ffmpeg.kill('SIGINT')
    await ended
  }
}

describe('independent clients', () => {
  it.each(['libx264', 'libx265'] as const)(
    'ffmpeg publishes %s with AAC; ffprobe, ffmpeg and GStreamer play it',
    async (codec) => {
      const path = `cam-${codec}`
      const parser = codec === 'libx264' ? ['rtph264depay', '!', 'h264parse'] : ['rtph265depay', '!', 'h265parse']
      await publish(path, codec, async () => {
        const probe = await run(programs[1]!, [
          '-v',
          'error',
          '-rtsp_transport',
          'tcp',
          '-show_streams',
          '-of',
          'json',
          address(path),
        ])
        const streams = JSON.parse(probe.stdout).streams as {
          codec_name: string
          width?: number
          sample_rate?: string
        }[]
        expect(streams.map((stream) => [stream.codec_name, stream.width ?? stream.sample_rate])).toEqual([
          [codec === 'libx264' ? 'h264' : 'hevc', 320],
          ['aac', '16000'],
        ])
        const frames = [
          '-v',
          'error',
          '-rtsp_transport',
          'tcp',
          '-i',
          address(path),
          '-frames:v',
          '30',
          '-an',
          '-f',
          'framecrc',
          '-',
        ]
        const decoded = await run(programs[0]!, frames)
        expect(decoded.stderr).toBe('')
        expect(decoded.stdout.split('\n').filter((line) => /^0,/.test(line))).toHaveLength(30)
        const source = [
          'rtspsrc',
          `location=rtsp://127.0.0.1:${server.port}/${path}`,
          'protocols=tcp',
          `user-id=${path}`,
          'user-pw=long secret',
        ]
        const sink = ['!', ...parser, '!', 'identity', 'eos-after=30', '!', 'fakesink']
        await run(programs[2]!, ['-q', ...source, ...sink], { timeout: 30_000 })
      })
      await expect.poll(() => server.streams.has(path)).toBe(false)
      expect(new Set(attempts.filter((attempt) => attempt.startsWith(path)))).toEqual(
        new Set([`${path} publish`, `${path} play`]),
      )
    },
  )

  it('GStreamer publishes (rtspclientsink), ffprobe plays', async () => {
    const source = ['videotestsrc', 'is-live=true', '!', 'video/x-raw,width=320,height=240,framerate=15/1', '!']
    const coding = [
      'x264enc',
      'tune=zerolatency',
      'key-int-max=15',
      '!',
      'rtspclientsink',
      'protocols=tcp',
      'latency=0',
    ]
    const location = [`location=${address('gst')}`]
    const gst = spawn(programs[2]!, ['-q', ...source, ...coding, ...location], { stdio: 'ignore' })
    const ended = new Promise((resolve) => gst.once('exit', resolve))
    try {
      await expect.poll(() => server.streams.has('gst'), { timeout: 20_000 }).toBe(true)
      const probe = await run(programs[1]!, ['-v', 'error', '-rtsp_transport', 'tcp', '-show_streams', address('gst')])
      expect(probe.stdout).toMatch(/codec_name=h264[\s\S]*width=320/)
    } finally {
      gst.kill('SIGINT')
      await ended
    }
  })

  it('ffprobe, ffmpeg and GStreamer play over UDP, each picture whole; an end of the stream reaches them', async () => {
    let whole: Promise<{ stdout: string; stderr: string }> | undefined
    await publish('udp', 'libx264', async () => {
      const udp = ['-v', 'error', '-rtsp_transport', 'udp']
      const probe = await run(programs[1]!, [...udp, '-show_streams', '-of', 'json', address('udp')])
      const streams = JSON.parse(probe.stdout).streams as { codec_name: string }[]
      expect(streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac'])
      const frames = ['-i', address('udp'), '-frames:v', '40', '-an', '-f', 'framecrc', '-']
      const decoded = await run(programs[0]!, [...udp, ...frames])
      expect(decoded.stderr).toBe('')
      expect(decoded.stdout.split('\n').filter((line) => /^0,/.test(line))).toHaveLength(40)
      const location = `location=rtsp://127.0.0.1:${server.port}/udp`
      const source = ['rtspsrc', location, 'protocols=udp', 'user-id=udp', 'user-pw=long secret']
      const sink = ['!', 'rtph264depay', '!', 'h264parse', '!', 'identity', 'eos-after=30', '!', 'fakesink']
      await run(programs[2]!, ['-q', ...source, ...sink], { timeout: 30_000 })
      whole = run(programs[0]!, [...udp, '-i', address('udp'), '-c', 'copy', '-f', 'null', '-'], { timeout: 30_000 })
      await expect.poll(() => server.streams.get('udp')?.players, { timeout: 10_000 }).toBe(1)
    })
    await whole
  })

  it('refuses ffmpeg with a wrong password, and publishing over UDP', async () => {
    await publish('cam', 'libx264', async () => {
      await expect(run(programs[1]!, ['-rtsp_transport', 'tcp', address('cam', 'wrong')])).rejects.toThrow(/401/)
      const overUdp = ['-c:v', 'libx264', '-f', 'rtsp', '-rtsp_transport', 'udp', address('other')]
      const source = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=5', '-t', '1']
      await expect(run(programs[0]!, [...source, ...overUdp])).rejects.toThrow(/461|Unsupported|Invalid|Protocol/i)
      expect(server.streams.size).toBe(1)
    })
  })
})
