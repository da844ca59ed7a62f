// Live view from cameras of every kind, through the RTSP server and a real ffmpeg: what watchers get is video, its processes come and go with them.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AVMEDIA_TYPE_VIDEO, avGetCodecName, FormatContext, Packet } from 'node-av'
import sharp from 'sharp'
import { Value } from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvent } from '../../contracts/cloud-event.ts'
import { Config } from '../../contracts/config/config.ts'
import type { AppError } from '../../contracts/errors.ts'
import { frameCapturedV1 } from '../../contracts/events/frame-captured-v1.ts'
import type { LiveNews, LiveRequest } from '../../contracts/live.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { makeClip } from '../testing/make-clip.ts'
import { createMediaPlant, createRememberingEyes } from '../testing/media-plant.ts'
import { callRtsp } from '../testing/rtsp-caller.ts'
import { createLiveView } from './live-view.ts'

let plant: Awaited<ReturnType<typeof createMediaPlant>>
const stops: (() => Promise<void>)[] = []
beforeEach(async () => {
  plant = await createMediaPlant()
})
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
  await plant.stop()
})

const patient = { timeout: 15_000 }
const camera = (id: string, source: string, more = {}) => ({ id, name: id, source, loop: true, models: [], ...more })

async function clip(name: string, codec: 'libx264' | 'libx265' | 'mpeg4' = 'libx264'): Promise<string> {
  const path = join(plant.folder, name)
  await makeClip(path, { seconds: 2, fps: 25, width: 320, height: 180, codec })
  return pathToFileURL(path).href
}

async function start(cameras: Record<string, unknown>[], settings = {}, parts = {}) {
  const media = { snapshotSeconds: 0, live: { lingerSeconds: 0.2, ...settings } }
  const room = await plant.start(createRememberingEyes(), { cameras, media, ...parts })
  const config = Value.Default(Config, { cameras, media }) as Config
  const registry = createMetrics()
  const live = createLiveView({ clock: systemClock, logger: silentLogger, registry }, config, room.live)
  stops.push(() => live.stop())
  const watch = (cameraId: string, format: 'fmp4' | 'mpeg1', more: Partial<LiveRequest> = {}) => {
    const seen = { news: [] as LiveNews[], parts: [] as Buffer[], end: undefined as AppError | undefined }
    const leave = live.watch(
      { cameraId, format, masked: false, coarse: false, ...more },
      {
        waitingBytes: 0,
        news: (news) => void seen.news.push(news),
        picture: (bytes) => void seen.parts.push(Buffer.from(bytes)),
        end(reason) {
          seen.end = reason
        },
      },
    )
    return Object.assign(seen, { leave })
  }
  return { live, watch, registry, room }
}

/** What libavformat makes of the bytes: codec, size and pictures. */
async function probe(parts: readonly Buffer[], name: string) {
  const path = join(plant.folder, name)
  await writeFile(path, Buffer.concat(parts))
  const input = new FormatContext()
  input.allocContext()
  await input.openInput(path)
  await input.findStreamInfo(null)
  const index = input.findBestStream(AVMEDIA_TYPE_VIDEO)
  const { codecId, width, height } = input.streams[index]!.codecpar
  const packet = new Packet()
  packet.alloc()
  let pictures = 0
  for (; (await input.readFrame(packet)) >= 0; packet.unref()) pictures++
  packet.free()
  await input.closeInput()
  return { codec: avGetCodecName(codecId), width, height, pictures }
}

/** ffmpeg programs that this process has started and that still run. */
function encoders(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return stat.includes('(ffmpeg)') && Number(parent) === process.pid && state !== 'Z'
      } catch {
        return false
      }
    })
}

