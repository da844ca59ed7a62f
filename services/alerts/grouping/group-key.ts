// Which alerts are told together.
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'

/** E.g. illegal_parking/hq-lane-07 (kind and source); `all` where nothing is named to group by. */
export function groupKeyOf(finding: FindingChanged, config: AlertsConfig): string {
  const parts = {
    kind: finding.kind,
    source: finding.cameraId ?? finding.deviceId ?? '-',
    zone: finding.zoneId ?? '-',
  }
  return config.groups.by.map((name) => parts[name]).join('/') || 'all'
}
