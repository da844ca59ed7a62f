// What every simulator is given and gives: time, a log, and something that starts and stops. The kernel's clock and logger fit.

export interface SimulatorClock {
  /** milliseconds since the epoch */
  now(): number
  /** monotonic milliseconds */
  monotonic(): number
  /** Resolves after the time; rejects when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

export interface SimulatorLogger {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

export interface SimulatorDeps {
  readonly clock: SimulatorClock
  readonly logger: SimulatorLogger
}

export interface Simulator {
  readonly name: string
  /** Resolves once it runs; what it talks to may still be away: it keeps trying. */
  start(signal?: AbortSignal): Promise<void>
  /** Idempotent. */
  stop(): Promise<void>
}
