// Whether a condition holds, from single samples: hysteresis on the value, k of the last n samples over time. Pure.
// Samples are kept in order of their event time, so a late one takes its place and the outcome is that of the right order.
import type { Persistence } from '../contracts/config/sensing-shared.ts'

/** One sample as a ladder saw it: the step it has risen to, and the step it has not yet fallen from (never below `raised`). */
export interface LadderSample {
  readonly at: number
  readonly raised: number
  readonly held: number
}

export interface PersistenceState {
  /** newest last, at most n */
  readonly window: readonly LadderSample[]
  /** the confirmed step; 0: the condition does not hold */
  readonly level: number
  /** when the first sample of the open condition was taken; null while level is 0 */
  readonly since: number | null
  /** event time up to which a condition has been ended: no new one begins with samples before it */
  readonly closedAt: number
}

export const emptyPersistence: PersistenceState = {
  window: [],
  level: 0,
  since: null,
  closedAt: Number.MIN_SAFE_INTEGER,
}

export interface Step {
  readonly limit: number
  /** the value must be at or below this to fall from the step; not above `limit` */
  readonly release: number
  /** the limit itself counts as exceeded */
  readonly inclusive: boolean
}

/** Where a value stands on rising steps. */
export function onLadder(steps: readonly Step[], value: number): { raised: number; held: number } {
  let raised = 0
  let held = 0
  steps.forEach((step, index) => {
    if (step.inclusive ? value >= step.limit : value > step.limit) raised = index + 1
    if (value > step.release) held = index + 1
  })
  return { raised, held: Math.max(held, raised) }
}

/**
 * Takes a sample and returns the state after it. The level rises to the highest step that k of the last n samples reached, and falls
 * only to the highest step that k of them still hold. A sample with the time of another one is a duplicate, one older than a full
 * window is too late: both change nothing.
 */
export function advancePersistence(state: PersistenceState, sample: LadderSample, rule: Persistence): PersistenceState {
  const { window: before } = state
  const oldest = before[0]
  if (before.some(({ at }) => at === sample.at)) return state
  if (before.length >= rule.n && oldest !== undefined && sample.at < oldest.at) return state
  const newestAt = Math.max(sample.at, before.at(-1)?.at ?? sample.at)
  const window = [...before, sample]
    .sort((a, b) => a.at - b.at)
    .filter(({ at }) => newestAt - at <= rule.maximumAgeSeconds * 1000)
    .slice(-rule.n)
  const k = Math.min(rule.k, rule.n)
  const current = window.filter(({ at }) => at > state.closedAt)
  const rising = reachedBy(current, k, ({ raised }) => raised)
  const holding = Math.min(state.level, fallenTo(window, rule, state.level))
  const level = Math.max(rising, holding)
  if (level === 0) return { window, level, since: null, closedAt: state.level > 0 ? newestAt : state.closedAt }
  const since = state.since ?? current.find(({ raised }) => raised > 0)?.at ?? newestAt
  return { ...state, window, level, since }
}

/** The highest step that at least k samples have. */
function reachedBy(samples: readonly LadderSample[], k: number, step: (sample: LadderSample) => number): number {
  const sorted = samples.map(step).sort((a, b) => b - a)
  return sorted[k - 1] ?? 0
}

/** The step that is left when k of the samples have let go of everything above it; with fewer than k such samples the level stays. */
function fallenTo(window: readonly LadderSample[], rule: Persistence, level: number): number {
  const sorted = window.map(({ held }) => held).sort((a, b) => a - b)
  return sorted[Math.min(rule.k, rule.n) - 1] ?? level
}
