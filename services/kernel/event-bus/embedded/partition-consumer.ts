// One group's loop over one partition: read, hand over, commit the offset, wait for the bell. It never ends but by stop().
import { asAppError } from '../../../contracts/errors.ts'
import type { TopicName } from '../../../contracts/topics.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Logger } from '../../logging/logger.ts'
import { backoffMs } from '../backoff.ts'
import type { BatchRunner } from '../batch-runner.ts'
import type { BusMetrics } from '../bus-metrics.ts'
import type { BatchHandler, Delivery } from '../event-bus.ts'
import { createBell } from './bell.ts'
import { decodeRow } from './decode-row.ts'
import type { EmbeddedLog } from './embedded-log.ts'
import type { LogPartition } from './log-file.ts'
import type { LogRow } from './log-reader.ts'

export interface PartitionConsumer {
  /** Events stored but not yet handled. */
  lag(): number
  /** Takes no new batch, tells the running handler (its signal), resolves once it has ended and is committed. */
  stop(): Promise<void>
}

export interface PartitionConsumerDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BusMetrics
  readonly log: EmbeddedLog
  readonly runner: BatchRunner
}

export function consumePartition<Topic extends TopicName>(
  { clock, logger, metrics, log, runner }: PartitionConsumerDeps,
  options: {
    readonly group: string
    readonly partition: LogPartition
    /** first offset */
    readonly from: number
    readonly maximumBatch: number
    readonly handle: BatchHandler<Topic>
  },
): PartitionConsumer {
  const { group, partition, maximumBatch, handle } = options
  const where = { group, topic: partition.topic, partition: partition.partition }
  const stopping = new AbortController()
  const { signal } = stopping
  const bell = createBell()
  const unlisten = log.listen(partition, bell)
  let next = options.from

  async function step(): Promise<void> {
    const end = log.endOf(partition)
    const rows = log.read(partition, next, Math.min(maximumBatch, end - next))
    const found = rows[0]?.offset ?? end
    if (found > next) {
      metrics.expiredUnread(group, partition.topic, found - next)
      logger.warn({ ...where, events: found - next }, 'events expired before this group had handled them')
      next = found
    }
    const last = rows.at(-1)
    if (!last) return
    await runner.run(await decode(rows), handle, signal)
    next = last.offset + 1
    log.commit(group, partition, next)
  }

  async function decode(rows: readonly LogRow[]): Promise<Delivery<Topic>[]> {
    const batch: Delivery<Topic>[] = []
    for (const row of rows) {
      try {
        batch.push(decodeRow<Topic>(partition, row))
      } catch (error) {
        const message = {
          ...where,
          topic: partition.topic as Topic,
          offset: String(row.offset),
          storedAt: row.storedAt,
        }
        await runner.bury({ ...message, bytes: Buffer.from(row.text) }, asAppError(error), signal)
      }
    }
    return batch
  }

  async function loop(): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      try {
        if (next >= log.endOf(partition)) await bell.wait()
        else await step()
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        logger.error({ ...where, err: error }, 'the consumer broke; it starts again')
        metrics.restarted(group)
        await clock.sleep(backoffMs(failures++), signal).catch(() => {})
      }
    }
  }

  const ended = loop()
  return {
    lag: () => Math.max(0, log.endOf(partition) - next),
    async stop() {
      unlisten()
      stopping.abort()
      bell.ring()
      await ended
    },
  }
}
