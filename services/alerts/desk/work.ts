// One transaction's worth of work: where it reads and writes, what it will publish, which timers it set.
import type { Transaction } from 'kysely'
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { Silence } from '../../contracts/silences.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import type { AlertMetrics } from '../alert-metrics.ts'
import type { AlertTables } from '../store/alert-tables.ts'
import type { Places } from './places.ts'

/** What all work shares. */
export interface Desk {
  readonly config: AlertsConfig
  readonly places: Places
  readonly metrics: AlertMetrics
  readonly logger: Logger
  /** Hears of every timer that is set, so that the loop wakes in time. */
  readonly onTimer: (dueAt: number) => void
}

export interface Work extends Desk {
  readonly db: Transaction<AlertTables>
  readonly now: number
  /** published after the commit, in this order */
  readonly outgoing: Outgoing[]
  readonly traceparent: string | undefined
  /** silences in force, read once */
  silences: readonly Silence[] | undefined
}

/** `source` of every event of this room. */
export const eventSource = '/alerts'

export function beginWork(desk: Desk, db: Transaction<AlertTables>, now: number, traceparent?: string): Work {
  return { ...desk, db, now, outgoing: [], traceparent, silences: undefined }
}
