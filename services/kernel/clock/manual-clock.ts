// A clock that tests move by hand: timers fire in order of their time while `advance` walks past them.
import type { Clock } from './clock.ts'

export interface ManualClock extends Clock {
  /** Moves time on, firing due timers in order and letting promises settle between them. */
  advance(milliseconds: number): Promise<void>
  /** Number of timers that wait. */
  readonly pending: number
}

export function createManualClock(start: number | string = 0): ManualClock {
  let now = typeof start === 'string' ? Date.parse(start) : start
  const origin = now
  const timers = new Set<{ at: number; fire: () => void }>()

  const after = (milliseconds: number, callback: () => void) => {
    const timer = { at: now + Math.max(0, milliseconds), fire: callback }
    timers.add(timer)
    return () => void timers.delete(timer)
  }

  return {
    now: () => now,
    monotonic: () => now - origin,
    after,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const cancel = after(milliseconds, () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        })
        const onAbort = () => {
          cancel()
          reject(signal?.reason)
        }
        signal?.addEventListener('abort', onAbort, { once: true })
      }),
    async advance(milliseconds) {
      const end = now + milliseconds
      for (;;) {
        await settle()
        const next = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        timers.delete(next)
        now = next.at
        next.fire()
      }
      now = end
      await settle()
    },
    get pending() {
      return timers.size
    },
  }
}

/** Lets microtasks and immediate callbacks run. */
async function settle(): Promise<void> {
  for (let round = 0; round < 5; round++) await new Promise((resolve) => setImmediate(resolve))
}
