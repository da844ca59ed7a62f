// Port: time. Rooms never call Date.now() or setTimeout themselves, so tests move time by hand (manual-clock.ts).

export interface Clock {
  /** milliseconds since the epoch */
  now(): number
  /** monotonic milliseconds, for durations */
  monotonic(): number
  /** Resolves after the time; rejects with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** Calls back once; returns a function that cancels. Does not keep the process alive. */
  after(milliseconds: number, callback: () => void): () => void
}