describe('live view', () => {
  it('hands out the original stream of H.264 and H.265 in boxes, begun at a key picture', async () => {
    const { watch } = await start([camera('h264', await clip('a.mp4')), camera('h265', await clip('b.mp4', 'libx265'))])
    for (const [id, type] of [
      ['h264', /^video\/mp4; codecs="avc1\./],
      ['h265', /^video\/mp4; codecs="hvc1\./],
    ] as const) {
      const seen = watch(id, 'fmp4')
      await expect.poll(() => seen.parts.length, patient).toBeGreaterThan(30)
      seen.leave()
      expect(seen.news.at(-1)).toEqual({ type: 'begin', format: 'fmp4', mediaType: expect.stringMatching(type) })
      const codec = id === 'h264' ? 'h264' : 'hevc'
      expect(await probe(seen.parts, `${id}.out`)).toEqual({
        codec,
        width: 320,
        height: 180,
        pictures: seen.parts.length - 1,
      })
    }
    expect(encoders()).toEqual([])
  })

  it('encodes once for all watchers, from the first to the last, and again after a kill', async () => {
    const { watch, registry } = await start([camera('lane', await clip('a.mp4'))])
    const [one, two] = [watch('lane', 'mpeg1'), watch('lane', 'mpeg1')]
    await expect.poll(() => Math.min(one.parts.length, two.parts.length), patient).toBeGreaterThan(20)
    const [first, ...more] = encoders()
    expect([first, more]).toEqual([expect.any(Number), []])
    expect(readFileSync(`/proc/${first}/cmdline`, 'utf8')).toMatch(
      /rtsp:\/\/pass-[0-9a-f]+:[0-9a-f]+@127\.0\.0\.1:\d+\/lane/,
    )
    const bytes = Buffer.concat(one.parts)
    expect([bytes[0], bytes.length % 188]).toEqual([0x47, 0])
    expect(await probe(one.parts, 'one.ts')).toMatchObject({ codec: 'mpeg1video', width: 320, height: 180 })

    one.news.length = 0
    process.kill(first!, 'SIGKILL')
    await expect.poll(() => one.news.map(({ type }) => type), patient).toEqual(['waiting', 'begin'])
    const again = encoders()
    expect(again).toHaveLength(1)
    expect(again).not.toContain(first)
    expect(await registry.metrics()).toMatch(/qianliyan_live_failures_total\{format="mpeg1"\} [1-9]/)

    one.leave()
    expect(encoders()).toEqual(again)
    two.leave()
    await expect.poll(encoders, patient).toEqual([])
    await expect.poll(() => registry.metrics(), patient).toMatch(/qianliyan_live_streams\{format="mpeg1"\} 0/)
  })

  it('blackens privacy masks, and makes a picture coarse, by what is encoded', async () => {
    const mask = [
      [0.5, 0],
      [1, 0],
      [1, 1],
      [0.5, 1],
    ]
    const path = join(plant.folder, 'white.mp4')
    await makeClip(path, { seconds: 1, fps: 10, width: 320, height: 180, picture: 'color=c=white' })
    const { watch, live } = await start([camera('lane', pathToFileURL(path).href, { privacyMasks: [mask] })])
    const nobody = { waitingBytes: 0, news() {}, picture() {}, end() {} }
    const original = { cameraId: 'lane', format: 'fmp4', masked: true, coarse: false } as const
    expect(() => live.watch(original, nobody)).toThrow(/cannot be masked/)
    expect(() => live.watch({ ...original, masked: false, coarse: true }, nobody)).toThrow(/cannot be masked/)
    const seen = watch('lane', 'mpeg1', { masked: true, coarse: true })
    await expect.poll(() => seen.parts.length, patient).toBeGreaterThan(10)
    seen.leave()
    const { data, info } = await firstPicture(seen.parts)
    const at = (x: number) => data[(90 * info.width + Math.round(x * info.width)) * info.channels]!
    expect(info).toMatchObject({ width: 640, height: 360 })
    expect(at(0.25)).toBeGreaterThan(225)
    expect(at(0.75)).toBeLessThan(25)
  })

  it('shows cameras that push, and cameras that send JPEGs', async () => {
    const { watch, room } = await start(
      [camera('pushed', 'rtsp://127.0.0.1:0/pushed'), camera('photos', 'mqtt:qly/v1/kitchen/photos/image')],
      {},
      { devices: [{ id: 'pushed', kind: 'cctv', password: 'pushed password' }] },
    )
    const pushed = watch('pushed', 'fmp4')
    await expect.poll(() => pushed.news.at(-1)?.type, patient).toBe('waiting')
    const pushing = makeClip(`rtsp://pushed:pushed%20password@127.0.0.1:${room.rtspPort}/pushed`, {
      seconds: 4,
      fps: 25,
      width: 320,
      height: 180,
      realTime: true,
    })
    const photos = watch('photos', 'fmp4')
    const begun = Date.now()
    for (let n = 0; n < 5; n++) await plant.bus.publish([await photo('photos', begun + n * 200, n)])
    await expect.poll(() => pushed.parts.length, patient).toBeGreaterThan(20)
    await expect.poll(() => photos.news.at(-1)?.type, patient).toBe('begin')
    await expect
      .poll(async () => {
        const at = Date.now()
        await plant.bus.publish([await photo('photos', at, at % 100)])
        return photos.parts.length
      }, patient)
      .toBeGreaterThan(3)
    expect(await probe(photos.parts, 'photos.out')).toMatchObject({ codec: 'h264', width: 160, height: 90 })
    expect(await probe(pushed.parts, 'pushed.out')).toMatchObject({ codec: 'h264', width: 320, height: 180 })
    const url = `rtsp://127.0.0.1:${room.rtspPort}/pushed`
    const caller = await callRtsp(room.rtspPort, { user: 'pushed', password: 'pushed password' })
    expect((await caller.ask('DESCRIBE', `${url}?tcp`)).status).toBe(200)
    const udp = { Transport: 'RTP/AVP;unicast;client_port=40000-40001' }
    expect((await caller.ask('SETUP', `${url}/trackID=0`, udp)).status).toBe(461)
    caller.close()
    await pushing
  })

  it.each(['a stream of JPEGs', 'one JPEG at a time'])('shows cameras whose source is %s', async (kind) => {
    const jpegs = await Promise.all(
      ['red', 'blue'].map((background) =>
        sharp({ create: { width: 160, height: 90, channels: 3, background } })
          .jpeg()
          .toBuffer(),
      ),
    )
    let count = 0
    const next = () => jpegs[count++ % jpegs.length] as Buffer
    const server = createServer((_request, response) => {
      if (kind === 'one JPEG at a time') {
        response.writeHead(200, { 'content-type': 'image/jpeg' }).end(next())
        return
      }
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=part' })
      const timer = setInterval(() => {
        const jpeg = next()
        response.write(`--part\r\ncontent-type: image/jpeg\r\ncontent-length: ${jpeg.length}\r\n\r\n`)
        response.write(jpeg)
        response.write('\r\n')
      }, 50)
      response.on('close', () => clearInterval(timer))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stops.push(async () => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const { watch } = await start([camera('web', `http://127.0.0.1:${port}/live`, { fps: 10 })])
    const [original, encoded] = [watch('web', 'fmp4'), watch('web', 'mpeg1')]
    await expect.poll(() => original.parts.length, patient).toBeGreaterThan(8)
    await expect.poll(() => encoded.parts.length, patient).toBeGreaterThan(2)
    expect(await probe(original.parts, 'web.out')).toMatchObject({ codec: 'h264', width: 160, height: 90 })
  })

  it('keeps to its limits; a stream that only lingers makes room', async () => {
    const source = await clip('a.mp4')
    const { watch } = await start(
      ['a', 'b', 'c'].map((id) => camera(id, source)),
      { maximumEncoders: 1, maximumWatchers: 2, lingerSeconds: 60 },
    )
    const a = watch('a', 'mpeg1')
    expect(() => watch('b', 'mpeg1')).toThrow(/1 cameras are being watched/)
    watch('b', 'fmp4')
    expect(() => watch('c', 'fmp4')).toThrow(/too many live tiles/)
    expect(() => watch('nowhere', 'fmp4')).toThrow(/no camera nowhere/)
    a.leave()
    const c = watch('c', 'mpeg1')
    await expect.poll(() => c.parts.length, patient).toBeGreaterThan(5)
    expect(encoders()).toHaveLength(1)
  })
})

async function photo(cameraId: string, at: number, shade: number) {
  const bytes = await sharp({ create: { width: 160, height: 90, channels: 3, background: { r: shade, g: 90, b: 9 } } })
    .jpeg()
    .toBuffer()
  const time = new Date(at).toISOString()
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const data = { cameraId, capturedAt: time, receivedAt: time, mediaType: 'image/jpeg' as const, sha256 }
  const event = createEvent(frameCapturedV1, { source: '/test', time }, { ...data, base64: bytes.toString('base64') })
  return { topic: 'qly.frame.v1' as const, event }
}

async function firstPicture(parts: readonly Buffer[]) {
  const { spawnSync } = await import('node:child_process')
  const { findFfmpeg } = await import('./find-ffmpeg.ts')
  const args = ['-v', 'error', '-f', 'mpegts', '-i', '-', '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', '-']
  const { stdout } = spawnSync(findFfmpeg(undefined)!, args, { input: Buffer.concat(parts) })
  return sharp(stdout).raw().toBuffer({ resolveWithObject: true })
}
