// A PUBLISH on its way to an MQTT 5 client. CloudEvents, which travel inside the broker as structured JSON (all that 3.1.1 can carry), go out in
// binary mode: the attributes as user properties under their own names, the data as payload (CloudEvents MQTT binding 1.0.2 §3.1).
import { generate } from 'mqtt-packet'
import { writeVarying } from './mqtt5-properties.ts'

const eventTopics = 'qly/v1/events/'

/** The MQTT 5 frame of a 3.1.1 PUBLISH, and its packet identifier (0 for QoS 0). */
export function eventPublish(frame: Buffer, start: number, qos: number): { bytes: Buffer; id: number } {
  const topicEnd = start + 2 + frame.readUInt16BE(start)
  const idEnd = topicEnd + (qos > 0 ? 2 : 0)
  const id = qos > 0 ? frame.readUInt16BE(topicEnd) : 0
  const topic = frame.toString('utf8', start + 2, topicEnd)
  const event = topic.startsWith(eventTopics) ? readEvent(frame.subarray(idEnd)) : undefined
  if (!event) {
    const size = writeVarying(frame.length - start + 1)
    const head = frame.subarray(start, idEnd)
    return { id, bytes: Buffer.concat([frame.subarray(0, 1), size, head, noProperties, frame.subarray(idEnd)]) }
  }
  const first = frame[0] ?? 0
  const bytes = generate(
    {
      cmd: 'publish',
      topic,
      payload: Buffer.from(JSON.stringify(event.data)),
      qos: qos as 0 | 1 | 2,
      dup: (first & 8) !== 0,
      retain: (first & 1) !== 0,
      messageId: id,
      properties: { contentType: event.contentType, userProperties: event.attributes },
    },
    { protocolVersion: 5 },
  )
  return { id, bytes }
}

const noProperties = Buffer.from([0])

function readEvent(
  payload: Buffer,
): { data: unknown; contentType: string; attributes: Record<string, string> } | undefined {
  try {
    const { data, datacontenttype, ...attributes } = JSON.parse(payload.toString()) as Record<string, unknown>
    const texts = Object.entries(attributes).map(([name, value]) => [name, String(value)] as const)
    return { data, contentType: String(datacontenttype), attributes: Object.fromEntries(texts) }
  } catch {
    return undefined
  }
}
