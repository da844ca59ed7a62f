// `sys/product/{gateway_sn}/status`, method update_topo: a gateway (dock or remote controller) says which aircraft are online behind it.
// An empty list: its aircraft has gone (domain.md §1.5).
import type { DeviceKind } from '../../contracts/events/reading-recorded-v1.ts'
import { type Decoded, type DeviceKnowledge, type Outgoing, unreadable } from '../decoding/decoded.ts'
import { timeText } from '../decoding/message-time.ts'
import { isObject, type JsonObject } from '../decoding/read-json.ts'
import { answerTo, type DjiContext, deviceEvent, djiMessageId, readEnvelope } from './dji-envelope.ts'

export interface DjiTopologyContext extends DjiContext {
  readonly knowledge: DeviceKnowledge
}

export function decodeDjiTopology(context: DjiTopologyContext): Decoded {
  const envelope = readEnvelope(context)
  if ('outcome' in envelope) return envelope
  const { deviceId: gatewayId, knowledge } = context
  if (envelope.method !== undefined && envelope.method !== 'update_topo')
    return unreadable(`the method "${envelope.method}" is not known on this topic`, gatewayId)
  const { sub_devices: listed = [], ...gateway } = envelope.data
  if (!Array.isArray(listed) || listed.length > 64 || !listed.every(isSubDevice))
    return unreadable('"sub_devices" must be a list of at most 64 devices with an "sn"', gatewayId)
  const subDevices = listed as (JsonObject & { sn: string })[]

  const identity = djiMessageId('status', envelope, context)
  const at = timeText(envelope.at)
  const events: Outgoing[] = []
  const add = (deviceId: string, kind: DeviceKind, more: object) =>
    events.push(
      deviceEvent(context, events.length === 0 ? identity : `${identity}.${events.length}`, envelope.at, {
        deviceId,
        kind,
        at,
        ...more,
      }),
    )
  const gatewayKind = knowledge.kindOf(gatewayId) ?? 'dock'
  add(gatewayId, gatewayKind, {
    status: 'online',
    reason: 'update_topo',
    patch: { ...withoutSecrets(gateway), sub_devices: subDevices.map((each) => withoutSecrets(each)) },
  })
  const present = new Set<string>()
  for (const device of subDevices) {
    if (present.has(device.sn) || device.sn === gatewayId) continue
    present.add(device.sn)
    add(device.sn, knowledge.kindOf(device.sn) ?? 'drone', {
      status: 'online',
      reason: `behind ${gatewayId}`,
      gatewayId,
      patch: withoutSecrets(device),
    })
  }
  const left = knowledge.subDevicesOf(gatewayId).filter((each) => !present.has(each))
  for (const gone of left) {
    add(gone, knowledge.kindOf(gone) ?? 'drone', {
      status: 'offline',
      reason: `not behind ${gatewayId} any more`,
      gatewayId,
    })
  }
  const topic = `sys/product/${gatewayId}/status_reply`
  return {
    outcome: 'taken',
    events,
    identity,
    left,
    answers: [answerTo(topic, envelope, { result: 0 }, context.receivedAt)],
    learnt: [
      { deviceId: gatewayId, kind: gatewayKind },
      ...[...present].map((deviceId) => ({
        deviceId,
        kind: knowledge.kindOf(deviceId) ?? ('drone' as const),
        gatewayId,
      })),
    ],
  }
}

function isSubDevice(value: unknown): boolean {
  return isObject(value) && typeof value.sn === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value.sn)
}

/** device_secret and nonce prove the device to DJI's cloud; they are nobody else's business. */
function withoutSecrets(data: JsonObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([key]) => key !== 'device_secret' && key !== 'nonce'))
}
