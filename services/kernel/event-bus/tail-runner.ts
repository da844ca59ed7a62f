// How a tail's handler is called, the same on both buses: retryable errors again with back-off; any other is logged and counted, and the tail goes on.
import { asAppError } from '../../contracts/errors.ts'
import type { TopicName } from '../../contracts/topics.ts'
import type { Clock } from '../clock/clock.ts'
import type { Logger } from '../logging/logger.ts'
import { backoffMs } from './backoff.ts'
import type { BusMetrics } from './bus-metrics.ts'
import type { Delivery } from './event-bus.ts'

export interface TailRunnerDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BusMetrics
}

export type TailHandler<Topic extends TopicName> = (delivery: Delivery<Topic>) => Promise<void> | void

/** Resolves once the handler took the event or failed for good; rejects only after `signal` was aborted. */
export async function runTailHandler<Topic extends TopicName>(
  { clock, logger, metrics }: TailRunnerDeps,
  handle: TailHandler<Topic>,
  delivery: Delivery<Topic>,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await handle(delivery)
    } catch (thrown) {
      signal.throwIfAborted()
      const error = asAppError(thrown, 'QLY_HANDLER_FAILED')
      const { topic, partition, offset } = delivery
      logger.warn({ topic, partition, offset, err: error }, 'a reader failed on this event')
      if (!error.retryable) return metrics.tailFailed(topic)
      await clock.sleep(backoffMs(attempt), signal)
    }
  }
}
