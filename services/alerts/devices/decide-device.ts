// Devices and cameras as alerts see them: there, or lost since when. One that stays lost too long is a finding like any other.
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { DeviceChanged, DeviceStatus } from '../../contracts/events/device-changed-v1.ts'
import type { DeviceKind } from '../../contracts/events/reading-recorded-v1.ts'
import type { LonLat } from '../../contracts/geometry.ts'

export interface DeviceRecord {
  readonly id: string
  readonly kind: DeviceKind
  /** unknown: configured, never heard of */
  readonly status: DeviceStatus | 'unknown'
  readonly reason: string | null
  /** when it was lost (or configured, if never heard of), our clock; null: it is there */
  readonly lostSince: number | null
  /** its loss before, and when it was back from it: back for too short a time, it was not back */
  readonly lastLoss?: { readonly since: number; readonly backAt: number } | undefined
  readonly location: LonLat | null
  readonly gatewayId: string | null
  /** its device_offline finding that goes on */
  readonly findingId: string | null
}

export interface DeviceDecision {
  readonly device: DeviceRecord
  /** set or cleared; undefined: as it was */
  readonly offlineDueAt?: number | null
  readonly finding?: 'started' | 'ended'
  /** it came or went: what it inhibits changes */
  readonly moved: boolean
}

/** Lost: connected no more, or connected without data. A device that says itself that it is stopped is not lost. */
export const isLost = (device: Pick<DeviceRecord, 'status'>): boolean =>
  device.status === 'offline' || device.status === 'stalled'

/** A status change at `at` (the time the bus took it). Changes without a status leave everything as it is. */
export function deviceChanged(
  known: DeviceRecord | null,
  change: DeviceChanged,
  at: number,
  config: AlertsConfig,
): DeviceDecision | null {
  const { status } = change
  if (status === undefined) return null
  const before = known ?? configured(change.deviceId, change.kind, null)
  const lost = status === 'offline' || status === 'stalled'
  const wasLost = isLost(before)
  const lostSince = lost ? (wasLost ? before.lostSince : lossBegan(before, at, config)) : null
  const lastLoss = !lost && before.lostSince !== null ? { since: before.lostSince, backAt: at } : before.lastLoss
  const device: DeviceRecord = {
    ...before,
    kind: change.kind,
    status,
    reason: change.reason ?? null,
    location: change.location ?? before.location,
    gatewayId: change.gatewayId ?? before.gatewayId,
    lostSince,
    ...(lastLoss ? { lastLoss } : {}),
    findingId: lost ? before.findingId : null,
  }
  const moved = lost !== wasLost
  if (lost) return { device, moved, ...(moved && !before.findingId ? timer(device, config, at, lostSince ?? at) : {}) }
  return { device, moved, offlineDueAt: null, ...(before.findingId === null ? {} : { finding: 'ended' }) }
}

/** The quiet time of a lost device is over. */
export function deviceOverdue(device: DeviceRecord): DeviceDecision {
  if (device.lostSince === null || device.findingId !== null) return { device, moved: false }
  const findingId = `device_offline/${device.id}/${device.lostSince}`
  return { device: { ...device, findingId }, moved: false, finding: 'started' }
}

/** A device of the configuration that has never been heard of; it is missed like a lost one, but inhibits nothing. */
export function deviceConfigured(id: string, kind: DeviceKind, now: number, config: AlertsConfig): DeviceDecision {
  const device = configured(id, kind, now)
  return { device, moved: false, ...timer(device, config, now) }
}

/** What comes and goes has been lost since it first went. */
function lossBegan({ lastLoss }: DeviceRecord, at: number, { flapping }: AlertsConfig): number {
  return lastLoss && at - lastLoss.backAt < flapping.deviceHoldSeconds * 1000 ? lastLoss.since : at
}

function timer(device: DeviceRecord, config: AlertsConfig, at: number, since = at): { offlineDueAt?: number } {
  const seconds = config.offlineAfterSeconds[device.kind]
  return seconds === 0 ? {} : { offlineDueAt: Math.max(at, since + seconds * 1000) }
}

const configured = (id: string, kind: DeviceKind, lostSince: number | null): DeviceRecord => ({
  id,
  kind,
  status: 'unknown',
  reason: null,
  lostSince,
  location: null,
  gatewayId: null,
  findingId: null,
})
