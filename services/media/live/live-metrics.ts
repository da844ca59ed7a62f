// Figures of live view for /metrics.
import { counter, gauge, type Registry } from '../../kernel/metrics/metrics.ts'

export interface LiveMetrics {
  watchers(count: number): void
  /** the format of each stream that runs */
  streams(formats: readonly string[]): void
  failed(format: string): void
  /** a watcher that was too slow */
  dropped(): void
}

export function createLiveMetrics(registry: Registry): LiveMetrics {
  const watchers = gauge(registry, 'qianliyan_live_watchers', 'Open live tiles.')
  const streams = gauge(registry, 'qianliyan_live_streams', 'Live streams that run, shared by their watchers.', [
    'format',
  ])
  const failed = counter(registry, 'qianliyan_live_failures_total', 'Live streams that had to begin anew.', ['format'])
  const dropped = counter(registry, 'qianliyan_live_dropped_total', 'Watchers dropped because they lagged behind.')
  return {
    watchers: (count) => watchers.set(count),
    streams(formats) {
      for (const format of ['fmp4', 'mpeg1']) {
        streams.set({ format }, formats.filter((each) => each === format).length)
      }
    },
    failed: (format) => failed.inc({ format }),
    dropped: () => dropped.inc(),
  }
}
