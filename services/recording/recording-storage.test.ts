// Room on the disk, through the room's doors: what goes first when there is too little, and what is said when there is none.
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import type { Config } from '../contracts/config/config.ts'
import { alertChangedV1 } from '../contracts/events/alert-changed-v1.ts'
import type { FindingChanged } from '../contracts/events/finding-changed-v1.ts'
import { frameAnalysedV1 } from '../contracts/events/frame-analysed-v1.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import { makeClip } from '../media/testing/make-clip.ts'
import { createRecordingService, type RecordingService } from './recording-service.ts'
import { play, readReel } from './testing/recording-plant.ts'

const patient = { timeout: 10_000, interval: 30 }
const iso = (at: number) => new Date(at).toISOString()
let kernel: TestKernel
let service: RecordingService
let config: Config
let free = 1e12

async function start(recording: string): Promise<void> {
  config = parseConfig(
    `dataDir: ${kernel.directory}
cameras: [{ id: cam, name: 后宝元街, source: "rtsp://127.0.0.1/x" }]
recording: { segmentSeconds: 2, fragmentSeconds: 0.5, sweepSeconds: 0.2, clip: { beforeSeconds: 0, afterSeconds: 0 }, ${recording} }`,
    'test',
  )
  service = createRecordingService(kernel, config, { records: true, freeBytes: async () => free })
  await service.start(new AbortController().signal)
}

beforeEach(async () => {
  kernel = await startTestKernel()
  free = 1e12
})
afterEach(async () => {
  await service.stop()
  await kernel.stop()
})

async function film(startedAt: number, seconds: number) {
  const file = join(kernel.directory, `film-${startedAt}.mp4`)
  await makeClip(file, { seconds, fps: 10, width: 160, height: 120, group: 10, encoder: { crf: '10' } })
  return readReel(file, startedAt)
}

describe('motion in the picture', () => {
  it('keeps its period and what led to it for as long as motion is kept; the rest goes after the buffer', async () => {
    await start('mode: motion, bufferSeconds: 180, minimumFreeBytes: 0, retentionDays: { motion: 0.01 }')
    const startedAt = Math.floor((Date.now() - 400_000) / 10_000) * 10_000
    const sink = service.packets.open(config.cameras[0]!)
    const reel = await film(startedAt, 60)
    sink.begin(reel.stream)
    const told = new Set([21, 21.5, 22, 45])
    for (const packet of reel.packets) {
      sink.take(packet)
      const second = (packet.at - startedAt) / 1000
      if (told.has(second)) sink.motion?.(packet.at)
    }
    await sink.close()
    const kept = async () =>
      (await service.library.timeline('cam', startedAt, startedAt + 60_000)).spans.map(
        (span) =>
          `${(Date.parse(span.from) - startedAt) / 1000}-${(Date.parse(span.to) - startedAt) / 1000} ${span.class}`,
      )
    await expect.poll(kept, patient).toEqual(['10-30 motion', '40-50 motion'])
  })

  it('is not looked for where it keeps nothing for longer', async () => {
    await start('mode: continuous, retentionDays: { continuous: 9, motion: 7 }')
    expect(service.packets.open(config.cameras[0]!).motion).toBeUndefined()
  })
})

describe('with too little room', () => {
  it('the plain goes first, then what moves, and what an alert is about last, each the oldest first', async () => {
    await start('mode: continuous, quotaBytes: 1073741824, minimumFreeBytes: 1000')
    const startedAt = Math.floor(Date.now() / 1000) * 1000 - 60_000
    const sink = service.packets.open(config.cameras[0]!)
    play(sink, await film(startedAt, 12))
    await sink.close()
    const alert = {
      ...alertChangedV1.example.alert,
      id: 'a',
      source: { camera: 'cam' },
      openedAt: iso(startedAt + 500),
      evidence: [],
    }
    const step = { action: 'opened' as const, by: 'system:alerts', at: alert.openedAt }
    const object = { ...frameAnalysedV1.example.objects[0]!, stationarySeconds: 0 }
    const frame = { ...frameAnalysedV1.example, cameraId: 'cam', capturedAt: iso(startedAt + 4500), objects: [object] }
    await kernel.bus.publish([
      { topic: 'qly.alert.v1', event: createEvent(alertChangedV1, { source: '/a', time: startedAt }, { alert, step }) },
      { topic: 'qly.detection.v1', event: createEvent(frameAnalysedV1, { source: '/v', time: startedAt }, frame) },
    ])
    const left = async () => (await service.library.timeline('cam', startedAt, startedAt + 20_000)).segments
    // motion is marked in periods of 10 s: the first five segments lie in it, and the alert is in the first
    const classes = async () =>
      (await left()).map(
        ({ from, motion, alert }) => `${(Date.parse(from) - startedAt) / 1000}${motion ? 'm' : ''}${alert ? 'a' : ''}`,
      )
    await expect
      .poll(async () => (await classes()).filter((each) => each.length > 1).length, patient)
      .toBeGreaterThan(0)
    await expect.poll(async () => (await classes()).some((each) => each.endsWith('a')), patient).toBe(true)
    const all = await left()
    const rank = (each: (typeof all)[number]) => (each.alert ? 2 : each.motion ? 1 : 0)
    const order = all.toSorted((a, b) => rank(a) - rank(b) || a.from.localeCompare(b.from))
    expect(new Set(order.map(rank)).size).toBeGreaterThan(1)
    for (let gone = 1; gone < order.length; gone++) {
      free = 999
      await expect.poll(async () => (await left()).length, patient).toBeLessThanOrEqual(order.length - gone)
      free = 1e12
      const now = (await left()).length
      expect((await left()).map(({ id }) => id).toSorted()).toEqual(
        order
          .slice(order.length - now)
          .map(({ id }) => id)
          .toSorted(),
      )
    }
  })

  it('with none, recording stops and says so, and goes on by itself when there is room again', async () => {
    const findings: FindingChanged[] = []
    await kernel.bus.tail({ topics: ['qly.detection.v1'], from: 'earliest' }, ({ event }) => {
      if (event.type === 'cn.qianliyan.finding.changed.v1') findings.push(event.data)
    })
    await start('mode: continuous, failAfterSeconds: 2, minimumFreeBytes: 1000000')
    free = 10
    const sink = service.packets.open(config.cameras[0]!)
    const reel = await film(Date.now(), 2)
    const again = () =>
      play(sink, {
        ...reel,
        packets: reel.packets.map((packet) => ({ ...packet, at: packet.at - reel.packets[0]!.at + Date.now() })),
      })
    const playing = setInterval(() => {
      again()
      sink.begin(reel.stream)
    }, 200)
    try {
      await expect.poll(() => findings.at(-1)?.phase, patient).toBe('started')
      expect(findings.at(-1)).toMatchObject({
        kind: 'device_offline',
        subject: 'recording',
        summary: {
          en: expect.stringMatching(/not recorded: .*less than 1000000 bytes free/),
          zh: expect.stringContaining('未能录像'),
        },
      })
      expect((await service.library.timeline('cam', Date.now() - 60_000, Date.now())).segments).toEqual([])
      free = 1e12
      await expect.poll(() => findings.at(-1)?.phase, patient).toBe('ended')
      await expect
        .poll(
          async () => (await service.library.timeline('cam', Date.now() - 60_000, Date.now())).segments.length,
          patient,
        )
        .toBeGreaterThan(0)
    } finally {
      clearInterval(playing)
      await sink.close()
    }
    expect(await service.library.check({ repair: false })).toMatchObject({ filesWithoutRows: [], rowsWithoutFiles: [] })
  })
})
