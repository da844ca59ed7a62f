// How long an ended condition must stay away before its alert clears. Every recent re-opening doubles it: one that flaps stays one open alert.
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { AlertRecord } from './alert-record.ts'

/** In milliseconds. Exponential, as route-flap damping does it (RFC 2439 §4.2), up to flapping.maximumQuietSeconds. */
export function quietMilliseconds(record: AlertRecord, config: AlertsConfig, at: number): number {
  const plain = config.kinds[record.alert.kind].clearAfterQuietSeconds ?? config.clearAfterQuietSeconds
  const recent = record.reopenings.filter((time) => time > at - config.flapping.windowSeconds * 1000).length
  const damped = Math.min(plain * 2 ** recent, config.flapping.maximumQuietSeconds)
  return Math.max(plain, damped) * 1000
}
