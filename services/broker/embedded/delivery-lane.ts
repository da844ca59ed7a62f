// The messages of one client on their way to the sink, in order: if the bus does not take one, those behind it wait, and all are tried again with
// back-off until they are too old; then none of them is acknowledged and the client has to go, so that it sends them again.
import type { DeviceMessage, DeviceMessageSink } from '../../contracts/device-messages.ts'
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'

export interface DeliveryLane {
  /** Resolves once durable; rejects if the sink did not take it within `durableWithinMs`. */
  deliver(message: DeviceMessage): Promise<void>
  /** Gives up what waits. */
  close(): void
}

export interface LaneOptions {
  readonly durableWithinMs: number
}

interface Entry {
  readonly number: number
  readonly message: DeviceMessage
  readonly since: number
  readonly resolve: () => void
  readonly reject: (error: AppError) => void
}

const backoff = { firstMs: 100, maximumMs: 2000 }

export function createDeliveryLane(
  deps: { readonly sink: DeviceMessageSink; readonly clock: Clock },
  options: LaneOptions,
): DeliveryLane {
  const { sink, clock } = deps
  let waiting: Entry[] = []
  let next = 0
  let delay: number = backoff.firstMs
  let retry: (() => void) | undefined
  let inTrial = 0
  let closed = false

  const attempt = (entry: Entry): Promise<void> =>
    sink(entry.message).then(
      () => {
        delay = backoff.firstMs
        entry.resolve()
      },
      (thrown: unknown) => failed(entry, thrown),
    )

  const failed = (entry: Entry, thrown: unknown) => {
    const error = asAppError(thrown)
    const late = clock.monotonic() - entry.since >= options.durableWithinMs
    if (!error.retryable || late || closed) return entry.reject(error)
    waiting.push(entry)
    waiting.sort((one, other) => one.number - other.number)
    retry ??= clock.after(delay, again)
  }

  const again = () => {
    retry = undefined
    delay = Math.min(delay * 2, backoff.maximumMs)
    const entries = waiting
    waiting = []
    inTrial++
    void Promise.all(entries.map(attempt)).then(() => {
      inTrial--
      // what came meanwhile waited behind; it goes now, unless its elders failed again
      if (!retry && waiting.length > 0) again()
    })
  }

  return {
    deliver(message) {
      if (closed) return Promise.reject(gone())
      const number = next++
      const since = clock.monotonic()
      const wait = (begin: (entry: Entry) => void) =>
        new Promise<void>((resolve, reject) => begin({ number, message, since, resolve, reject }))
      if (waiting.length > 0 || inTrial > 0) return wait((entry) => waiting.push(entry))
      // the way of nearly every message: no entry, no promise of its own but this
      return sink(message).then(undefined, (thrown: unknown) => wait((entry) => failed(entry, thrown)))
    },
    close() {
      closed = true
      retry?.()
      for (const entry of waiting.splice(0)) entry.reject(gone())
    },
  }
}

const gone = () => new AppError('QLY_BUS_UNAVAILABLE', 'the connection ended before the message was durable')
