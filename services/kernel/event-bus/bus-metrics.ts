// What both buses count: published, handled, tried again, dead letters, lag by group and topic.
import { type Counter, Gauge } from 'prom-client'
import { counter, type Registry } from '../metrics/metrics.ts'

export interface Lag {
  readonly group: string
  readonly topic: string
  readonly events: number
}

export interface BusMetrics {
  published(events: readonly { readonly topic: string }[]): void
  handled(group: string, topic: string, events: number): void
  retried(group: string, topic: string): void
  died(group: string, topic: string): void
  /** Events that retention took before a group had handled them. */
  expiredUnread(group: string, topic: string, events: number): void
  /** An event that a tail's handler refused; it was skipped. */
  tailFailed(topic: string): void
  /** A consumer that broke and was started again. */
  restarted(group: string): void
}

/** `lags` is asked whenever the metrics are read; a later bus on the same registry takes over the gauge. */
export function createBusMetrics(registry: Registry, lags: () => Iterable<Lag>): BusMetrics {
  const published = counter(registry, 'qianliyan_bus_published_total', 'Events made durable on the bus.', ['topic'])
  const labels = ['group', 'topic'] as const
  const handled = counter(registry, 'qianliyan_bus_handled_total', 'Events handled by a consumer group.', labels)
  const retried = counter(registry, 'qianliyan_bus_retries_total', 'Batches that a consumer tried again.', labels)
  const died = counter(registry, 'qianliyan_bus_dead_letters_total', 'Events given up by a consumer group.', labels)
  const expired = counter(registry, 'qianliyan_bus_expired_unread_total', 'Events expired before handling.', labels)
  const tails = counter(registry, 'qianliyan_bus_tail_failures_total', 'Events that a reader failed on.', ['topic'])
  const restarted = counter(registry, 'qianliyan_bus_consumer_restarts_total', 'Consumers started again.', ['group'])
  registerLag(registry, lags)
  return {
    published: countByTopic(published),
    handled: (group, topic, events) => handled.inc({ group, topic }, events),
    retried: (group, topic) => retried.inc({ group, topic }),
    died: (group, topic) => died.inc({ group, topic }),
    expiredUnread: (group, topic, events) => expired.inc({ group, topic }, events),
    tailFailed: (topic) => tails.inc({ topic }),
    restarted: (group) => restarted.inc({ group }),
  }
}

/** One increment a run of equal topics; the labelled counter is looked up once a topic, as this is a hot path. */
function countByTopic(counters: Counter<'topic'>): BusMetrics['published'] {
  const byTopic = new Map<string, Counter.Internal>()
  return (events) => {
    let from = 0
    for (let index = 1; index <= events.length; index++) {
      const topic = events[from]?.topic
      if (topic === undefined || events[index]?.topic === topic) continue
      const ofTopic = byTopic.get(topic) ?? counters.labels(topic)
      byTopic.set(topic, ofTopic)
      ofTopic.inc(index - from)
      from = index
    }
  }
}

function registerLag(registry: Registry, lags: () => Iterable<Lag>): void {
  const name = 'qianliyan_bus_consumer_lag'
  registry.removeSingleMetric(name)
  const labelNames = ['group', 'topic'] as const
  new Gauge({
    name,
    help: 'Events stored but not yet handled by a consumer group, over the partitions of this process.',
    labelNames,
    registers: [registry],
    collect() {
      this.reset()
      for (const { group, topic, events } of lags()) this.inc({ group, topic }, events)
    },
  })
}
