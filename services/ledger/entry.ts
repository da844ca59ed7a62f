// What the ledger keeps of one vehicle, beside the entry that it tells.
import type { Appearance } from '../contracts/appearance.ts'
import type { LedgerEntry, LedgerState } from '../contracts/events/ledger-changed-v1.ts'

export interface LedgerRecord {
  readonly entry: LedgerEntry
  readonly look: readonly number[] | null
  /** how it looked to the embedding, in other light each time, newest last; absent in records of before */
  readonly appearances?: readonly Appearance[]
  /** metres, of entry.location */
  readonly accuracyMetres: number
  /** local days on which it was seen, newest last: 2020-06-28 */
  readonly days: readonly string[]
  readonly sources: readonly ('cctv' | 'drone')[]
  /** ms since the epoch: no longer seen at its place since then; may come back within absenceHours */
  readonly absentSince: number | null
  /** news told to alerts so far */
  readonly news: number
}

/** Is it still on the street as far as we know? */
export const isOpen = (state: LedgerState): boolean => !['towed', 'dismissed', 'gone'].includes(state)

/** Signs of the rule that no camera of ours measures: a person on the spot confirms them. */
export const notMeasured = ['dust', 'flat_tyres', 'broken_body', 'plate_missing', 'inspection_expired'] as const

export const dayMs = 86_400_000
export const iso = (at: number): string => new Date(at).toISOString()
