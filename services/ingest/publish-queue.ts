// Gathers what comes in one tick, and while the bus writes, into one publish: the price of a commit is shared by hundreds of messages.
// One publish at a time, so the order of messages is the order of the bus.
import { AppError, asAppError } from '../contracts/errors.ts'
import type { EventBus } from '../kernel/event-bus/event-bus.ts'
import type { Outgoing } from './decoding/decoded.ts'

export interface PublishQueue {
  /**
   * Resolves once the events are durable. Rejects with a retryable error if the bus does not take them; then everything that waits behind is
   * rejected as well, so that a sender which tries again in order keeps its order.
   */
  publish(entry: QueueEntry): Promise<void>
  readonly waiting: number
  /** Resolves once nothing waits. */
  drain(): Promise<void>
}

export interface QueueEntry {
  readonly events: readonly Outgoing[]
  readonly bytes: number
  /** What to publish instead if the bus finds that these events do not fit their schema. */
  readonly instead: (error: AppError) => Outgoing
  /** Called at once when the outcome is known, before the promise settles. */
  readonly settled?: (error?: AppError) => void
}

interface Waiting {
  readonly entry: QueueEntry
  readonly resolve: () => void
  readonly reject: (error: AppError) => void
}

const batchLimits = { events: 2000, bytes: 8 * 1024 * 1024 }

export function createPublishQueue(bus: Pick<EventBus, 'publish'>): PublishQueue {
  let queue: Waiting[] = []
  let inFlight = 0
  let running: Promise<void> | undefined

  const run = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.length > 0) {
      const batch = takeBatch(queue)
      queue = queue.slice(batch.length)
      inFlight = batch.length
      const failure = await publishBatch(bus, batch)
      inFlight = 0
      if (!failure) continue
      const behind = queue
      queue = []
      for (const each of behind) settle(each, failure)
    }
    running = undefined
  }

  return {
    publish: (entry) =>
      new Promise((resolve, reject) => {
        queue.push({ entry, resolve, reject })
        running ??= run()
      }),
    get waiting() {
      return queue.length + inFlight
    },
    async drain() {
      while (running) await running
    },
  }
}

function settle({ entry, resolve, reject }: Waiting, error?: AppError): void {
  entry.settled?.(error)
  if (error) reject(error)
  else resolve()
}

function takeBatch(queue: readonly Waiting[]): readonly Waiting[] {
  let events = 0
  let bytes = 0
  let length = 0
  for (const { entry } of queue) {
    events += entry.events.length
    bytes += entry.bytes
    if (length > 0 && (events > batchLimits.events || bytes > batchLimits.bytes)) break
    length++
  }
  return length === queue.length ? queue : queue.slice(0, length)
}

/** Publishes and settles every entry of the batch; answers with the error if the bus does not work at the moment. */
async function publishBatch(bus: Pick<EventBus, 'publish'>, batch: readonly Waiting[]): Promise<AppError | undefined> {
  const events: Outgoing[] = []
  for (const { entry } of batch) for (const event of entry.events) events.push(event)
  try {
    await bus.publish(events)
    for (const each of batch) settle(each)
    return undefined
  } catch (thrown) {
    const error = asAppError(thrown)
    if (!error.retryable) return publishOneByOne(bus, batch)
    for (const each of batch) settle(each, error)
    return error
  }
}

/** Some entry of the batch does not fit its schema: the others go on, that one becomes a dead letter. */
async function publishOneByOne(
  bus: Pick<EventBus, 'publish'>,
  batch: readonly Waiting[],
): Promise<AppError | undefined> {
  let failure: AppError | undefined
  for (const each of batch) {
    if (!failure) failure = await publishOne(bus, each.entry)
    settle(each, failure)
  }
  return failure
}

/** Undefined once durable, as itself or as a dead letter; else why the bus does not work at the moment. */
async function publishOne(bus: Pick<EventBus, 'publish'>, entry: QueueEntry): Promise<AppError | undefined> {
  try {
    await bus.publish(entry.events)
    return undefined
  } catch (thrown) {
    const reason = asAppError(thrown)
    if (reason.retryable) return reason
    try {
      await bus.publish([entry.instead(reason)])
      return undefined
    } catch (again) {
      const error = asAppError(again)
      return error.retryable ? error : new AppError('QLY_BUS_UNAVAILABLE', error.message, { cause: error })
    }
  }
}
