// The recording room through its doors: packets and alerts in; files, clips, a timeline, playlists and news out. Over a restart, a full disk, a lost stream.
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import type { Config } from '../contracts/config/config.ts'
import { alertChangedV1 } from '../contracts/events/alert-changed-v1.ts'
import type { EvidenceRecorded } from '../contracts/events/evidence-recorded-v1.ts'
import type { FindingChanged } from '../contracts/events/finding-changed-v1.ts'
import { frameAnalysedV1 } from '../contracts/events/frame-analysed-v1.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import { makeClip } from '../media/testing/make-clip.ts'
import { openMediaFile } from './playback/read-media-file.ts'
import { createRecordingService, type RecordingService } from './recording-service.ts'
import { play, type Reel, readReel } from './testing/recording-plant.ts'

let kernel: TestKernel
let service: RecordingService
let config: Config
const [clips, findings]: [EvidenceRecorded[], FindingChanged[]] = [[], []]

async function start(recording = '', camera = ''): Promise<void> {
  config = parseConfig(
    `dataDir: ${kernel.directory}
cameras: [{ id: cam, name: 后宝元街, source: "rtsp://127.0.0.1/x"${camera} }]
recording: { segmentSeconds: 2, fragmentSeconds: 0.5, sweepSeconds: 0.2, minimumFreeBytes: 0, clip: { beforeSeconds: 2, afterSeconds: 1 }${recording} }`,
    'test',
  )
  service = createRecordingService(kernel, config, { records: true })
  await service.start(new AbortController().signal)
}

async function listen(): Promise<void> {
  await kernel.bus.tail({ topics: ['qly.recording.v1', 'qly.detection.v1'], from: 'earliest' }, ({ event }) => {
    if (event.type === 'cn.qianliyan.evidence.recorded.v1') clips.push(event.data)
    if (event.type === 'cn.qianliyan.finding.changed.v1') findings.push(event.data)
  })
}

beforeEach(async () => {
  kernel = await startTestKernel()
  clips.length = 0
  findings.length = 0
})
afterEach(async () => {
  await service.stop()
  await kernel.stop()
})

let reels = 0
async function reel(startedAt: number, seconds = 8, more: object = {}): Promise<Reel> {
  const path = join(kernel.directory, `reel-${reels++}.mp4`)
  await makeClip(path, { seconds, fps: 10, width: 160, height: 120, group: 10, ...more })
  return readReel(path, startedAt)
}

const camera = () => config.cameras[0]!
const iso = (at: number) => new Date(at).toISOString()

const opened = (id: string, at: number) => ({
  topic: 'qly.alert.v1' as const,
  event: createEvent(
    alertChangedV1,
    { source: '/alerts', id: `${id}/1`, time: at },
    {
      alert: { ...alertChangedV1.example.alert, id, source: { camera: 'cam' }, openedAt: iso(at), evidence: [] },
      step: { action: 'opened' as const, by: 'system:alerts', at: iso(at) },
    },
  ),
})

const patient = { timeout: 10_000, interval: 30 }

