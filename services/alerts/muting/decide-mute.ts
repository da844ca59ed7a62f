// Who mutes an alert, if anybody: a silence made by a person, or an inhibition: its camera or gateway is lost, or a worse alert says the same.
import type { AlertKind } from '../../contracts/alert-kinds.ts'
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { Alert } from '../../contracts/events/alert-changed-v1.ts'
import type { Silence, SilenceMatchers } from '../../contracts/silences.ts'

export interface MuteFacts {
  /** silences in force */
  readonly silences: readonly Silence[]
  /** the camera of the alert is lost */
  readonly cameraLost: boolean
  /** the gateway (dock) of the device of the alert, if that is lost */
  readonly lostGateway: string | null
  /** open alerts of the same camera or device that may inhibit */
  readonly others: readonly { readonly id: string; readonly kind: AlertKind }[]
}

/** A silence comes before an inhibition, since a person stands behind it; of several the oldest. */
export function decideMute(
  alert: Pick<Alert, 'kind' | 'source'>,
  facts: MuteFacts,
  config: AlertsConfig,
): Alert['muted'] {
  const silence = facts.silences.find((each) => matches(each.matchers, alert))
  if (silence) return { by: 'silence', ref: silence.id }
  if (alert.kind === 'device_offline') {
    return facts.lostGateway === null ? null : { by: 'inhibition', ref: facts.lostGateway }
  }
  if (facts.cameraLost && alert.source.camera !== undefined) return { by: 'inhibition', ref: alert.source.camera }
  const inhibitors = inhibitorsOf(alert.kind, config)
  const other = facts.others.find((each) => inhibitors.has(each.kind))
  return other ? { by: 'inhibition', ref: other.id } : null
}

/** The kinds whose open alerts mute this kind. */
export const inhibitorsOf = (kind: AlertKind, config: AlertsConfig): ReadonlySet<AlertKind> =>
  new Set(config.inhibitions.filter((rule) => rule.mutes.includes(kind) && rule.by !== kind).map((rule) => rule.by))

/** Does an alert agree with every matcher that is given? */
export function matches(matchers: SilenceMatchers, { kind, source }: Pick<Alert, 'kind' | 'source'>): boolean {
  const agrees = (wanted: readonly string[] | undefined, value: string | undefined) =>
    wanted === undefined || (value !== undefined && wanted.includes(value))
  return (
    agrees(matchers.kind, kind) &&
    agrees(matchers.camera, source.camera) &&
    agrees(matchers.device, source.device) &&
    agrees(matchers.zone, source.zone)
  )
}

/** A silence that came or went concerns what it matches or has muted. */
export const silenceConcerns = (silence: Silence, alert: Pick<Alert, 'kind' | 'source' | 'muted'>): boolean =>
  alert.muted?.ref === silence.id || matches(silence.matchers, alert)
