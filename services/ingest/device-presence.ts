// A connection came or went → the device is online or offline; with a gateway go the aircraft behind it.
import { createEvent } from '../contracts/cloud-event.ts'
import type { DevicePresenceSink } from '../contracts/device-messages.ts'
import { deviceChangedV1 } from '../contracts/events/device-changed-v1.ts'
import type { DeviceKnowledge, Outgoing } from './decoding/decoded.ts'
import { sourceOf } from './decoding/message-identity.ts'
import { timeText } from './decoding/message-time.ts'

/** Events of a change of presence. A device whose kind nobody knows yet counts as `drone`: only DJI devices come without a kind. */
export function presenceEvents(
  presence: Parameters<DevicePresenceSink>[0],
  knowledge: DeviceKnowledge,
): readonly Outgoing[] {
  const { deviceId, connected, at } = presence
  const status = connected ? 'online' : 'offline'
  const change = (id: string, reason: string, gatewayId?: string): Outgoing => ({
    topic: 'qly.device.v1',
    event: createEvent(
      deviceChangedV1,
      { source: sourceOf(id), id: `presence:${status}@${at}`, time: at },
      {
        deviceId: id,
        kind: knowledge.kindOf(id) ?? 'drone',
        at: timeText(at),
        status,
        reason: reason.slice(0, 500),
        ...(gatewayId === undefined ? {} : { gatewayId }),
      },
    ),
  })
  const own = change(deviceId, presence.reason)
  if (connected) return [own]
  return [
    own,
    ...knowledge
      .subDevicesOf(deviceId)
      .map((id) => change(id, `its gateway ${deviceId} is offline: ${presence.reason}`, deviceId)),
  ]
}
