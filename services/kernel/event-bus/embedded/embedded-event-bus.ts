// Adapter of the event bus: a durable log on node:sqlite inside this process. What publish() resolved for is on the disk
// (write-ahead log, synchronous=FULL); concurrent publishes share a commit; consumers in this process are woken, not polled.
import { AppError, asAppError } from '../../../contracts/errors.ts'
import { keyOf } from '../../../contracts/topics.ts'
import type { Kernel } from '../../kernel.ts'
import { createBusMetrics } from '../bus-metrics.ts'
import type { EventBus, Outgoing, Subscription } from '../event-bus.ts'
import { createEventCheck } from '../event-check.ts'
import { createConsumerGroups } from './consumer-groups.ts'
import { createEmbeddedLog } from './embedded-log.ts'
import { tailLog } from './log-tail.ts'
import { createMemberships } from './memberships.ts'
import { createRetention } from './retention-loop.ts'

export interface EmbeddedEventBusConfig {
  /** folder of the log; taken by one process at a time */
  readonly directory: string
  readonly retentionCheckSeconds: number
  /** how long pictures are kept; default: as the topic map says */
  readonly frameMinutes?: number
}

export function createEmbeddedEventBus(
  deps: Pick<Kernel, 'clock' | 'logger' | 'registry'>,
  config: EmbeddedEventBusConfig,
): EventBus {
  const { clock, registry } = deps
  const logger = deps.logger.child({ room: 'bus' })
  const check = createEventCheck()
  const log = createEmbeddedLog({ clock, logger }, config.directory)
  const metrics = createBusMetrics(registry, () => groups.lags())
  const groups = createConsumerGroups({ clock, logger, metrics, log, publish })
  const memberships = createMemberships(logger)
  const retention = createRetention({ clock, logger, log }, config.retentionCheckSeconds, config)
  const tails = new Set<Subscription>()
  let stopped: Promise<void> | undefined

  async function publish(outgoing: readonly Outgoing[]): Promise<void> {
    const partitions: number[] = []
    const texts: string[] = []
    for (const { topic, event } of outgoing) {
      check(topic, event)
      partitions.push(log.partitionFor(topic, keyOf(event)))
      texts.push(JSON.stringify(event))
    }
    await log.writer.append(partitions, texts)
    metrics.published(outgoing)
  }

  return {
    async start(signal) {
      signal?.throwIfAborted()
      stopped = undefined
      await log.start()
      retention.start()
    },
    stop: () => (stopped ??= stop()),
    publish,
    subscribe: (options, handle) => groups.subscribe(options, handle),
    async tail(options, handle) {
      const tail = tailLog({ clock, logger, metrics, log }, options, handle)
      tails.add(tail)
      options.signal?.addEventListener('abort', () => tails.delete(tail), { once: true })
      return tail
    },
    join: (options) => memberships.join(options),
    async check() {
      try {
        await log.writer.probe()
      } catch (error) {
        throw unavailable(asAppError(error))
      }
    },
  }

  async function stop(): Promise<void> {
    await retention.stop()
    await Promise.all([groups.stop(), memberships.stop(), ...[...tails].map((tail) => tail.stop())])
    await log.stop()
  }
}

const unavailable = (error: AppError): AppError =>
  error.code === 'QLY_BUS_UNAVAILABLE'
    ? error
    : new AppError('QLY_BUS_UNAVAILABLE', `the embedded bus cannot store: ${error.message}`, { cause: error })
