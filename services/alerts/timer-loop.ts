// Fires timers that are due: rows in the database, so a kill loses none; each is deleted or moved in the transaction of its effect, so none fires twice.
import type { Clock } from '../kernel/clock/clock.ts'
import type { Logger } from '../kernel/logging/logger.ts'

export interface TimerLoop {
  start(): void
  /** Lets the running batch end. */
  stop(): Promise<void>
  /** A timer was set: wake in time for it. */
  noticeTimer(dueAt: number): void
}

export interface TimerLoopOptions {
  /** Fires what is due, in one transaction; resolves with whether there may be more, and when the next is due (null: none). */
  readonly fireDue: () => Promise<{ readonly more: boolean; readonly nextDueAt: number | null }>
  /** Resolves when what happened before our start has been handled, as far as that can be told: events come before timers. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>
  /** look at least this often: other processes set timers too */
  readonly lookEveryMs: number
}

const retryAfterMs = 1000
/** A timer is noticed before the transaction that sets it commits; looking sooner than this would find nothing. */
const commitMs = 200

export function createTimerLoop(deps: { clock: Clock; logger: Logger }, options: TimerLoopOptions): TimerLoop {
  const { clock, logger } = deps
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let wakeAt = Number.POSITIVE_INFINITY
  let nap: AbortController | undefined

  /** Sleeps until the earliest timer known; one that is set meanwhile shortens the sleep. */
  const sleep = async (until: number) => {
    wakeAt = Math.min(wakeAt, until)
    while (!stopping.signal.aborted && clock.now() < wakeAt) {
      nap = new AbortController()
      const signal = AbortSignal.any([nap.signal, stopping.signal])
      await clock.sleep(Math.min(wakeAt - clock.now(), options.lookEveryMs), signal).catch(() => {})
      if (!nap.signal.aborted) break
    }
    wakeAt = Number.POSITIVE_INFINITY
  }

  const loop = async () => {
    await options.caughtUp(stopping.signal)
    while (!stopping.signal.aborted) {
      try {
        const { more, nextDueAt } = await options.fireDue()
        if (!more) await sleep(nextDueAt ?? clock.now() + options.lookEveryMs)
      } catch (error) {
        if (stopping.signal.aborted) return
        logger.error({ err: error }, 'timers could not be fired; trying again')
        await clock.sleep(retryAfterMs, stopping.signal).catch(() => {})
      }
    }
  }

  return {
    start() {
      running ??= loop()
    },
    async stop() {
      stopping.abort()
      await running
    },
    noticeTimer(dueAt) {
      const at = Math.max(dueAt, clock.now() + commitMs)
      if (at >= wakeAt) return
      wakeAt = at
      nap?.abort()
    },
  }
}
