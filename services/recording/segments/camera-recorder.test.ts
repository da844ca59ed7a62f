// A camera's recorder through its door: packets in, files and an index out. What was recorded is read back and compared, picture by picture.
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CodedPacket } from '../../contracts/packets.ts'
import { openMediaFile } from '../playback/read-media-file.ts'
import { createRecordingPlant, play, type Reel, readReel } from '../testing/recording-plant.ts'

const start = Date.parse('2020-06-28T06:00:00.000Z')
let plant: Awaited<ReturnType<typeof createRecordingPlant>>
beforeEach(async () => {
  plant = await createRecordingPlant()
})
afterEach(() => plant.stop())

const clip = { seconds: 6, fps: 10, width: 160, height: 120, group: 10 }

async function pictures(path: string) {
  const file = await openMediaFile(join(plant.directory, path))
  const all: { key: boolean; shownMs: number; size: number }[] = []
  for await (const { track, key, shownMs, bytes } of file.packets()) {
    if (track === 'video') all.push({ key, shownMs: Math.round(shownMs), size: bytes.length })
  }
  await file.close()
  return all
}

describe('a recorder', () => {
  it.each(['libx264', 'libx265'] as const)(
    'cuts %s at key frames into whole files with the right times',
    async (codec) => {
      const reel = await readReel(await plant.clip(`a-${codec}.mp4`, { ...clip, codec }), start)
      const recorder = plant.recorder()
      play(recorder, reel)
      await recorder.close()
      expect(recorder.faults).toEqual([])
      const rows = await plant.index.between('cam', start, start + 60_000)
      expect(rows.map((row) => [row.started_at - start, row.ended_at - start])).toEqual([
        [0, 2000],
        [2000, 4000],
        [4000, 6000],
      ])
      expect(rows[0]).toMatchObject({ width: 160, height: 120, keys: '[0,1000]', motion: 0, alert: 0 })
      expect(await plant.files()).toEqual(rows.map(({ path }) => path))
      const kept = (await Promise.all(rows.map(({ path }) => pictures(path)))).flat()
      expect(kept.map(({ size }) => size)).toEqual(reel.packets.map(({ bytes }) => bytes.length))
      expect(kept[0]).toMatchObject({ key: true, shownMs: 0 })
      expect(kept[25]).toMatchObject({ key: false, shownMs: 500 })
    },
  )

  it('takes Annex B with parameter sets in its key frames, without size or description, as cameras send it', async () => {
    const reel = await readReel(await plant.clip('annexb.ts', clip), start)
    const recorder = plant.recorder()
    play(recorder, { ...reel, stream: { ...reel.stream, extraData: undefined, size: undefined } })
    await recorder.close()
    expect(recorder.faults).toEqual([])
    const rows = await plant.index.between('cam', start, start + 60_000)
    expect(rows.map(({ width, height }) => [width, height])).toEqual([
      [160, 120],
      [160, 120],
      [160, 120],
    ])
  })

  it('keeps sound frame by frame over cuts, though it comes later than its pictures and its clock is corrected', async () => {
    const reel = await readReel(await plant.clip('sound.mp4', clip), start)
    const audio = { codec: 'aac' as const, extraData: Buffer.from('1408', 'hex'), sampleRate: 16_000, channels: 1 }
    const sound = Array.from({ length: 93 }, (_, n): CodedPacket => {
      const shownMs = n * 64
      // another origin than the pictures', and from 3 s on a clock that was set 40 ms on
      const at = start + shownMs + (shownMs > 3000 ? 40 : 0)
      return { track: 'audio', bytes: randomBytes(100 + n), key: true, mediaMs: 77_000 + shownMs, at }
    })
    const late = 250
    const arriving = [
      ...reel.packets.map((packet) => ({ packet, on: packet.mediaMs })),
      ...sound.map((packet) => ({ packet, on: packet.mediaMs - 77_000 + late })),
    ].toSorted((a, b) => a.on - b.on)
    const recorder = plant.recorder()
    play(recorder, { stream: { ...reel.stream, audio }, packets: arriving.map(({ packet }) => packet) })
    await recorder.close()
    expect(recorder.faults).toEqual([])
    const rows = await plant.index.between('cam', start, start + 60_000)
    expect(rows.map((row) => [row.ended_at - start, row.audio])).toEqual([
      [2000, 1],
      [4000, 1],
      [6000, 1],
    ])
    const kept: { bytes: Buffer; at: number }[] = []
    for (const { path, started_at } of rows) {
      const file = await openMediaFile(join(plant.directory, path))
      expect(file.parameters.audio).toEqual(audio)
      for await (const { track, bytes, shownMs } of file.packets())
        if (track === 'audio') kept.push({ bytes, at: started_at + shownMs })
      await file.close()
    }
    expect(kept.map(({ bytes }) => bytes.toString('hex'))).toEqual(sound.map(({ bytes }) => bytes.toString('hex')))
    for (const [n, { at }] of kept.entries()) expect(Math.abs(at - (start + n * 64))).toBeLessThanOrEqual(41)
  })

  it('gives pictures that arrive out of order (B-frames over RTP) their decoding times', async () => {
    const path = await plant.clip('b.mp4', { ...clip, encoder: { tune: 'film', preset: 'veryfast', bf: '2' } })
    const { stream, packets } = await readReel(path, start)
    expect(packets.some((packet, n) => n > 0 && packet.mediaMs < packets[n - 1]!.mediaMs)).toBe(true)
    const recorder = plant.recorder()
    const untold = packets.map(({ decodeMs: _, ...packet }) => packet)
    play(recorder, { stream, packets: untold })
    await recorder.close()
    expect(recorder.faults).toEqual([])
    const rows = await plant.index.between('cam', start - 1000, start + 60_000)
    const last = await pictures(rows.at(-1)!.path)
    const first = Math.min(...last.map(({ shownMs }) => shownMs))
    expect(last.map(({ shownMs }) => shownMs - first).toSorted((a, b) => a - b)).toEqual(last.map((_, n) => n * 100))
  })

  it('begins a new segment when the resolution changes, and after a hole', async () => {
    const one = await readReel(await plant.clip('one.ts', { ...clip, seconds: 1 }), start)
    const two = await readReel(await plant.clip('two.ts', { ...clip, seconds: 1, width: 320 }), start)
    const moved = (reel: Reel, by: number) =>
      reel.packets.map((packet) => ({ ...packet, mediaMs: packet.mediaMs + by, at: packet.at + by }))
    const recorder = plant.recorder()
    const hole = 40_000
    play(recorder, {
      stream: { ...one.stream, size: undefined },
      packets: [...moved(one, 0), ...moved(two, 1000), ...moved(two, 2000 + hole)].map(
        ({ decodeMs: _, ...rest }) => rest,
      ),
    })
    await recorder.close()
    const rows = await plant.index.between('cam', start, start + 100_000)
    expect(rows.map((row) => [row.started_at - start, row.ended_at - start, row.width])).toEqual([
      [0, 1000, 160],
      [1000, 2000, 320],
      [42_000, 43_000, 320],
    ])
    expect(new Set(rows.map(({ stream }) => stream)).size).toBe(2)
  })

  it.each([
    ['an hour on', 3_600_000],
    ['an hour back', -3_600_000],
  ])('never makes a segment of false length when the clock is set %s', async (_, jump) => {
    const reel = await readReel(await plant.clip('jump.mp4', clip), start)
    const packets = reel.packets.map((packet, n) => (n < 33 ? packet : { ...packet, at: packet.at + jump }))
    const recorder = plant.recorder()
    play(recorder, { ...reel, packets })
    await recorder.close()
    const rows = await plant.index.between('cam', start - 7_200_000, start + 7_200_000)
    const lengths = rows.map((row) => row.ended_at - row.started_at)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(2000)
    expect(rows.filter((row) => Math.abs(row.started_at - start) < 10_000)).toHaveLength(2)
    // from the jump to the next key frame nothing can be decoded
    expect(
      rows
        .filter((row) => Math.abs(row.started_at - start - jump) < 10_000)
        .map((row) => row.started_at - jump - start),
    ).toEqual([4000])
  })

  it('says that it fails while the folder cannot be written, and goes on by itself when it can', async () => {
    await writeFile(plant.directory, 'a file where the folder should be')
    const reel = await readReel(await plant.clip('c.mp4', { ...clip, seconds: 2 }), start)
    const recorder = plant.recorder({ segmentSeconds: 1 })
    play(recorder, reel)
    await expect.poll(() => recorder.state.fault).toContain('recordings')
    expect(recorder.faults.length).toBeGreaterThan(0)
    await rm(plant.directory)
    await mkdir(plant.directory)
    const later = reel.packets.map((packet) => ({ ...packet, at: packet.at + 60_000 }))
    play(recorder, { ...reel, packets: later })
    await recorder.close()
    expect(recorder.state.fault).toBeUndefined()
    expect(await plant.index.between('cam', start + 60_000, start + 120_000)).toHaveLength(2)
  })

  it('gives up to the next key frame when the disk is too slow, and says it', async () => {
    const reel = await readReel(await plant.clip('d.mp4', clip), start)
    const recorder = plant.recorder({ maximumWaitingBytes: 1000 })
    play(recorder, reel)
    await recorder.close()
    expect(recorder.faults.map(String).join()).toContain('as fast as they come')
  })

  it('leaves on the disk what was written of a segment that nobody closed', async () => {
    const reel = await readReel(await plant.clip('e.mp4', clip), start)
    const recorder = plant.recorder({ segmentSeconds: 60 })
    recorder.begin(reel.stream)
    for (const packet of reel.packets.slice(0, 47)) recorder.take(packet)
    await expect.poll(async () => (await plant.files()).length).toBe(1)
    const [path] = await plant.files()
    await expect.poll(async () => (await pictures(path!)).length).toBeGreaterThanOrEqual(40)
    const bytes = await readFile(join(plant.directory, path!))
    await writeFile(join(plant.directory, 'torn.mp4'), bytes.subarray(0, bytes.length - 100))
    expect((await pictures('torn.mp4')).length).toBeGreaterThanOrEqual(35)
    await recorder.close()
  })
})
