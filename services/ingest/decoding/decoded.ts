// What a decoder makes of one message of a device: events, or a dead letter; answers to the device; and its identity for duplicates.
import type { ErrorCode } from '../../contracts/errors.ts'
import type { DeviceKind } from '../../contracts/events/reading-recorded-v1.ts'
import type { TopicEvent, TopicName } from '../../contracts/topics.ts'

export type Outgoing = { [T in TopicName]: { readonly topic: T; readonly event: TopicEvent<T> } }[TopicName]

/** An answer that goes out once the events are durable. */
export interface Answer {
  readonly topic: string
  readonly body: Readonly<Record<string, unknown>>
}

/** What ingest knows of devices; decoders read it, the service writes it. */
export interface DeviceKnowledge {
  kindOf(deviceId: string): DeviceKind | undefined
  /** sub-devices that are online behind this gateway */
  subDevicesOf(gatewayId: string): readonly string[]
}

export interface Learnt {
  readonly deviceId: string
  readonly kind: DeviceKind
  readonly gatewayId?: string
}

export interface Taken {
  readonly outcome: 'taken'
  readonly events: readonly Outgoing[]
  readonly answers: readonly Answer[]
  /** `source` and id of the message; the first event carries them. Absent: the message causes no event. */
  readonly identity?: string
  readonly learnt?: readonly Learnt[]
  /** sub-devices that are not behind their gateway any more */
  readonly left?: readonly string[]
}

export interface Refused {
  readonly outcome: 'refused'
  readonly code: ErrorCode
  readonly reason: string
  readonly deviceId?: string
}

export type Decoded = Taken | Refused

export const refuse = (code: ErrorCode, reason: string, deviceId?: string): Refused => ({
  outcome: 'refused',
  code,
  reason: reason.length > 2000 ? `${reason.slice(0, 1999)}…` : reason,
  ...(deviceId === undefined ? {} : { deviceId }),
})

export const unreadable = (reason: string, deviceId?: string): Refused =>
  refuse('QLY_PAYLOAD_UNREADABLE', reason, deviceId)
