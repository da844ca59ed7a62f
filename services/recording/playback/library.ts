// The library: what is recorded, as the api shows it and replay reads it. Works in any process that sees the database and the folder.
import { createReadStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import type { Config } from '../../contracts/config/config.ts'
import { AppError } from '../../contracts/errors.ts'
import type { RecordingLibrary, RecordingTimeline } from '../../contracts/recordings.ts'
import type { RoomDatabase } from '../../kernel/database/database.ts'
import { fromJson } from '../../kernel/database/database.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { checkRecordings } from '../check/check-recordings.ts'
import { joinSegments } from '../clips/join-segments.ts'
import { alertMarksBetween, sightingsBetween } from '../index/marks.ts'
import { createSegmentIndex } from '../index/segment-index.ts'
import type { RecordingTables, SegmentRow } from '../recording-tables.ts'
import { readBoxes } from '../segments/boxes.ts'
import { writePlaylist } from './playlist.ts'
import { readInOrder } from './read-in-order.ts'
import { openMediaFile } from './read-media-file.ts'
import { patched, timePatches } from './shift-times.ts'
import { gapsOf, spansOf } from './timeline.ts'
import { toldOf } from './told-of.ts'

const hourMs = 3_600_000
const mostSegments = 400
const iso = (at: number) => new Date(at).toISOString()

export function createLibrary(
  deps: Pick<Kernel, 'bus' | 'clock' | 'logger' | 'objectStore'> & {
    room: RoomDatabase<RecordingTables>
    directory: string
  },
  config: Config,
): RecordingLibrary {
  const { room, directory } = deps
  const index = createSegmentIndex(room)

  const cameraOf = (id: string) => config.cameras.find((camera) => camera.id === id)
  const range = (from: number, to: number, mostMs: number) => {
    if (!(to > from) || to - from > mostMs) {
      throw new AppError('QLY_INPUT_INVALID', `give from before to, at most ${mostMs / hourMs} hours apart`)
    }
  }
  const rowsOf = async (cameraId: string, from: number, to: number) => {
    const rows = await index.between(cameraId, from, to)
    if (rows.length === 0) throw new AppError('QLY_NOT_FOUND', `nothing of ${cameraId} is recorded in that time`)
    return rows
  }

  return {
    async timeline(cameraId, from, to): Promise<RecordingTimeline> {
      range(from, to, 31 * 24 * hourMs)
      const rows = await index.between(cameraId, from, to)
      const spans = spansOf(rows, from, to)
      const camera = cameraOf(cameraId)
      const shown = rows.slice(0, mostSegments)
      const next = rows[mostSegments]
      const between = ({ from, to }: { from: number; to: number }) => ({ from: iso(from), to: iso(to) })
      return {
        cameraId,
        mode: camera?.recording?.mode ?? config.recording.mode,
        ...between({ from, to }),
        spans: spans.map((span) => ({ ...between(span), class: span.class })),
        gaps: gapsOf(spans, from, Math.min(to, Math.max(from, deps.clock.now()))).map(between),
        alerts: (await alertMarksBetween(room.db, cameraId, from, to)).map((mark) => ({ ...mark, ...between(mark) })),
        segments: shown.map(segmentView),
        nextFrom: next ? iso(next.started_at) : null,
      }
    },

    async playlist(cameraId, from, to) {
      range(from, to, 6 * hourMs)
      const listed = []
      for (const row of await rowsOf(cameraId, from, to)) {
        const boxes = await readBoxes(join(directory, row.path)).catch(() => undefined)
        // relative, so that it works behind any prefix
        if (boxes && boxes.headerBytes > 0) listed.push({ ...row, ...boxes, url: `segments/${idOf(row)}` })
      }
      if (listed.length === 0) throw new AppError('QLY_NOT_FOUND', 'its files are not on the disk of this process')
      return writePlaylist(listed)
    },

    async segment(cameraId, id, shiftMs = 0) {
      const at = Number(/^(\d{1,15})\.mp4$/.exec(id)?.[1])
      const rows = Number.isNaN(at) ? [] : await index.between(cameraId, at, at + 1)
      const row = rows.find(({ started_at }) => started_at === at)
      const path = row && join(directory, row.path)
      const found = path && (await stat(path).catch(() => undefined))
      if (!path || !found) throw new AppError('QLY_NOT_FOUND', `there is no segment ${id} of ${cameraId}`)
      const patches = shiftMs > 0 ? await timePatches(path, shiftMs) : []
      return {
        bytes: found.size,
        open: (start, end) => patched(createReadStream(path, { start, end }), start, patches),
      }
    },

    async extract(cameraId, from, to) {
      range(from, to, hourMs)
      const rows = await rowsOf(cameraId, from, to)
      const stream = rows[0]?.stream
      const joined = rows.filter((row) => row.stream === stream)
      const folder = join(tmpdir(), `qly-extract-${ulid()}`)
      const dispose = () => rm(folder, { recursive: true, force: true })
      try {
        await mkdir(folder)
        const target = join(folder, 'clip.mp4')
        await joinSegments(
          directory,
          joined.map((row) => ({ ...row, keys: fromJson<number[]>(row.keys) })),
          [from, to],
          target,
        )
        const { size: bytes } = await stat(target)
        return { bytes, stream: createReadStream(target), dispose }
      } catch (error) {
        await dispose()
        throw error
      }
    },

    async sightings(cameraId, from, to) {
      range(from, to, 24 * hourMs)
      const frames = await sightingsBetween(room.db, cameraId, from, to, 20_000)
      return frames.map(({ at, objects }) => ({
        at: iso(at),
        objects: objects.map(([label, score, trackId, ...box]) => ({ label, score, trackId, box })),
      }))
    },

    async findings(cameraId, from, to) {
      range(from, to, 24 * hourMs)
      return toldOf(deps, cameraId, from, to)
    },

    async readInOrder(cameraId, from, to) {
      const rows = await index.between(cameraId, from, to)
      const segments = rows.map(({ stream, started_at: startedAt, ended_at: endedAt, path }) => {
        return { stream, startedAt, endedAt, open: () => openMediaFile(join(directory, path)) }
      })
      return { [Symbol.asyncIterator]: () => readInOrder(segments, to) }
    },

    check: ({ repair }) => checkRecordings({ ...deps, index }, { repair }),
  }
}

/** Its start is its name within the camera. */
const idOf = ({ started_at }: Pick<SegmentRow, 'started_at'>): string => `${started_at}.mp4`

const segmentView = (row: SegmentRow): RecordingTimeline['segments'][number] => ({
  id: idOf(row),
  from: iso(row.started_at),
  to: iso(row.ended_at),
  bytes: row.bytes,
  codec: row.codec === 'hevc' ? 'hevc' : 'h264',
  width: row.width,
  height: row.height,
  audio: row.audio === 1,
  motion: row.motion === 1,
  alert: row.alert === 1,
  keyFramesMs: fromJson<number[]>(row.keys),
  url: `/api/v1/cameras/${row.camera}/recordings/segments/${idOf(row)}`,
  stream: row.stream,
})
