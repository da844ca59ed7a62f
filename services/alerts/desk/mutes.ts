// Looks up who mutes an alert, and brings open alerts in line when a silence, a camera or an inhibiting alert comes or goes.
import type { Alert } from '../../contracts/events/alert-changed-v1.ts'
import { isLost } from '../devices/decide-device.ts'
import { type AlertRecord, system } from '../life-cycle/alert-record.ts'
import { decideMute, inhibitorsOf, type MuteFacts } from '../muting/decide-mute.ts'
import { openAlerts } from '../store/alert-store.ts'
import { activeSilences, findDevice } from '../store/records-store.ts'
import { decideAndKeep } from './keep-decision.ts'
import type { Work } from './work.ts'

/** Who mutes an alert of this kind and source now. */
export async function muteOf(work: Work, alert: Pick<Alert, 'kind' | 'source'>): Promise<Alert['muted']> {
  work.silences ??= await activeSilences(work.db)
  const source = alert.source.camera ?? alert.source.device
  const device = source === undefined ? null : await findDevice(work.db, source)
  const asksOthers = source !== undefined && inhibitorsOf(alert.kind, work.config).size > 0
  const facts: MuteFacts = {
    silences: work.silences,
    cameraLost: device !== null && isLost(device),
    lostGateway: alert.kind === 'device_offline' ? await lostGateway(work, device?.gatewayId ?? null) : null,
    others: asksOthers ? (await openAlerts(work.db, source)).map((record) => record.alert) : [],
  }
  return decideMute(alert, facts, work.config)
}

async function lostGateway(work: Work, gatewayId: string | null): Promise<string | null> {
  const gateway = gatewayId === null ? null : await findDevice(work.db, gatewayId)
  return gateway && isLost(gateway) ? gateway.id : null
}

/** Brings open alerts in line with who mutes them now: of one source, or of all without one; only those that it concerns. */
export async function sweepMutes(
  work: Work,
  source: string | undefined,
  why: { readonly by: string; readonly comment?: string },
  concerns: (alert: Alert) => boolean = () => true,
): Promise<void> {
  for (const record of await openAlerts(work.db, source)) {
    if (!concerns(record.alert)) continue
    const muted = await muteOf(work, record.alert)
    await decideAndKeep(work, record, { type: 'mute', muted, ...why })
  }
}

/** An alert opened or closed: what its kind inhibits at the same source is muted or told again. */
export async function sweepInhibited(work: Work, { alert }: AlertRecord): Promise<void> {
  const source = alert.source.camera ?? alert.source.device
  const kinds = new Set(work.config.inhibitions.filter((rule) => rule.by === alert.kind).flatMap((rule) => rule.mutes))
  kinds.delete(alert.kind)
  if (source === undefined || kinds.size === 0) return
  await sweepMutes(work, source, { by: system, comment: `${alert.kind} ${alert.state}` }, (other) =>
    kinds.has(other.kind),
  )
}
