// Spreads what goes to a UDP player over time: a late player's whole group of pictures at once would overflow its receive buffer.
import type { Clock } from '../../kernel/clock/clock.ts'

export interface PacedSender<Item extends { readonly bytes: Buffer }> {
  /** Sends at once if the pace allows it, else in turn. False: more waits than may wait; nothing of this item is sent. */
  push(item: Item): boolean
  /** Forgets what waits. */
  clear(): void
}

/** 64 KiB at a time and 13 MB/s: half of Linux's usual receive buffer, and more than any camera sends. */
const burstBytes = 65_536
const stepMs = 5

export function createPacedSender<Item extends { readonly bytes: Buffer }>(
  clock: Pick<Clock, 'monotonic' | 'after'>,
  maximumBytes: number,
  send: (item: Item) => void,
): PacedSender<Item> {
  let waiting: Item[] = []
  let waitingBytes = 0
  let allowance = burstBytes
  let countedAt = clock.monotonic()
  let cancel: (() => void) | undefined

  const count = () => {
    const now = clock.monotonic()
    allowance = Math.min(burstBytes, allowance + ((now - countedAt) * burstBytes) / stepMs)
    countedAt = now
  }
  const give = (item: Item) => {
    allowance -= item.bytes.length
    send(item)
  }
  const drain = () => {
    cancel = undefined
    count()
    let sent = 0
    for (const item of waiting) {
      if (allowance <= 0) break
      waitingBytes -= item.bytes.length
      give(item)
      sent++
    }
    waiting.splice(0, sent)
    if (waiting.length > 0) cancel = clock.after(stepMs, drain)
  }
  return {
    push(item) {
      count()
      if (waiting.length === 0 && allowance > 0) {
        give(item)
        return true
      }
      if (waitingBytes + item.bytes.length > maximumBytes) return false
      waiting.push(item)
      waitingBytes += item.bytes.length
      cancel ??= clock.after(stepMs, drain)
      return true
    },
    clear() {
      cancel?.()
      cancel = undefined
      waiting = []
      waitingBytes = 0
    },
  }
}
