// Forgets what is older than the retention: every hour, a few series at a time, and series that have nothing left.
import type { Kernel } from '../../kernel.ts'
import type { ChunkStore } from './chunk-store.ts'
import type { SeriesCatalogue } from './series-catalogue.ts'
import type { SeriesFile } from './series-file.ts'

export interface Retention {
  stop(): Promise<void>
}

const everyMs = 3_600_000
const seriesATurn = 50

/** Starts at once. `oldest` gives the time (ms since the epoch) before which nothing is kept. */
export function createRetention(
  { clock, logger }: Pick<Kernel, 'clock' | 'logger'>,
  store: { file: SeriesFile; catalogue: SeriesCatalogue; chunks: ChunkStore; oldest: () => number },
): Retention {
  let stopped = false
  let cancel = () => {}
  const round = async () => {
    try {
      let pruned = 0
      for (const [index, series] of store.catalogue.all().entries()) {
        if (index % seriesATurn === 0) await new Promise((resolve) => setImmediate(resolve))
        if (stopped) return
        pruned += store.chunks.prune(series, store.oldest())
      }
      if (pruned > 0) forgetEmptySeries(store)
      if (pruned > 0) logger.info({ chunks: pruned }, 'time series: forgot what is older than the retention')
    } catch (error) {
      logger.warn({ err: error }, 'time series: old data could not be deleted; tried again in an hour')
    }
    if (stopped) return
    cancel = clock.after(everyMs, () => {
      running = round()
    })
  }
  let running = round()

  return {
    async stop() {
      stopped = true
      cancel()
      await running
    },
  }
}

function forgetEmptySeries({ file, catalogue }: { file: SeriesFile; catalogue: SeriesCatalogue }): void {
  file.guard(() =>
    file.database.exec('delete from series where not exists (select 1 from chunk where chunk.series = series.id)'),
  )
  catalogue.reload()
}
