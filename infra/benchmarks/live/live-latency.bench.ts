// Glass to glass: a camera burns the time into each picture before it is coded and pushes it over RTSP; a WebSocket client of the API decodes what it
// gets and reads the time. How to misread it: everything is on one machine and one clock, without a camera's own exposure and a screen's refresh; the
// client's decoder is an ffmpeg of its own and is in the figure, a browser's buffer is not.
import { spawn } from 'node:child_process'
import WebSocket from 'ws'
import { findFfmpeg } from '../../../services/media/live/find-ffmpeg.ts'
import { publish } from '../../../simulators/cctv/rtsp-publisher.ts'
import { createVideoEncoder } from '../../../simulators/cctv/video-encoder.ts'
import type { Bench } from '../bench-port.ts'
import { adminToken, startLiveRig } from './live-rig.ts'
import { ageOf, burnTime } from './timecode.ts'

const [width, height, fps] = [640, 360, 25]
const [warmUpMs, measuredMs] = [4000, 10_000]

export const bench: Bench = {
  name: 'live view, glass to glass',
  needs: [],
  async run(report) {
    const rig = await startLiveRig([{ id: 'clock', name: 'clock', source: 'rtsp://127.0.0.1:0/clock' }])
    const camera = await pushTime(`rtsp://clock:clock%20password@127.0.0.1:${rig.rtspPort}/clock`)
    try {
      for (const format of ['fmp4', 'mpeg1'] as const) {
        const ages = (await watchTime(rig.httpPort, format)).sort((a, b) => a - b)
        const quantile = (q: number) => ages[Math.floor(q * (ages.length - 1))] ?? Number.NaN
        const what = `${format}, ${width}×${height} at ${fps} (${ages.length} pictures)`
        report({ what: `${what}: p50`, value: quantile(0.5), unit: 'ms', target: 1000 })
        report({ what: `${what}: p95`, value: quantile(0.95), unit: 'ms' })
      }
    } finally {
      await camera.stop()
      await rig.stop()
    }
  },
}

/** Pushes pictures with their time until told to stop. */
async function pushTime(url: string) {
  const encoder = await createVideoEncoder({ width, height, fps, group: 2 * fps })
  const publication = await publish(url, encoder, fps)
  const pixels = new Uint8ClampedArray(width * height * 4).fill(120)
  let stopped = false
  const run = async () => {
    const began = performance.now()
    for (let index = 0; !stopped; index++) {
      const wait = began + (index * 1000) / fps - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      burnTime(pixels, width, Date.now())
      for (const packet of encoder.encode(pixels, index)) await publication.write(packet)
    }
  }
  const running = run()
  return {
    async stop() {
      stopped = true
      await running
      await publication.close()
      encoder.close()
    },
  }
}

/** Ages of the pictures that a client gets, in ms, each as it is decoded. */
async function watchTime(port: number, format: 'fmp4' | 'mpeg1'): Promise<number[]> {
  const input = format === 'fmp4' ? 'mp4' : 'mpegts'
  const quick = [
    '-v',
    'error',
    '-fflags',
    'nobuffer',
    '-flags',
    'low_delay',
    '-probesize',
    '8000',
    '-analyzeduration',
    '0',
  ]
  const output = ['-vf', `scale=${width}:${height}`, '-vsync', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'gray', '-']
  const decoder = spawn(
    findFfmpeg(undefined) ?? 'ffmpeg',
    [...quick, '-threads', '1', '-f', input, '-i', '-', ...output],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  decoder.stdin.on('error', () => {})
  const ages: number[] = []
  const began = performance.now()
  let rest: Buffer = Buffer.alloc(0)
  decoder.stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (; rest.length >= width * height; rest = rest.subarray(width * height)) {
      const age = ageOf(rest, width, Date.now())
      if (age !== undefined && performance.now() - began > warmUpMs) ages.push(age)
    }
  })
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/cameras/clock/live?format=${format}`, {
    headers: { authorization: `Bearer ${adminToken}` },
  })
  socket.on('message', (data: Buffer, binary) => {
    if (binary) decoder.stdin.write(data)
  })
  await new Promise((resolve) => setTimeout(resolve, warmUpMs + measuredMs))
  socket.terminate()
  decoder.kill('SIGKILL')
  if (ages.length === 0) throw new Error(`no time came through as ${format}`)
  return ages
}
