// How long to wait before the next try: doubles with every failure, with jitter so that many cameras do not return at one moment.

export interface BackOffConfig {
  readonly initialMs: number
  readonly maximumMs: number
  /** fraction of the time that is random, 0 to 1 */
  readonly jitter: number
}

/** Milliseconds to wait after the nth failure in a row (from 1). `random` gives numbers in [0, 1). */
export function backOff(failures: number, config: BackOffConfig, random: () => number): number {
  const full = Math.min(config.maximumMs, config.initialMs * 2 ** Math.min(30, failures - 1))
  return full * (1 - config.jitter * random())
}
