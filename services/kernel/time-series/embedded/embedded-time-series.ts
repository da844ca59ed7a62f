// Adapter: time series in a file of our own: chunks of samples in SQLite (why: infra/adr/0002-embedded-time-series.md).
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../contracts/errors.ts'
import { checkDisk, diskError } from '../../disk/disk.ts'
import type { Kernel } from '../../kernel.ts'
import { createGroupCommit, type GroupCommit } from '../group-commit.ts'
import {
  acceptedPoints,
  checkWindow,
  clampedRange,
  clockAheadMs,
  defaultLastWithinMs,
  defaultRangeLimit,
  groupTags,
  tagsKey,
} from '../points.ts'
import type { Point, Series, TimeSeriesStore } from '../time-series.ts'
import { bySeries } from './by-series.ts'
import { type ChunkStore, createChunkStore } from './chunk-store.ts'
import { createRetention, type Retention } from './retention.ts'
import { createSeriesCatalogue, type SeriesCatalogue } from './series-catalogue.ts'
import { openSeriesFile, type SeriesFile } from './series-file.ts'
import { createWindowFigures, type WindowFigures } from './window-figures.ts'

interface Open {
  readonly file: SeriesFile
  readonly catalogue: SeriesCatalogue
  readonly chunks: ChunkStore
  readonly commits: GroupCommit<readonly Point[]>
  readonly retention: Retention
}

/** After this many milliseconds of reading, other work of the process has its turn. */
const longestTurnMs = 8

/** Keeps points for `retentionDays` in `<directory>/series.sqlite`; older ones are neither taken nor told. Only one process may open it. */
export function createEmbeddedTimeSeries(
  deps: Pick<Kernel, 'clock' | 'logger'>,
  config: { directory: string; retentionDays: number },
): TimeSeriesStore {
  let opened: Open | undefined
  const oldest = () => deps.clock.now() - config.retentionDays * 86_400_000
  const use = (): Open => {
    if (!opened) throw new AppError('QLY_STORAGE_UNAVAILABLE', 'the time series are not started')
    return opened
  }

  return {
    async start(signal) {
      if (opened) return
      await mkdir(config.directory, { recursive: true }).catch((error) => {
        throw diskError(error, config.directory)
      })
      signal?.throwIfAborted()
      opened = open(join(config.directory, 'series.sqlite'), deps, oldest)
    },
    async stop() {
      const closing = opened
      opened = undefined
      await closing?.retention.stop()
      await closing?.commits.drain()
      closing?.file.database.close()
    },
    async write(points) {
      const accepted = acceptedPoints(points, oldest())
      if (accepted.length > 0) await use().commits.add(accepted)
    },
    async range(selector, range, limit = defaultRangeLimit) {
      const { catalogue, chunks, file } = use()
      const asked = clampedRange(range, oldest())
      const answer: Series[] = []
      if (!asked || limit < 1) return answer
      await inTurns(catalogue.select(selector), ({ id, tags }) => {
        const samples = file.guard(() => chunks.newest(id, asked.from, asked.to, limit))
        if (samples.length > 0) answer.push({ tags, samples })
      })
      return answer
    },
    async windows(selector, range, everyMs, aggregate, groupBy) {
      const { catalogue, chunks } = use()
      const asked = clampedRange(range, oldest())
      checkWindow(everyMs, asked)
      const groups = new Map<string, { tags: Series['tags']; figures: WindowFigures }>()
      if (!asked) return []
      await inTurns(catalogue.select(selector), (series) => {
        const tags = groupTags(series.tags, groupBy)
        const key = tagsKey(tags)
        const group = groups.get(key) ?? { tags, figures: createWindowFigures(everyMs) }
        groups.set(key, group)
        chunks.visit(series.id, asked.from, asked.to, group.figures.add)
      })
      return [...groups]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { tags, figures }]) => ({ tags, samples: figures.samples(aggregate) }))
        .filter(({ samples }) => samples.length > 0)
    },
    last(selector, withinMs = defaultLastWithinMs) {
      const now = deps.clock.now()
      return this.range(selector, { from: now - withinMs, to: now + clockAheadMs }, 1)
    },
    async check() {
      use()
      await checkDisk(config.directory)
    },
  }
}

function open(path: string, deps: Pick<Kernel, 'clock' | 'logger'>, oldest: () => number): Open {
  const file = openSeriesFile(path)
  const catalogue = createSeriesCatalogue(file)
  const chunks = createChunkStore(file)
  const commits = createGroupCommit<readonly Point[]>({
    commit: (loads) => commit(loads.length === 1 ? (loads[0] ?? []) : loads.flat(), file, catalogue, chunks),
    mostPoints: 20_000,
    lanes: 1,
  })
  return { file, catalogue, chunks, commits, retention: createRetention(deps, { file, catalogue, chunks, oldest }) }
}

function commit(points: readonly Point[], file: SeriesFile, catalogue: SeriesCatalogue, chunks: ChunkStore): void {
  try {
    file.transaction(() => {
      for (const [series, samples] of bySeries(points, catalogue)) chunks.merge(series, samples)
    })
  } catch (error) {
    catalogue.reload()
    throw error
  }
}

async function inTurns<Item>(items: readonly Item[], work: (item: Item) => void): Promise<void> {
  let began = performance.now()
  for (const item of items) {
    work(item)
    if (performance.now() - began < longestTurnMs) continue
    await new Promise((resolve) => setImmediate(resolve))
    began = performance.now()
  }
}
