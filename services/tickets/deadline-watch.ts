// Wakes when the next limit of a ticket runs out. The limits are rows, so they survive any end of the process.
import type { Clock } from '../kernel/clock/clock.ts'

export interface DeadlineWatch {
  start(): void
  stop(): Promise<void>
}

/** Calls `handle` now and then every `everyMs`; a failure is told and tried again at the next turn. */
export function createDeadlineWatch(
  { clock }: { readonly clock: Clock },
  options: {
    readonly everyMs: number
    readonly handle: () => Promise<void>
    readonly failed: (error: unknown) => void
  },
): DeadlineWatch {
  const abort = new AbortController()
  let loop: Promise<void> | undefined
  async function turn(): Promise<void> {
    while (!abort.signal.aborted) {
      await options.handle().catch(options.failed)
      await clock.sleep(options.everyMs, abort.signal).catch(() => {})
    }
  }
  return {
    start() {
      loop ??= turn()
    },
    async stop() {
      abort.abort()
      await loop
    },
  }
}
