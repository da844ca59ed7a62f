// What the life cycle is given and what it decides. Everything that it needs to know comes in; it asks nobody.
import type { Severity } from '../../contracts/alert-kinds.ts'
import type { ErrorCode } from '../../contracts/errors.ts'
import type { Alert } from '../../contracts/events/alert-changed-v1.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { LonLat } from '../../contracts/geometry.ts'
import type { AlertRecord, Change, TimerName } from './alert-record.ts'

export interface FindingInput {
  readonly type: 'finding'
  readonly finding: FindingChanged
  /** when the bus took it: our clock, also when we are behind */
  readonly at: number
  /** id of the alert if this opens one */
  readonly newId: string
  readonly key: string
  readonly groupKey: string
  /** where, if the finding does not say */
  readonly location: LonLat | null
  /** who would mute it, if this opens one */
  readonly muted: Alert['muted']
}

export interface CommandInput {
  readonly type: 'acknowledge' | 'dismiss' | 'escalate'
  readonly by: string
  readonly at: number
  /** why; dismiss demands it */
  readonly comment?: string
  /** escalate: to this severity instead of the next */
  readonly to?: Severity
  /** dismiss: nothing of the kind shall be told of this spot again (a false mark, which the desk makes) */
  readonly falseAlarm?: boolean
}

export type Input =
  | FindingInput
  | CommandInput
  | { readonly type: 'timer'; readonly name: TimerName }
  | { readonly type: 'mute'; readonly muted: Alert['muted']; readonly by: string; readonly comment?: string }
  | { readonly type: 'ticket'; readonly ticketId: string; readonly by: string; readonly at: number }
  /** proof that came later, as a clip of the recording; also of an alert that has closed meanwhile */
  | { readonly type: 'evidence'; readonly evidence: readonly Evidence[]; readonly by: string }
  /** a notice was issued; with the how-manieth repetition, if it is one */
  | { readonly type: 'told'; readonly repeat: number | null }

export type Outcome =
  /** a new alert */
  | 'opened'
  /** the same alert again, soon after it cleared */
  | 'reopened'
  /** one more trigger of an open alert */
  | 'folded'
  /** a finding of an open alert ended */
  | 'ended'
  /** a dismissed condition goes on */
  | 'suppressed'
  | 'changed'
  | 'nothing'
  | 'refused'

export interface Decision {
  /** the alert afterwards; null: there is none. A new id: the one given stays closed, as it was */
  readonly record: AlertRecord | null
  readonly changes: readonly Change[]
  readonly outcome: Outcome
  readonly refusal?: { readonly code: ErrorCode; readonly message: string }
}

export const nothing = (record: AlertRecord | null): Decision => ({ record, changes: [], outcome: 'nothing' })
