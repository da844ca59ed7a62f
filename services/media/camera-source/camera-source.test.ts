// Cameras from files, through FFmpeg: what arrives at the sink, at which times, and what happens when source or sink misbehave.
import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Value } from 'typebox/value'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MediaConfig } from '../../contracts/config/media.ts'
import type { CameraFrame, FrameCut, Pixels } from '../../contracts/frames.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { createManualClock } from '../../kernel/clock/manual-clock.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { makeClip } from '../testing/make-clip.ts'
import { type CameraHealth, type CameraSource, type CameraSourceOptions, startCameraSource } from './camera-source.ts'
import { openFile } from './file-input.ts'

const config = Value.Default(MediaConfig, {
  reconnect: { initialMs: 1000, maximumMs: 8000, jitter: 0 },
}) as MediaConfig
const whole: FrameCut = { id: 'whole', region: [0, 0, 1, 1], width: 128, height: 128, letterbox: 'centre' }
let folder: string
const running: CameraSource[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qly-media-'))
  const halves = { picture: 'color=c=0x00ff00', filters: 'drawbox=w=iw/2:h=ih:c=0xff0000:t=fill' }
  await makeClip(join(folder, 'halves.mp4'), { seconds: 2, fps: 25, width: 320, height: 160, ...halves })
})
afterEach(() => Promise.all(running.splice(0).map((source) => source.stop())))
afterAll(() => rm(folder, { recursive: true }))

interface Seen {
  readonly frame: CameraFrame
  readonly whole: Pixels | undefined
}

function start(
  path: string,
  changes: Partial<CameraSourceOptions> & { clock?: Clock; cuts?: FrameCut[]; fps?: number } = {},
) {
  const { clock = systemClock, cuts = [whole], fps = 30, ...options } = changes
  const seen: Seen[] = []
  const healths: CameraHealth[] = []
  const counts = { decoded: 0, skipped: 0, delivered: 0, damaged: 0, reconnects: 0, failed: [] as unknown[] }
  const source = startCameraSource(
    { clock },
    config,
    {
      plan: { cameraId: 'cam', framesPerSecond: fps, cuts },
      open: (signal) => openFile(pathToFileURL(join(folder, path)).href, clock, signal),
      see: async (frame) => {
        const whole = seen.length === 0 ? await frame.fullFrame() : undefined
        // the pixels are the camera's: it uses their memory again
        const cuts = frame.cuts.map((cut) => ({ ...cut, rgb: Uint8Array.from(cut.rgb) }))
        seen.push({ frame: { ...frame, cuts }, whole })
      },
      loop: false,
      mode: 'every',
      ...options,
    },
    {
      onHealth: (health) => healths.push(health),
      onDecoded: () => counts.decoded++,
      onSkipped: (count) => {
        counts.skipped += count
      },
      onDelivered: () => counts.delivered++,
      onDamaged: () => counts.damaged++,
      onReconnect: () => counts.reconnects++,
      onFailed: (error) => counts.failed.push(error),
    },
  )
  running.push(source)
  return { source, seen, healths, counts }
}

const pixel = ({ width, rgb }: Pixels, x: number, y: number) => [
  ...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
]
const near = (colour: number[]) => colour.map((value) => expect.toSatisfy((got: number) => Math.abs(got - value) <= 6))

