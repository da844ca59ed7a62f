// What one connection may bring a second, in bytes and packets. Beyond it we read no more for a while: TCP then holds the sender back, and what
// it costs us to take it apart stays small, whatever it sends.
import type { Socket } from 'node:net'
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { createBudget } from './budget.ts'

export type IntakeLimits = Pick<MediaConfig['limits'], 'megabitsPerSecond' | 'packetsPerSecond'>

export interface Intake {
  /** how often the sender was held back, so far */
  readonly heldBack: number
  /** Counts what came. Returns for how many milliseconds nothing more is to be read (0: go on). */
  took(bytes: number, packets: number): number
  /** True while nothing more may be taken: what comes over UDP meanwhile is thrown away. */
  readonly full: boolean
}

/** The group of pictures that a late player is given at once must pass. */
const burstSeconds = 1
/** Shorter breaks are not worth a timer, ms. */
const shortestMs = 5

/** Without limits everything passes. */
export function createIntake(clock: Pick<Clock, 'monotonic'>, limits: IntakeLimits | undefined): Intake {
  const bytesLeft = createBudget(((limits?.megabitsPerSecond ?? 0) * 1e6) / 8, burstSeconds)
  const packetsLeft = createBudget(limits?.packetsPerSecond ?? 0, burstSeconds)
  let heldBack = 0
  return {
    get heldBack() {
      return heldBack
    },
    took(bytes, packets) {
      if (!limits) return 0
      const now = clock.monotonic()
      const wait = Math.max(bytesLeft.spend(bytes, now), packetsLeft.spend(packets, now))
      if (wait < shortestMs) return 0
      heldBack++
      return wait
    },
    get full() {
      if (!limits) return false
      const now = clock.monotonic()
      return bytesLeft.debt(now) > 0 || packetsLeft.debt(now) > 0
    },
  }
}

/** For sockets read by events: pauses the socket for as long as the intake says. */
export function holdBack(socket: Socket, clock: Pick<Clock, 'after'>, milliseconds: number): void {
  if (milliseconds <= 0 || socket.destroyed) return
  socket.pause()
  const cancel = clock.after(milliseconds, () => {
    socket.off('close', cancel)
    socket.resume()
  })
  socket.once('close', cancel)
}
