// Wakes one waiting loop. A ring while nobody waits is kept, so none is lost.

export interface Bell {
  ring(): void
  /** Resolves at the next ring, at once if it has rung since the last wait. One waiter at a time. */
  wait(): Promise<void>
}

export function createBell(): Bell {
  let rung = false
  let wake: (() => void) | undefined
  return {
    ring() {
      rung = true
      wake?.()
      wake = undefined
    },
    async wait() {
      if (!rung) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      rung = false
    },
  }
}
