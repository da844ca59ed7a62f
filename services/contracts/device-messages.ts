// Messages between the broker (ours or an external one) and ingest, inside one process.
// Services never import each other; app hands ingest's sink to the broker and the broker's publisher to ingest.

import type { DeviceKind } from './events/reading-recorded-v1.ts'

/** One MQTT PUBLISH of a device, as the broker got it. */
export interface DeviceMessage {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  /** MQTT DUP flag: the client says that it may have sent this before */
  readonly duplicate: boolean
  /** MQTT client id of the publisher; empty where an external broker does not tell */
  readonly clientId: string
  /** when the broker got it, milliseconds since the epoch */
  readonly receivedAt: number
  /** MQTT 5 Content Type, and user properties in their order, if any */
  readonly contentType?: string
  readonly userProperties?: Readonly<Record<string, string | readonly string[]>>
  /** the message was larger than the broker takes: its whole size in bytes; `payload` holds only its beginning */
  readonly oversizedBytes?: number
}

/**
 * Takes one message. Resolves once everything that it causes is durable on the bus (events, or a dead letter for one that cannot be read):
 * only then may the broker send PUBACK. Rejects only with a retryable AppError (the bus does not answer): the broker sends no PUBACK.
 */
export type DeviceMessageSink = (message: DeviceMessage) => Promise<void>

/** What the broker knows of connections: a device came or went (`reason`: disconnect, keepalive, last will …). Durable when it resolves. */
export type DevicePresenceSink = (presence: {
  readonly deviceId: string
  /** as registered; absent where only ingest can know it */
  readonly kind?: DeviceKind
  readonly connected: boolean
  readonly reason: string
  readonly at: number
}) => Promise<void>

/** Sends a message to devices or subscribers through the broker. Resolves once the broker has taken it. */
export type DevicePublisher = (
  topic: string,
  payload: Uint8Array,
  options: {
    readonly qos: 0 | 1
    readonly retain: boolean
    readonly contentType?: string
    readonly userProperties?: Readonly<Record<string, string>>
  },
) => Promise<void>
