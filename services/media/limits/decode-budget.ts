// What decoding one camera may cost: pixels and pictures a second. Beyond it packets are passed over up to the next key frame at which there is
// budget again, so that a camera that sends more costs no more. Counted in pixels, not in measured time: time also grows when others are busy.
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { createBudget } from './budget.ts'

export interface DecodeBudget {
  /** May this packet be decoded? A packet that may costs at least a small picture, whatever comes of it. */
  allows(packet: { readonly key: boolean }): boolean
  /** A picture came out of it. */
  decoded(width: number, height: number): void
}

/** A slow start, a jitter buffer that is emptied at once. */
const burstSeconds = 1

export function createDecodeBudget(
  clock: Pick<Clock, 'monotonic'>,
  limits: Pick<MediaConfig['limits'], 'megapixelsPerSecond' | 'picturesPerSecond'>,
): DecodeBudget {
  const pixelsPerSecond = limits.megapixelsPerSecond * 1e6
  const least = pixelsPerSecond / limits.picturesPerSecond
  const budget = createBudget(pixelsPerSecond, burstSeconds)
  let passing = false
  return {
    allows({ key }) {
      const now = clock.monotonic()
      if (budget.debt(now) > 0) passing = true
      else if (key) passing = false
      if (passing) return false
      budget.spend(least, now)
      return true
    },
    decoded: (width, height) => void budget.spend(Math.max(0, width * height - least), clock.monotonic()),
  }
}