describe('the recording room', () => {
  it('cuts a clip around an alert, keeps it by its hash, and tells it once, also over a restart in between', async () => {
    await listen()
    await start()
    const startedAt = Date.now() - 6000
    const { stream, packets } = await reel(startedAt)
    const sink = service.packets.open(camera())
    sink.begin(stream)
    for (const packet of packets.slice(0, 50)) sink.take(packet)
    const moment = startedAt + 4200
    await kernel.bus.publish([opened('alert-1', moment), opened('alert-1', moment)])
    await expect
      .poll(async () => (await service.library.timeline('cam', startedAt, startedAt + 9000)).alerts.length, patient)
      .toBe(1)
    // gone before the seconds after have come; what comes next is recorded by another
    await sink.close()
    await service.stop()
    await start()
    const next = service.packets.open(camera())
    play(next, { stream, packets: packets.slice(50) })
    await expect.poll(() => clips.length, patient).toBe(1)
    await next.close()
    const [told] = clips
    expect(told).toMatchObject({ alertId: 'alert-1', cameraId: 'cam', complete: true })
    const [proof] = told!.evidence
    expect(proof).toMatchObject({ role: 'clip', at: iso(moment) })
    // from the key frame before 2 s before, to 1 s after
    expect([Date.parse(told!.from) - startedAt, Date.parse(told!.to) - startedAt]).toEqual([2000, 5200])
    const { stream: bytes } = await kernel.objectStore.get(proof!.url.replace('/api/v1/evidence/', ''))
    const clip = Buffer.concat(await bytes.toArray())
    expect(createHash('sha256').update(clip).digest('hex')).toBe(proof!.sha256)
    const file = join(kernel.directory, 'clip.mp4')
    await writeFile(file, clip)
    const media = await openMediaFile(file)
    const shown: number[] = []
    for await (const { shownMs, key } of media.packets()) {
      if (shown.length === 0) expect(key).toBe(true)
      shown.push(Math.round(shownMs))
    }
    await media.close()
    expect(shown).toEqual(Array.from({ length: 32 }, (_, n) => n * 100))
    expect(await service.library.check({ repair: false })).toMatchObject({ evidenceChecked: 1, evidenceWrong: [] })
    const key = proof!.url.replace('/api/v1/evidence/', '')
    await writeFile(join(kernel.directory, 'objects', key), 'changed by somebody')
    expect(await service.library.check({ repair: false })).toMatchObject({ evidenceWrong: [key] })
  })

  it('shows what is recorded and what is not when the stream was lost for 40 s, with alerts and boxes', async () => {
    await start(', mode: continuous')
    const startedAt = Math.floor((Date.now() - 120_000) / 1000) * 1000
    const { stream, packets } = await reel(startedAt)
    const sink = service.packets.open(camera())
    play(sink, { stream, packets })
    play(sink, { stream, packets: packets.map((packet) => ({ ...packet, at: packet.at + 48_000 })) })
    const frame = { ...frameAnalysedV1.example, cameraId: 'cam', capturedAt: iso(startedAt + 48_500) }
    await kernel.bus.publish([
      opened('alert-2', startedAt + 49_000),
      { topic: 'qly.detection.v1', event: createEvent(frameAnalysedV1, { source: '/v', time: Date.now() }, frame) },
    ])
    await sink.close()
    const { library } = service
    await expect
      .poll(
        async () => (await library.timeline('cam', startedAt, startedAt + 60_000)).spans.map((span) => span.class),
        patient,
      )
      .toEqual(['plain', 'alert', 'plain'])
    const told = await library.timeline('cam', startedAt, startedAt + 60_000)
    expect(told.gaps).toEqual([
      { from: iso(startedAt + 8000), to: iso(startedAt + 48_000) },
      { from: iso(startedAt + 56_000), to: iso(startedAt + 60_000) },
    ])
    expect(told.alerts).toMatchObject([{ alertId: 'alert-2', kind: 'illegal_parking', action: 'opened' }])
    await expect
      .poll(() => library.sightings('cam', startedAt, startedAt + 60_000), patient)
      .toEqual([
        {
          at: iso(startedAt + 48_500),
          objects: [{ label: 'car', score: 0.87, trackId: 12, box: [0.31, 0.55, 0.52, 0.78] }],
        },
      ])
    const list = await library.playlist('cam', startedAt, startedAt + 60_000)
    expect(list.match(/#EXTINF:2.000/g)).toHaveLength(8)
    expect(list).toContain(`#EXT-X-PROGRAM-DATE-TIME:${iso(startedAt + 48_000)}`)
    const { bytes, stream: file, dispose } = await library.extract('cam', startedAt + 1500, startedAt + 6500)
    expect(Buffer.concat(await file.toArray()).length).toBe(bytes)
    await dispose()
    const times: number[] = []
    let streams = 0
    for await (const part of await library.readInOrder('cam', startedAt, startedAt + 60_000)) {
      if ('packet' in part) times.push(Math.round(part.packet.at - startedAt))
      else streams++
    }
    expect(streams).toBe(2)
    expect(times).toEqual([...Array(80).keys(), ...Array(80).keys()].map((n, i) => n * 100 + (i < 80 ? 0 : 48_000)))
    await expect(library.segment('cam', 'nothing.mp4')).rejects.toMatchObject({ code: 'QLY_NOT_FOUND' })
    await expect(library.playlist('cam', 0, 1000)).rejects.toMatchObject({ code: 'QLY_NOT_FOUND' })
  })

  it('keeps to its quota, oldest first, and never touches evidence', async () => {
    await listen()
    await start(', mode: continuous, quotaBytes: 1048576')
    const startedAt = Date.now() - 30_000
    const film = await reel(startedAt, 30, { width: 320, height: 240, encoder: { crf: '18' } })
    const bytes = film.packets.reduce((sum, packet) => sum + packet.bytes.length, 0)
    expect(bytes).toBeGreaterThan(1.3 * 1024 ** 2)
    await kernel.bus.publish([opened('alert-3', startedAt + 4000)])
    const sink = service.packets.open(camera())
    sink.begin(film.stream)
    for (const packet of film.packets.slice(0, 70)) sink.take(packet)
    await expect.poll(() => clips.length, patient).toBe(1)
    for (const packet of film.packets.slice(70)) sink.take(packet)
    await sink.close()
    const timeline = () => service.library.timeline('cam', startedAt, startedAt + 40_000)
    const total = async () => (await timeline()).segments.reduce((sum, segment) => sum + segment.bytes, 0)
    await expect.poll(total, patient).toBeLessThanOrEqual(1024 ** 2)
    const { segments } = await timeline()
    expect(Date.parse(segments.at(-1)!.to)).toBe(startedAt + 30_000)
    expect(Date.parse(segments[0]!.from)).toBeGreaterThan(startedAt)
    expect(await service.library.check({ repair: false })).toMatchObject({
      evidenceChecked: 1,
      evidenceMissing: [],
      filesWithoutRows: [],
      rowsWithoutFiles: [],
    })
  })

  it('says of a camera that plays and is not recorded, and of its being recorded again; what is waiting for its stream says nothing', async () => {
    await listen()
    await start(', failAfterSeconds: 2')
    const film = await reel(Date.now())
    const sink = service.packets.open(camera())
    const key = film.packets.findIndex((packet) => !packet.key)
    // a sender without key frames: nothing that can be recorded ever comes
    sink.begin(film.stream)
    for (const packet of film.packets.slice(key, key + 5)) sink.take(packet)
    await expect.poll(() => findings.at(-1)?.phase, patient).toBe('started')
    expect(findings.at(-1)).toMatchObject({ kind: 'device_offline', cameraId: 'cam', subject: 'recording' })
    sink.end('lost')
    play(sink, film)
    sink.begin(film.stream)
    await expect.poll(() => findings.at(-1)?.phase, patient).toBe('ended')
    sink.end('lost')
    await sink.close()
  })

  it('records nothing of a camera that is off', async () => {
    await start('', ', recording: { mode: "off" }')
    const sink = service.packets.open(camera())
    play(sink, await reel(Date.now() - 9000))
    await sink.close()
    expect((await service.library.timeline('cam', Date.now() - 60_000, Date.now())).segments).toEqual([])
  })

  it('takes in what a killed process left, drops rows whose files are gone, and says what cannot be read', async () => {
    await start(', mode: continuous')
    const startedAt = Math.floor(Date.now() / 1000) * 1000 - 20_000
    const sink = service.packets.open(camera())
    play(sink, await reel(startedAt))
    await sink.close()
    const { segments } = await service.library.timeline('cam', startedAt, startedAt + 9000)
    expect(segments).toHaveLength(4)
    const folder = join(kernel.directory, 'recordings')
    const pathOf = (at: number) => {
      const [date, time] = iso(at).split('T') as [string, string]
      return join(folder, 'cam', date, time.slice(0, 2), `${time.slice(3, 5)}-${time.slice(6)}.mp4`)
    }
    const torn = await readFile(pathOf(startedAt))
    await service.stop()
    // one that nobody knows, torn in the middle of a fragment; one that is nothing; one that is gone
    const lost = pathOf(startedAt - 60_000)
    await mkdir(join(lost, '..'), { recursive: true })
    await writeFile(lost, torn)
    await truncate(lost, torn.length - 200)
    await writeFile(pathOf(startedAt - 120_000), 'no video')
    await rm(pathOf(startedAt + 2000))
    await start(', mode: continuous')
    const all = () => service.library.timeline('cam', startedAt - 200_000, startedAt + 9000)
    await expect
      .poll(async () => (await all()).segments.map(({ from }) => Date.parse(from) - startedAt), patient)
      .toEqual([-60_000, 0, 4000, 6000])
    const [taken] = (await all()).segments
    expect(Date.parse(taken!.to) - Date.parse(taken!.from)).toBe(1500)
    const { bytes, open } = await service.library.segment('cam', taken!.id)
    expect(Buffer.concat(await open(0, bytes - 1).toArray()).length).toBe(taken!.bytes)
    expect(await service.library.check({ repair: true })).toMatchObject({
      filesWithoutRows: [],
      unreadable: [],
      rowsWithoutFiles: [],
    })
  })
})
