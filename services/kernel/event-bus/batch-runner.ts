// How a batch is handled, the same on both buses: retryable errors are tried again in order with back-off; anything else is poison:
// the batch is tried event by event, the poisonous one goes to the dead letter, and the loop goes on.
import { createEvent } from '../../contracts/cloud-event.ts'
import { type AppError, asAppError } from '../../contracts/errors.ts'
import { letterDiedV1 } from '../../contracts/events/letter-died-v1.ts'
import type { TopicName } from '../../contracts/topics.ts'
import type { Clock } from '../clock/clock.ts'
import type { Logger } from '../logging/logger.ts'
import { backoffMs } from './backoff.ts'
import type { BusMetrics } from './bus-metrics.ts'
import type { BatchHandler, Delivery, Outgoing } from './event-bus.ts'

/** A message that is given up: where it was, when the bus took it, its bytes. */
export interface DeadMessage {
  readonly topic: TopicName
  readonly partition: number
  readonly offset: string
  readonly storedAt: number
  readonly bytes: Uint8Array
}

/**
 * Events of one partition, taken anew for every attempt. Nobody holds them while the handler waits for its effect: in a backlog thousands of events
 * would outlive one garbage collection after the other, and be copied by each.
 */
export interface BatchSource<Topic extends TopicName> {
  readonly topic: Topic
  readonly partition: number
  take(): Promise<readonly Delivery<Topic>[]>
}

export interface BatchRunner {
  /** Resolves once every event is handled or buried. Rejects if they cannot be taken, or after `signal` was aborted: then nothing may be committed. */
  run<Topic extends TopicName>(
    source: BatchSource<Topic>,
    handle: BatchHandler<Topic>,
    signal: AbortSignal,
  ): Promise<void>
  /** Puts a message into the dead letter; tries until it is durable. Rejects only after `signal` was aborted. */
  bury(message: DeadMessage, reason: AppError, signal: AbortSignal): Promise<void>
}

export interface BatchRunnerDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BusMetrics
  readonly publish: (outgoing: readonly Outgoing[]) => Promise<void>
}

export function createBatchRunner(deps: BatchRunnerDeps, group: string): BatchRunner {
  const { clock, logger, metrics } = deps

  const run: BatchRunner['run'] = async (source, handle, signal) => {
    const { topic, partition } = source
    for (let attempt = 0; ; attempt++) {
      const { events, error } = await attemptOnce(source, handle, signal)
      if (!error) return metrics.handled(group, topic, events)
      signal.throwIfAborted()
      if (!error.retryable) return await runEach(await source.take(), handle, signal, error)
      metrics.retried(group, topic)
      logger.warn({ group, topic, partition, err: error }, 'will be tried again')
      await clock.sleep(backoffMs(attempt), signal)
    }
  }

  /** Finds the poisonous ones of a batch that failed for good. */
  async function runEach<Topic extends TopicName>(
    batch: readonly Delivery<Topic>[],
    handle: BatchHandler<Topic>,
    signal: AbortSignal,
    reason: AppError,
  ): Promise<void> {
    const [first] = batch
    if (first && batch.length === 1) return await bury(asDead(first), reason, signal)
    for (const delivery of batch) await run(sourceOf([delivery]), handle, signal)
  }

  const bury: BatchRunner['bury'] = async (message, reason, signal) => {
    const where = { group, topic: message.topic, partition: message.partition, offset: message.offset }
    logger.error({ ...where, err: reason }, 'given up; see the dead letter')
    metrics.died(group, message.topic)
    // a dead letter that cannot be handled would breed another one, without end
    if (message.topic === 'qly.dead-letter.v1') return
    const letter = toLetter(group, message, reason, clock.now())
    for (let attempt = 0; ; attempt++) {
      try {
        return await deps.publish([letter])
      } catch (error) {
        signal.throwIfAborted()
        logger.warn({ ...where, err: error }, 'the dead letter cannot be stored; will be tried again')
        await clock.sleep(backoffMs(attempt), signal)
      }
    }
  }

  return { run, bury }
}

interface Attempt {
  readonly events: number
  readonly error: AppError | undefined
}

/** Not async, as nothing here may hold the batch until the handler is done. */
function attemptOnce<Topic extends TopicName>(
  source: BatchSource<Topic>,
  handle: BatchHandler<Topic>,
  signal: AbortSignal,
): Promise<Attempt> {
  return source.take().then((batch) => {
    const events = batch.length
    const handled = events === 0 ? Promise.resolve() : begin(handle, batch, signal)
    return handled.then(
      () => ({ events, error: undefined }),
      (thrown: unknown) => ({ events, error: asAppError(thrown, 'QLY_HANDLER_FAILED') }),
    )
  })
}

/** A handler may throw before it returns a promise. */
function begin<Topic extends TopicName>(
  handle: BatchHandler<Topic>,
  batch: readonly Delivery<Topic>[],
  signal: AbortSignal,
): Promise<void> {
  try {
    return handle(batch, signal)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** A batch that is at hand. */
export function sourceOf<Topic extends TopicName>(
  batch: readonly [Delivery<Topic>, ...Delivery<Topic>[]],
): BatchSource<Topic> {
  const [{ topic, partition }] = batch
  return { topic, partition, take: () => Promise.resolve(batch) }
}

function asDead({ topic, partition, offset, storedAt, event }: Delivery): DeadMessage {
  return { topic, partition, offset, storedAt, bytes: Buffer.from(JSON.stringify(event)) }
}

const maximumLetterBytes = 256 * 1024

/** The identity is made of the place, so that a letter written twice (a crash before the commit) is recognised. */
function toLetter(group: string, message: DeadMessage, reason: AppError, now: number): Outgoing {
  const origin = `${message.topic}/${message.partition}/${message.offset}`
  return {
    topic: 'qly.dead-letter.v1',
    event: createEvent(
      letterDiedV1,
      { source: `/bus/${group}`, id: `${group}:${origin}`, time: now },
      {
        stage: group.slice(0, 64),
        origin,
        code: reason.code,
        reason: reason.message.slice(0, 2000),
        receivedAt: new Date(message.storedAt).toISOString(),
        base64: Buffer.from(message.bytes.subarray(0, maximumLetterBytes)).toString('base64'),
        truncated: message.bytes.length > maximumLetterBytes,
        sizeBytes: message.bytes.length,
      },
    ),
  }
}
