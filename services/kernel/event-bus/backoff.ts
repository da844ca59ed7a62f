// How long to wait before the next attempt: 100 ms, doubled each time, at most 30 s.

const firstMs = 100
const mostMs = 30_000

/** Milliseconds to wait after the failed attempt number `attempt` (from 0). */
export const backoffMs = (attempt: number): number => Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 20))
