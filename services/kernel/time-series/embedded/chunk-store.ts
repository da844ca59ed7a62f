// Chunks in the file: samples of a series are merged in, whatever their order; chunks of a series never overlap.
import {
  appendToChunk,
  chunkSamples,
  cutIntoChunks,
  decodeChunk,
  encodeChunk,
  mergeSamples,
  type Samples,
  viewChunk,
} from './chunk.ts'
import type { SeriesFile } from './series-file.ts'

export interface ChunkStore {
  /** Merges samples (in rising order of time, no time twice) into the series; within a transaction of the file. */
  merge(series: number, fresh: Samples): void
  /** Calls back with every sample of the series in `from` ≤ time < `to`, in order of time. */
  visit(series: number, from: number, to: number, callback: (time: number, value: number) => void): void
  /** The newest samples in the range, at most `limit`, in order of time. */
  newest(series: number, from: number, to: number, limit: number): { time: number; value: number }[]
  /** Deletes the chunks of the series that ended before `oldest`; gives their number. */
  prune(series: number, oldest: number): number
}

type Row = [start: number, samples: Uint8Array]

export function createChunkStore({ database, guard }: SeriesFile): ChunkStore {
  const rows = (sql: string) => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  // From the chunk that holds `from` (the last one to start at or before it) to the last one that starts before `to`.
  const overlap = `from chunk where series = :series and start < :to
    and start >= coalesce((select max(start) from chunk where series = :series and start <= :from), :from)`
  const overlapping = rows(`select start, samples ${overlap} order by start`)
  const overlappingDown = rows(`select start, samples ${overlap} order by start desc`)
  const put = database.prepare(`insert into chunk (series, start, finish, samples) values (?, ?, ?, ?)
    on conflict (series, start) do update set finish = excluded.finish, samples = excluded.samples`)
  const remove = database.prepare('delete from chunk where series = ? and start = ?')
  const prune = database.prepare('delete from chunk where series = :series and start < :oldest and finish < :oldest')

  return {
    merge(series, fresh) {
      const first = fresh.times[0] as number
      const last = fresh.times.at(-1) as number
      const touched = overlapping.all({ series, from: first, to: last + 1 }) as unknown as Row[]
      const [tail] = touched
      const appendedTail = tail && touched.length === 1 ? appendToChunk(tail[0], tail[1], fresh) : undefined
      if (tail && appendedTail) return void put.run(series, tail[0], last, appendedTail)
      let stored = touched.map(([start, samples]) => ({ start, ...decodeChunk(start, samples) }))
      const ending = stored[0]?.times.at(-1)
      const appended = stored.length === 0 || (stored.length === 1 && (ending as number) < first)
      if (appended && stored[0] && stored[0].times.length >= chunkSamples) stored = []
      const merged = stored.reduce<Samples>((sum, chunk) => mergeSamples(chunk, sum), fresh)
      const chunks = cutIntoChunks(merged, appended)
      const starts = new Set(chunks.map((chunk) => chunk.times[0]))
      for (const { start } of stored) if (!starts.has(start)) remove.run(series, start)
      for (const chunk of chunks)
        put.run(series, chunk.times[0] as number, chunk.times.at(-1) as number, encodeChunk(chunk))
    },
    visit(series, from, to, callback) {
      const found = guard(() => overlapping.all({ series, from, to })) as unknown as Row[]
      for (const [start, samples] of found) {
        const { values, distances } = viewChunk(samples)
        for (let index = 0; index < values.length; index++) {
          const time = start + (distances[index] as number)
          if (time >= to) break
          if (time >= from) callback(time, values[index] as number)
        }
      }
    },
    newest(series, from, to, limit) {
      const samples: { time: number; value: number }[] = []
      for (const [start, bytes] of overlappingDown.iterate({ series, from, to }) as unknown as Iterable<Row>) {
        const { values, distances } = viewChunk(bytes)
        for (let index = values.length - 1; index >= 0 && samples.length < limit; index--) {
          const time = start + (distances[index] as number)
          if (time >= from && time < to) samples.push({ time, value: values[index] as number })
        }
        if (samples.length >= limit) break
      }
      return samples.reverse()
    },
    prune: (series, oldest) => Number(guard(() => prune.run({ series, oldest })).changes),
  }
}
