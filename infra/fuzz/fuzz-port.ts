// What `npm run fuzz` runs: one campaign per attack surface, seeded, with a verdict.

export interface FuzzOptions {
  readonly seed: number
  /** mutated inputs, in all */
  readonly inputs: number
  say(line: string): void
}

/** A campaign rejects with the reason if a bound is broken; a crash ends the process by itself. */
export type Fuzz = (options: FuzzOptions) => Promise<FuzzResult>

export interface FuzzResult {
  readonly inputs: number
  readonly seconds: number
  /** figures for people */
  readonly told: Readonly<Record<string, number>>
}
