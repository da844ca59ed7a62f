// What one finding event says about its alert.
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { FindingInput } from './decision.ts'

/** When the condition began, on our clock: the finding's own duration before the bus took it, so that a skewed clock does no harm. */
export const conditionStart = ({ finding, at }: FindingInput): number =>
  at - Math.max(0, Date.parse(finding.at) - Date.parse(finding.since))

/** How long a finding may say nothing before it is taken as ended. */
export const silentMilliseconds = (finding: FindingChanged, config: AlertsConfig): number =>
  (config.kinds[finding.kind].silentAfterSeconds ?? config.silentAfterSeconds) * 1000

/** What the newest word of a finding says anew. */
export const picture = (finding: FindingChanged) => ({
  summary: finding.summary,
  ...(finding.label === undefined ? {} : { label: finding.label }),
  ...(finding.box === undefined ? {} : { box: finding.box }),
  ...(finding.location === undefined ? {} : { location: finding.location }),
  ...(finding.measured === undefined ? {} : { measured: finding.measured }),
})