describe('a camera from a file', () => {
  it('gives every frame, cut, scaled and letterboxed with 114, and the whole frame on demand', async () => {
    const right: FrameCut = { id: 'right', region: [0.5, 0, 1, 1], width: 96, height: 64, letterbox: 'top-left' }
    const { source, seen, counts, healths } = start('halves.mp4', { cuts: [whole, right] })
    await source.ended
    expect([seen.length, counts.decoded, counts.skipped, counts.failed]).toEqual([50, 50, 0, []])
    expect(seen.map(({ frame }) => frame.sequence)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
    expect(seen.map(({ frame }) => frame.discontinuity)).toEqual([true, ...Array(49).fill(false)])
    const [first] = seen
    expect(first?.frame).toMatchObject({ cameraId: 'cam', width: 320, height: 160 })
    const [all, part] = first!.frame.cuts
    expect(all).toMatchObject({
      width: 128,
      height: 128,
      offsetX: 0,
      offsetY: 32,
      pictureWidth: 128,
      pictureHeight: 64,
    })
    expect(pixel(all!, 10, 10)).toEqual([114, 114, 114])
    expect(pixel(all!, 20, 64)).toEqual(near([255, 0, 0]))
    expect(pixel(all!, 110, 64)).toEqual(near([0, 255, 0]))
    expect(part).toMatchObject({ cut: right, offsetX: 0, offsetY: 0, pictureWidth: 64, pictureHeight: 64 })
    expect(pixel(part!, 30, 30)).toEqual(near([0, 255, 0]))
    expect(pixel(part!, 80, 30)).toEqual([114, 114, 114])
    expect(first?.whole).toMatchObject({ width: 320, height: 160 })
    expect(pixel(first!.whole!, 100, 80)).toEqual(near([255, 0, 0]))
    expect(healths.map(({ status }) => status)).toEqual(['online', 'offline'])
  })

  it('plays at its own speed, samples by event time, and runs on when it loops', async () => {
    const clock = createManualClock('2020-06-28T06:00:00Z')
    const { seen, counts } = start('halves.mp4', { clock, mode: 'live', fps: 5, loop: true })
    const began = clock.now()
    for (let number = 1; number <= 16; number++) {
      await expect.poll(() => seen.length, { interval: 5 }).toBe(number)
      expect(seen.at(-1)!.frame.capturedAt - began).toBe((number - 1) * 200)
      // nothing comes before its time, however long FFmpeg is given
      await clock.advance(199)
      expect(seen.length).toBe(number)
      await clock.advance(1)
    }
    expect(counts.skipped).toBe(0)
    expect(seen.filter(({ frame }) => frame.discontinuity).map(({ frame }) => frame.sequence)).toEqual([1, 11])
  })

  it('gives a busy sink the newest frame and counts what it skipped', async () => {
    let release = () => {}
    const got: number[] = []
    const { source, counts } = start('halves.mp4', {
      mode: 'live',
      fps: 25,
      see: async (frame) => {
        got.push(frame.sequence)
        if (got.length === 1)
          await new Promise<void>((resolve) => {
            release = resolve
          })
      },
    })
    await expect.poll(() => counts.skipped).toBeGreaterThan(5)
    const skipped = counts.skipped
    release()
    await source.ended
    expect(got[0]).toBe(1)
    // what waited is the newest of the moment: all between it and the first were skipped
    expect(got[1]).toBeGreaterThanOrEqual(skipped + 2)
    expect(counts.skipped + counts.delivered).toBe(50)
    expect(got.at(-1)).toBe(50)
  })

  it('gives a sink that asks for it the next frames before it is done with the ones before, in order, at most so many', async () => {
    await makeClip(join(folder, 'moving.mp4'), { seconds: 2, fps: 25, width: 320, height: 160 })
    const got: number[] = []
    const written: number[] = []
    let underWay = 0
    let most = 0
    const { source, counts } = start('moving.mp4', {
      plan: { cameraId: 'cam', framesPerSecond: 30, cuts: [whole], framesAtOnce: 3 },
      see: async (frame, ready) => {
        got.push(frame.sequence)
        most = Math.max(most, ++underWay)
        const pixels = Buffer.from(frame.cuts[0]!.rgb)
        ready?.()
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
        if (!pixels.equals(frame.cuts[0]!.rgb)) written.push(frame.sequence)
        underWay--
      },
    })
    await source.ended
    expect([most, underWay, counts.skipped, counts.delivered, counts.failed]).toEqual([3, 0, 0, 50, []])
    expect(got).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
    // nobody writes into the memory of a frame that the sink still has
    expect(written).toEqual([])
  })

  it('goes on when the sink fails, and refuses a full frame that is gone', async () => {
    let kept: CameraFrame | undefined
    const { source, counts } = start('halves.mp4', {
      see: async (frame) => {
        kept = frame
        if (frame.sequence === 3) throw new Error('model broken')
      },
    })
    await source.ended
    expect([counts.delivered, counts.failed.length]).toEqual([49, 1])
    await expect(kept?.fullFrame()).rejects.toMatchObject({ code: 'QLY_INTERNAL' })
  })

  it('waits with back-off for a file that is not there yet', async () => {
    const clock = createManualClock(0)
    await makeClip(join(folder, 'parked.mp4'), { seconds: 1, fps: 5, width: 64, height: 64 })
    const { source, healths, counts } = start('later.mp4', { clock })
    for (const [wait, tries] of [
      [0, 1],
      [999, 1],
      [1, 2],
      [1999, 2],
      [1, 3],
    ] as const) {
      await clock.advance(wait)
      await expect.poll(() => counts.reconnects).toBe(tries)
    }
    expect(healths).toEqual([{ status: 'offline', reason: expect.stringContaining('no such file') }])
    await rename(join(folder, 'parked.mp4'), join(folder, 'later.mp4'))
    await clock.advance(4000)
    await source.ended
    expect(healths.map(({ status }) => status)).toEqual(['offline', 'online', 'offline'])
    expect(healths[1]?.reason).toBe('h264 64×64')
  })

  it.each([
    ['garbage.mp4', 'garbage, no video at all', /cannot be played/],
    ['.', 'a folder', /regular file/],
  ])('says what is wrong with %s (%s)', async (name, content, reason) => {
    if (name !== '.') await writeFile(join(folder, name), content.repeat(1000))
    const { healths } = start(name)
    await expect.poll(() => healths.length).toBe(1)
    expect(healths[0]).toMatchObject({ status: 'offline', reason: expect.stringMatching(reason) })
  })

  it('survives a damaged file: what can be decoded arrives', async () => {
    const bytes = await readFile(join(folder, 'halves.mp4'))
    for (let at = 3000; at < bytes.length - 3000; at += 97) bytes[at] = (bytes[at] ?? 0) ^ 0x5a
    await writeFile(join(folder, 'damaged.mp4'), bytes)
    const { healths } = start('damaged.mp4', { mode: 'live', fps: 5 })
    await expect.poll(() => healths.length).toBeGreaterThan(0)
  })

  it('begins anew when the resolution changes in mid-stream', async () => {
    const path = join(folder, 'changing.ts')
    await makeClip(path, { seconds: 1, fps: 10, width: 320, height: 240 })
    await makeClip(join(folder, 'second.ts'), { seconds: 1, fps: 10, width: 160, height: 240 })
    await appendFile(path, await readFile(join(folder, 'second.ts')))
    const { source, seen, counts } = start('changing.ts')
    await source.ended
    const sizes = seen.map(({ frame }) => `${frame.width}${frame.discontinuity ? ' anew' : ''}`)
    expect([sizes[0], sizes.filter((size) => size.endsWith('anew'))]).toEqual(['320 anew', ['320 anew', '160 anew']])
    expect(seen.at(-1)?.frame.cuts[0]).toMatchObject({ pictureWidth: expect.closeTo(85, 0), pictureHeight: 128 })
    expect(counts.failed).toEqual([])
    for (const [index, { frame }] of seen.entries()) {
      if (index > 0) expect(frame.capturedAt).toBeGreaterThan(seen[index - 1]!.frame.capturedAt)
    }
  })

  it.each(['libx265', 'mjpeg'] as const)('decodes %s', async (codec) => {
    await makeClip(join(folder, `${codec}.mov`), { seconds: 1, fps: 10, width: 320, height: 240, codec })
    const { source, counts } = start(`${codec}.mov`)
    await source.ended
    expect([counts.delivered, counts.failed]).toEqual([10, []])
  })
})
