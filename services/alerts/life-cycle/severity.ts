// Severity over time: rises at once with what is found and with duration; falls when the reason has been gone for a while, or in the quiet time.
import type { Severity } from '../../contracts/alert-kinds.ts'
import type { AlertsConfig, Rung } from '../../contracts/config/alerts.ts'
import {
  type AlertRecord,
  type Change,
  isOpen,
  iso,
  rank,
  system,
  type Timers,
  withStep,
  worse,
} from './alert-record.ts'

/** The severity that holds at `now`: while the condition holds, the worst of findings, ladder and escalation; in the quiet time it only falls. */
export function targetSeverity(record: AlertRecord, config: AlertsConfig, now: number): Severity {
  const { ladder, whenQuiet } = config.kinds[record.alert.kind]
  const floor = record.floor ?? 'info'
  if (record.quietSince !== null) {
    const ceiling = rungReached(whenQuiet, record.quietSince, now) ?? record.alert.severity
    return worse(floor, rank(ceiling) < rank(record.alert.severity) ? ceiling : record.alert.severity)
  }
  return worse(floor, worse(record.base, rungReached(ladder, record.holdingSince, now) ?? 'info'))
}

/**
 * Brings the severity to its target and sets the timers for what comes next. A fall while the condition holds waits
 * `severityFallsAfterSeconds` unless `mayFall` (its timer has fired).
 */
export function settleSeverity(
  record: AlertRecord,
  config: AlertsConfig,
  now: number,
  options: { mayFall: boolean; why?: string },
): { record: AlertRecord; changes: Change[] } {
  if (!isOpen(record.alert.state)) return { record, changes: [] }
  const { fall, severity: _, ...others } = record.timers
  const next = nextRung(record, config, now)
  const timers: Timers = next === undefined ? others : { ...others, severity: next }
  const current = record.alert.severity
  const target = targetSeverity(record, config, now)
  if (target === current) return { record: { ...record, timers }, changes: [] }
  const waits = rank(target) < rank(current) && record.quietSince === null && !options.mayFall
  if (waits) {
    const due = fall ?? now + config.severityFallsAfterSeconds * 1000
    return { record: { ...record, timers: { ...timers, fall: due } }, changes: [] }
  }
  const step = {
    action: 'severity_changed' as const,
    by: system,
    at: iso(now),
    from: current,
    to: target,
    ...(options.why === undefined ? {} : { comment: options.why }),
  }
  const changed = withStep({ ...record, timers }, { severity: target }, step, now)
  return { record: changed.record, changes: [changed.change] }
}

/** The last rung whose time has come. Rungs may stand in any order. */
function rungReached(rungs: readonly Rung[], since: number, now: number): Severity | undefined {
  return rungs
    .filter((rung) => since + rung.afterSeconds * 1000 <= now)
    .reduce<Rung | undefined>(
      (last, rung) => (!last || rung.afterSeconds >= last.afterSeconds ? rung : last),
      undefined,
    )?.severity
}

function nextRung(record: AlertRecord, config: AlertsConfig, now: number): number | undefined {
  const { ladder, whenQuiet } = config.kinds[record.alert.kind]
  const [rungs, since] = record.quietSince === null ? [ladder, record.holdingSince] : [whenQuiet, record.quietSince]
  const due = rungs.map((rung) => since + rung.afterSeconds * 1000).filter((at) => at > now)
  return due.length === 0 ? undefined : Math.min(...due)
}
