// Holds what is read ahead of its time, as packets of a file are, until the time has come.
import type { Clock } from '../../kernel/clock/clock.ts'

export interface Pacer {
  /** Calls `act` at this time (ms since the epoch), in the order of the calls; at once if the time has come and nothing waits. */
  at(time: number, act: () => void): void
  /** What still waits is not done any more. */
  clear(): void
}

/** beyond this the oldest are let through before their time */
const mostHeld = 2000

export function createPacer(clock: Clock): Pacer {
  const held: { readonly time: number; readonly act: () => void }[] = []
  let cancel: (() => void) | undefined

  const release = () => {
    cancel?.()
    cancel = undefined
    while (held[0] && (held[0].time <= clock.now() || held.length > mostHeld)) held.shift()?.act()
    if (held[0]) cancel = clock.after(held[0].time - clock.now(), release)
  }

  return {
    at(time, act) {
      held.push({ time, act })
      if (!cancel || held.length > mostHeld) release()
    },
    clear() {
      cancel?.()
      cancel = undefined
      held.length = 0
    },
  }
}
