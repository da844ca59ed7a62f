// One group's loop over one partition: read, hand over, commit the offset, wait for the bell. It never ends but by stop().
import { type AppError, asAppError } from '../../../contracts/errors.ts'
import type { TopicName } from '../../../contracts/topics.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Logger } from '../../logging/logger.ts'
import { backoffMs } from '../backoff.ts'
import type { BatchRunner, BatchSource } from '../batch-runner.ts'
import type { BusMetrics } from '../bus-metrics.ts'
import type { BatchHandler, Delivery } from '../event-bus.ts'
import { createBell } from './bell.ts'
import { decodeRow } from './decode-row.ts'
import type { EmbeddedLog } from './embedded-log.ts'
import type { LogPartition } from './log-file.ts'
import type { LogRow } from './log-reader.ts'
import type { Turns } from './turns.ts'

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
  readonly turns: Turns
}

/** A row that is no event. */
interface Broken {
  readonly row: LogRow
  readonly reason: AppError
}

export function consumePartition<Topic extends TopicName>(
  { clock, logger, metrics, log, runner, turns }: PartitionConsumerDeps,
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
    const to = Math.min(next + maximumBatch, log.endOf(partition))
    await turns.take(to - next)
    if (signal.aborted) return
    const batch = takeUpTo(to)
    await runner.run(batch, handle, signal)
    next = batch.end()
    log.commit(group, partition, next)
  }

  /** The rows from `next` on; read and decoded again for every attempt. `end` is where the rows last taken end. */
  function takeUpTo(to: number): BatchSource<Topic> & { end(): number } {
    const buried = new Set<number>()
    let end = to
    return {
      topic: partition.topic as Topic,
      partition: partition.partition,
      end: () => end,
      take() {
        const rows = log.read(partition, next, to - next)
        const found = rows[0]?.offset ?? to
        if (found > next) {
          metrics.expiredUnread(group, partition.topic, found - next)
          logger.warn({ ...where, events: found - next }, 'events expired before this group had handled them')
          next = found
        }
        end = (rows.at(-1)?.offset ?? to - 1) + 1
        return decode(rows, buried)
      },
    }
  }

  /** Not async where nothing has to be buried: a suspended function would hold the rows. */
  function decode(rows: readonly LogRow[], buried: Set<number>): Promise<Delivery<Topic>[]> {
    const batch: Delivery<Topic>[] = []
    const broken: Broken[] = []
    for (const row of rows) {
      try {
        batch.push(decodeRow<Topic>(partition, row))
      } catch (error) {
        if (!buried.has(row.offset)) broken.push({ row, reason: asAppError(error) })
      }
    }
    return broken.length === 0 ? Promise.resolve(batch) : buryAll(broken, buried).then(() => batch)
  }

  async function buryAll(broken: readonly Broken[], buried: Set<number>): Promise<void> {
    for (const { row, reason } of broken) {
      const { offset, storedAt, text } = row
      const message = { ...where, topic: partition.topic as Topic, offset: String(offset), storedAt }
      await runner.bury({ ...message, bytes: Buffer.from(text) }, reason, signal)
      buried.add(offset)
    }
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
