// Figures of ingest. Counted in plain numbers on the hot path and handed to the registry once a batch: a labelled counter costs a microsecond.
import { counter, gauge, histogram, type Registry } from '../kernel/metrics/metrics.ts'

export type Outcome = 'durable' | 'duplicate' | 'dead_letter' | 'dropped' | 'failed'

export interface IngestMetrics {
  /** `source`: kind and channel, e.g. river/readings, dji/osd; never a device id, of which there may be very many */
  count(source: string, outcome: Outcome): void
  skewed(): void
  answered(delivered: boolean): void
  durableAfter(milliseconds: number): void
  waiting(messages: number): void
  /** Hands what was counted to the registry. */
  settle(): void
}

export function createIngestMetrics(registry: Registry): IngestMetrics {
  const messages = counter(
    registry,
    'qianliyan_ingest_messages_total',
    'Messages of devices by source and what became of them; every message received is counted once.',
    ['source', 'outcome'],
  )
  const skewed = counter(
    registry,
    'qianliyan_ingest_clock_skewed_total',
    'Readings whose event time is far from receive time.',
  )
  const answers = counter(registry, 'qianliyan_ingest_answers_total', 'Answers to devices.', ['delivered'])
  const durable = histogram(
    registry,
    'qianliyan_ingest_durable_seconds',
    'From receipt to durable on the bus, the oldest of a batch.',
  )
  const waiting = gauge(registry, 'qianliyan_ingest_waiting_messages', 'Messages taken and not durable yet.')
  const counts = new Map<string, Map<Outcome, number>>()

  return {
    count(source, outcome) {
      const ofSource = counts.get(source) ?? new Map<Outcome, number>()
      counts.set(source, ofSource.set(outcome, (ofSource.get(outcome) ?? 0) + 1))
    },
    skewed: () => skewed.inc(),
    answered: (delivered) => answers.inc({ delivered: String(delivered) }),
    durableAfter: (milliseconds) => durable.observe(milliseconds / 1000),
    waiting: (count) => waiting.set(count),
    settle() {
      for (const [source, ofSource] of counts)
        for (const [outcome, count] of ofSource) messages.inc({ source, outcome }, count)
      counts.clear()
    },
  }
}
