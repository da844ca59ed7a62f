// Timers of one alert. One that fires without being due or set (it was cancelled meanwhile) does nothing.
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import { type AlertRecord, isOpen, iso, system, type TimerName, toldOfEnd, withStep } from './alert-record.ts'
import { type Decision, nothing } from './decision.ts'
import { settleSeverity } from './severity.ts'

export function decideTimer(record: AlertRecord, name: TimerName, config: AlertsConfig, now: number): Decision {
  const due = record.timers[name]
  if (due === undefined || due > now || !isOpen(record.alert.state)) return nothing(record)
  const { [name]: _, ...timers } = record.timers
  const fired: AlertRecord = { ...record, timers }
  switch (name) {
    case 'clear':
      return clear(fired, due, 'quiet', now)
    case 'severity': {
      const settled = settleSeverity(fired, config, now, {
        mayFall: false,
        why: record.quietSince === null ? 'duration' : 'quiet',
      })
      return { ...settled, outcome: 'changed' }
    }
    case 'fall': {
      const settled = settleSeverity(fired, config, now, { mayFall: true, why: 'the reason for more has gone' })
      return { ...settled, outcome: 'changed' }
    }
    case 'repeat': {
      const { record: next, change } = withStep(fired, {}, { action: 'repeated', by: system, at: iso(now) }, now)
      return { record: next, changes: [change], outcome: 'changed' }
    }
    case 'silent':
      return silent(fired, config, now)
  }
}

/** `at`: when the quiet time was over, which is earlier than `now` if we were down. */
function clear(record: AlertRecord, at: number, comment: string, now: number): Decision {
  const { record: next, change } = withStep(
    { ...record, findings: {}, closedAt: at, quietSince: null, timers: {}, told: toldOfEnd(record) },
    { state: 'cleared', clearedAt: iso(at) },
    { action: 'cleared', by: system, at: iso(now), from: record.alert.state, to: 'cleared', comment },
    now,
  )
  return { record: next, changes: [change], outcome: 'changed' }
}

/** Every trigger moves this timer on, but it is written only when it fires: then it looks how long the silence really is. */
function silent(record: AlertRecord, config: AlertsConfig, now: number): Decision {
  const limit = (config.kinds[record.alert.kind].silentAfterSeconds ?? config.silentAfterSeconds) * 1000
  const due = record.lastTriggerAt + limit
  if (record.quietSince !== null) return { record, changes: [], outcome: 'changed' }
  if (due > now)
    return { record: { ...record, timers: { ...record.timers, silent: due } }, changes: [], outcome: 'changed' }
  return clear(record, due, `no word of it for ${Math.round(limit / 1000)} s`, now)
}
