// A device or camera changed: it came, went, or told something about itself (merged into its twin).
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { LonLat } from '../geometry.ts'
import { Identifier } from '../identifiers.ts'
import { DeviceKind } from './reading-recorded-v1.ts'

/** online; stopped: connected, says it does not measure; stalled: no data or pictures though connected; offline: connection lost or last will. */
export const DeviceStatus = Type.Union([
  Type.Literal('online'),
  Type.Literal('stopped'),
  Type.Literal('stalled'),
  Type.Literal('offline'),
])
export type DeviceStatus = Static<typeof DeviceStatus>

export const DeviceChanged = Type.Object({
  deviceId: Identifier,
  kind: DeviceKind,
  at: Timestamp,
  status: Type.Optional(DeviceStatus),
  reason: Type.Optional(Type.String({ maxLength: 500, description: 'why the status changed, for people' })),
  location: Type.Optional(LonLat),
  gatewayId: Type.Optional(Identifier),
  patch: Type.Optional(
    Type.Record(Type.String({ maxLength: 128 }), Type.Unknown(), {
      description:
        'fields as the device wrote them, to be merged by field into its twin (RFC 7396 without deletion); unknown keys are kept',
    }),
  ),
})
export type DeviceChanged = Static<typeof DeviceChanged>

export const deviceChangedV1 = defineEvent({
  type: 'cn.qianliyan.device.changed.v1',
  summary: 'A device or camera came online, went offline, or reported a part of its state.',
  schema: DeviceChanged,
  example: {
    deviceId: '1581F5BKD22CM00A0001',
    kind: 'drone',
    at: '2020-06-28T06:00:02.000Z',
    status: 'online',
    location: [120.575, 31.336],
    patch: { mode_code: 5, battery: { capacity_percent: 81 } },
  },
})
