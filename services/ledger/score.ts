// The suspicion score: only of what is measured. score = days × (0.5 + 0.5 × coverage) + 0.1 if cameras and drones both saw it, at most 1, where
// days = days standing / zombieDays (at most 1) and coverage = days on which it was seen / days passed.
import type { LedgerConfig } from '../contracts/config/ledger.ts'
import type { LedgerEntry } from '../contracts/events/ledger-changed-v1.ts'

const round = (value: number) => Math.round(value * 1000) / 1000

export function scoreOf(
  stay: { days: number; seenDays: number; sources: number },
  { zombieDays }: Pick<LedgerConfig, 'zombieDays'>,
): Pick<LedgerEntry, 'score' | 'measured'> {
  const days = Math.min(1, stay.days / zombieDays)
  const coverage = Math.min(1, stay.seenDays / (Math.floor(stay.days) + 1))
  const score = Math.min(1, days * (0.5 + 0.5 * coverage) + (stay.sources > 1 ? 0.1 * days : 0))
  return { score: round(score), measured: { days: round(days), coverage: round(coverage), sources: stay.sources } }
}
