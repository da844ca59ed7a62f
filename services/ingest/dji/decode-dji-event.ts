// `thing/product/{sn}/events`: things that happened (hms, flighttask_progress, file_upload_callback, …), and the replies of a device to commands
// (`services_reply`, `property/set_reply`, `drc/up`).
// They go into the twin as `{channel}.{method}`, e.g. `events.hms`; need_reply = 1 is answered once durable.
import type { Decoded, DeviceKnowledge } from '../decoding/decoded.ts'
import { timeText } from '../decoding/message-time.ts'
import { looseNumber } from '../decoding/read-json.ts'
import { withoutWildCoordinates } from './dji-coordinates.ts'
import { answerTo, type DjiContext, deviceEvent, djiMessageId, readEnvelope } from './dji-envelope.ts'

export interface DjiEventContext extends DjiContext {
  readonly channel: 'events' | 'services_reply' | 'property/set_reply' | 'drc/up'
  readonly knowledge: DeviceKnowledge
}

export function decodeDjiEvent(context: DjiEventContext): Decoded {
  const envelope = readEnvelope(context)
  if ('outcome' in envelope) return envelope
  const { deviceId, channel } = context
  const identity = djiMessageId(channel, envelope, context)
  const { kept, refused } = withoutWildCoordinates(envelope.data)
  const name = envelope.method ?? 'unnamed'
  const news = {
    ...kept,
    at: timeText(envelope.at),
    ...(Object.keys(refused).length > 0 ? { refused_coordinates: refused } : {}),
  }
  const change = deviceEvent(context, identity, envelope.at, {
    deviceId,
    kind: context.knowledge.kindOf(deviceId) ?? 'dock',
    at: timeText(envelope.at),
    patch: { [channel.replaceAll('/', '_')]: { [name]: news } },
  })
  const wanted = channel === 'events' && looseNumber(envelope.raw.need_reply) === 1
  return {
    outcome: 'taken',
    events: [change],
    identity,
    answers: wanted
      ? [answerTo(`thing/product/${deviceId}/events_reply`, envelope, { result: 0 }, context.receivedAt)]
      : [],
  }
}
