// One MQTT message → events, answers, or a dead letter: finds the decoder by topic. Pure: the same message and knowledge give the same result
// (but for the trace that begins here).
import type { Config } from '../../contracts/config/config.ts'
import type { DeviceMessage } from '../../contracts/device-messages.ts'
import { decodeDjiEvent } from '../dji/decode-dji-event.ts'
import { decodeDjiProperties } from '../dji/decode-dji-properties.ts'
import { decodeDjiRequest } from '../dji/decode-dji-request.ts'
import { decodeDjiTopology } from '../dji/decode-dji-topology.ts'
import { decodeImage } from './decode-image.ts'
import { decodeReadings } from './decode-readings.ts'
import { decodeStatus } from './decode-status.ts'
import { type Decoded, type DeviceKnowledge, refuse, unreadable } from './decoded.ts'
import { traceOf } from './message-identity.ts'
import type { Route } from './topic-routes.ts'

export interface DecodingDeps {
  readonly settings: Config['ingest']
  readonly knowledge: DeviceKnowledge
}

/** Never throws: what a decoder cannot take is refused, and a fault of a decoder is QLY_INTERNAL in the dead letter. */
export function decodeMessage(message: DeviceMessage, route: Route, deps: DecodingDeps): Decoded {
  try {
    if (message.oversizedBytes !== undefined)
      return refuse(
        'QLY_PAYLOAD_TOO_LARGE',
        `the broker takes no payload of ${message.oversizedBytes} bytes (mqtt.maximumPayloadBytes)`,
        route.deviceId,
      )
    return decode(message, route, deps)
  } catch (error) {
    return refuse('QLY_INTERNAL', `the decoder failed: ${(error as Error).message}`, route.deviceId)
  }
}

function decode(message: DeviceMessage, route: Route, { settings, knowledge }: DecodingDeps): Decoded {
  const { payload, receivedAt } = message
  const { maxClockSkewSeconds } = settings
  const traceparent = traceOf(message.userProperties?.traceparent)
  switch (route.family) {
    case 'readings':
      return decodeReadings({
        deviceId: route.deviceId,
        kind: route.kind,
        payload,
        receivedAt,
        traceparent,
        maxClockSkewSeconds,
      })
    case 'status':
      return decodeStatus({ deviceId: route.deviceId, kind: route.kind, payload, receivedAt, traceparent })
    case 'image': {
      const { deviceId, cameraId } = route
      const { userProperties } = message
      return decodeImage({
        deviceId,
        cameraId,
        payload,
        receivedAt,
        traceparent,
        ...(userProperties ? { userProperties } : {}),
      })
    }
    case 'dji-topology':
      return decodeDjiTopology({ deviceId: route.deviceId, payload, receivedAt, traceparent, knowledge })
    case 'dji': {
      const context = { deviceId: route.deviceId, payload, receivedAt, traceparent }
      if (route.channel === 'osd' || route.channel === 'state')
        return decodeDjiProperties({ ...context, channel: route.channel, knowledge, maxClockSkewSeconds })
      if (route.channel === 'requests') return decodeDjiRequest({ ...context, settings: settings.dji })
      return decodeDjiEvent({ ...context, channel: route.channel, knowledge })
    }
    case 'unknown':
      return unreadable(route.reason, route.deviceId)
  }
}
