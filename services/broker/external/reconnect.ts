// How an external broker is connected again: soon, not all at once, and with a word if two processes take each other's session away.
import type { Clock } from '../../kernel/clock/clock.ts'
import type { Logger } from '../../kernel/logging/logger.ts'

const firstMs = 500
/** short, so that little piles up at a broker that forgot our subscriptions over its restart (shared ones: ADR on external subscriptions) */
const mostMs = 2000

/** Milliseconds until attempt number `attempt` (from 0): 500 doubled, at most 2 s, of which the upper half is chance. */
export function reconnectDelayMs(attempt: number, chance: number = Math.random()): number {
  return Math.round(Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 10)) * (0.5 + chance / 2))
}

const takenOver = 0x8e
const windowMs = 60_000
const tellAfter = 3
/** MQTT 3.1.1 has no word for it, and Mosquitto 2.0.11 says none in MQTT 5 either: a connection that ends this soon counts as taken away */
const soonMs = 5000

export interface TakeoverWatch {
  connected(): void
  /** the broker's DISCONNECT of MQTT 5 */
  disconnect(reasonCode: number | undefined): void
  closed(): void
}

/** Logs an error, at most once in three times, while the session is taken away again and again, as two processes with one client id do. */
export function createTakeoverWatch(
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  { clientId }: { readonly clientId: string },
): TakeoverWatch {
  let connectedAt: number | undefined
  let told = false
  let times: number[] = []

  const count = (now: number) => {
    times = [...times.filter((time) => now - time < windowMs), now]
    if (times.length < tellAfter) return
    times = []
    const whatIsKnown = told
      ? 'another process takes our session at the external broker again and again'
      : 'the external broker ends our connection again and again soon after it began, as when another process uses its name'
    logger.error({ clientId }, `${whatIsKnown}: set mqtt.external.clientId to a name of its own for each process`)
  }

  return {
    connected() {
      connectedAt = clock.monotonic()
      told = false
    },
    disconnect(reasonCode) {
      told = reasonCode === takenOver
    },
    closed() {
      if (connectedAt === undefined) return
      const now = clock.monotonic()
      if (told || now - connectedAt < soonMs) count(now)
      connectedAt = undefined
    },
  }
}
