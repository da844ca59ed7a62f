// What the composition root starts and stops: a named service with a place in the order of shutdown.

/** Shutdown goes by level: sources stop first, then what drains, then sinks, then the clients of engines. Start-up goes the other way round. */
export const shutdownLevels = ['source', 'drain', 'sink', 'engine'] as const
export type ShutdownLevel = (typeof shutdownLevels)[number]

export interface Service {
  readonly name: string
  readonly level: ShutdownLevel
  /** Resolves once it works; rejects with an AppError that says what to change. Abortable between its steps. */
  start(signal: AbortSignal): Promise<void>
  /** Idempotent; finishes what it has taken, commits it, lets go. */
  stop(): Promise<void>
  /** Resolves while it works, rejects with the reason while not. For /readyz; absent: always ready once started. */
  check?(): Promise<void>
}
