// Work that comes round again: each at its own pace, one run of it at a time, and a failure is logged and tried again at the next round.
import type { Clock } from '../kernel/clock/clock.ts'
import type { Logger } from '../kernel/logging/logger.ts'

export interface Round {
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<void>
  /** default: at once */
  readonly first?: 'at once' | 'after a round'
}

export interface Rounds {
  /** Runs `before` to its end (a failure is logged), then begins. */
  start(before: () => Promise<void>): void
  /** Waits for the runs under way. */
  stop(): Promise<void>
}

export function createRounds({ clock, logger }: { clock: Clock; logger: Logger }, rounds: readonly Round[]): Rounds {
  const stopping = new AbortController()
  const { signal } = stopping
  let running: Promise<unknown> | undefined

  const attempt = async (name: string, run: () => Promise<void>) => {
    try {
      await run()
    } catch (error) {
      if (!signal.aborted) logger.error({ round: name, err: error }, 'a round of recording failed; it is tried again')
    }
  }
  const repeat = async ({ name, everyMs, run, first }: Round) => {
    if (first === 'after a round') await clock.sleep(everyMs, signal).catch(() => {})
    while (!signal.aborted) {
      await attempt(name, run)
      await clock.sleep(everyMs, signal).catch(() => {})
    }
  }

  return {
    start(before) {
      running ??= attempt('start', before).then(() => Promise.all(rounds.map(repeat)))
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
