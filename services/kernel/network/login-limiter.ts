// Counts failed logins of an address in windows of a minute; above the limit only credentials known to be right get in.
import type { Clock } from '../clock/clock.ts'

export interface LoginLimiter {
  blocked(address: string): boolean
  failed(address: string): void
}

const minuteMs = 60_000
const maximumAddresses = 100_000

export function createLoginLimiter(clock: Clock, failuresPerMinute: number): LoginLimiter {
  let window = -1
  let failures = new Map<string, number>()
  const current = () => {
    const now = Math.floor(clock.now() / minuteMs)
    if (now !== window || failures.size > maximumAddresses) {
      window = now
      failures = new Map()
    }
    return failures
  }
  return {
    blocked: (address) => (current().get(address) ?? 0) >= failuresPerMinute,
    failed: (address) => void current().set(address, (current().get(address) ?? 0) + 1),
  }
}
