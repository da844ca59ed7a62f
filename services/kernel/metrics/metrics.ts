// Metrics: one prom-client registry a process; names follow Prometheus (qianliyan_*, base units, _total).
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type { Registry } from 'prom-client'

export function createMetrics(options: { processMetrics?: boolean } = {}): Registry {
  const registry = new Registry()
  if (options.processMetrics) collectDefaultMetrics({ register: registry, prefix: 'qianliyan_' })
  return registry
}

/** The counter of that name in the registry, made on first use, so that rooms started twice in one process share it. */
export function counter<Label extends string = string>(
  registry: Registry,
  name: `qianliyan_${string}_total`,
  help: string,
  labelNames: readonly Label[] = [],
): Counter<Label> {
  return (
    (registry.getSingleMetric(name) as Counter<Label> | undefined) ??
    new Counter({ name, help, labelNames: [...labelNames], registers: [registry] })
  )
}

export function gauge<Label extends string = string>(
  registry: Registry,
  name: `qianliyan_${string}`,
  help: string,
  labelNames: readonly Label[] = [],
): Gauge<Label> {
  return (
    (registry.getSingleMetric(name) as Gauge<Label> | undefined) ??
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] })
  )
}

/** Durations in seconds unless the name says otherwise. */
export function histogram<Label extends string = string>(
  registry: Registry,
  name: `qianliyan_${string}`,
  help: string,
  labelNames: readonly Label[] = [],
  buckets: number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
): Histogram<Label> {
  return (
    (registry.getSingleMetric(name) as Histogram<Label> | undefined) ??
    new Histogram({ name, help, labelNames: [...labelNames], registers: [registry], buckets })
  )
}
