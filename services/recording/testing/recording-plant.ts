// A folder and an index for tests of recording, and a camera that is a file: its packets with the times that a test gives them.

import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CodedPacket, CodedStream, PacketSink } from '../../contracts/packets.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { createSqliteDatabase } from '../../kernel/database/sqlite/sqlite-database.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { inboxOutboxMigrations } from '../../kernel/transactional-consumer/transactional-consumer.ts'
import { makeClip } from '../../media/testing/make-clip.ts'
import { createSegmentIndex } from '../index/segment-index.ts'
import { openMediaFile } from '../playback/read-media-file.ts'
import { type RecordingTables, recordingMigrations } from '../recording-tables.ts'
import { createCameraRecorder } from '../segments/camera-recorder.ts'
import { createSegmentStore } from '../segments/segment-store.ts'

export interface Reel {
  readonly stream: CodedStream
  readonly packets: readonly CodedPacket[]
}

/** A file as packets whose event time begins at `startedAt`. */
export async function readReel(path: string, startedAt: number): Promise<Reel> {
  const file = await openMediaFile(path)
  const packets: CodedPacket[] = []
  for await (const { track, bytes, key, shownMs, decodeMs } of file.packets()) {
    packets.push({ track, bytes, key, mediaMs: shownMs, decodeMs, at: startedAt + shownMs })
  }
  await file.close()
  const { codec, extraData, width, height, audio } = file.parameters
  return { stream: { codec, extraData, size: { width, height }, audio }, packets }
}

export async function createRecordingPlant(options: { clock?: Clock; folder?: string } = {}) {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'qly-recording-')))
  const clock = options.clock ?? systemClock
  const deps = { clock, logger: silentLogger, registry: createMetrics() }
  const database = createSqliteDatabase(deps, { directory: join(folder, 'database') })
  await database.start()
  const room = await database.room<RecordingTables>('recording', { ...inboxOutboxMigrations, ...recordingMigrations })
  const index = createSegmentIndex(room)
  const directory = join(folder, 'recordings')
  const store = createSegmentStore({ directory, add: index.add })
  return {
    folder,
    directory,
    room,
    index,
    store,
    clock,
    recorder(
      rules: { segmentSeconds?: number; fragmentSeconds?: number; maximumWaitingBytes?: number } = {},
      id = 'cam',
    ) {
      const faults: unknown[] = []
      const all = { segmentSeconds: 2, fragmentSeconds: 0.5, maximumWaitingBytes: 64 * 1024 ** 2, ...rules }
      const recorder = createCameraRecorder({ clock, store }, id, all, {
        onBytes() {},
        onGivenUp() {},
        onFault: (error) => faults.push(error),
      })
      return Object.assign(recorder, { faults })
    },
    files: async () =>
      (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.mp4')).toSorted(),
    async clip(name: string, options: Parameters<typeof makeClip>[1]) {
      const path = join(folder, name)
      await makeClip(path, options)
      return path
    },
    async stop({ keep = false } = {}) {
      await database.stop()
      if (!keep) await rm(folder, { recursive: true, force: true })
    },
  }
}

export function play(sink: PacketSink, { stream, packets }: Reel): void {
  sink.begin(stream)
  for (const packet of packets) sink.take(packet)
  sink.end('ended')
}

/** What an independent program says of a file: Debian's ffprobe. */
export function probe(path: string) {
  const fields =
    'stream=codec_name,codec_type,width,height,codec_tag_string:format=duration,start_time:packet=pts_time,flags,stream_index'
  const run = spawnSync('ffprobe', ['-v', 'error', '-show_entries', fields, '-of', 'json', path], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`ffprobe: ${run.stderr}${run.error ?? ''}`)
  const { streams, format, packets } = JSON.parse(run.stdout) as {
    streams: { codec_name: string; codec_type: string; codec_tag_string: string; width?: number; height?: number }[]
    format: { duration: string; start_time: string }
    packets: { pts_time: string; flags: string; stream_index: number }[]
  }
  const pictures = packets.filter(({ stream_index }) => streams[stream_index]?.codec_type === 'video')
  return {
    errors: run.stderr,
    streams,
    seconds: Number(format.duration),
    startsAt: Number(format.start_time),
    pictures: pictures.length,
    startsAtKey: pictures[0]?.flags.startsWith('K') ?? false,
    times: pictures.map(({ pts_time }) => Number(pts_time)),
  }
}
