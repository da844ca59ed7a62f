// Which events of the bus go out on MQTT, on which topic, and in which form (CloudEvents MQTT binding 1.0.2). Pure.
import type { MqttConfig } from '../../contracts/config/engines.ts'
import { keyOf, type TopicEvent, type TopicName } from '../../contracts/topics.ts'

export interface OutgoingEvent {
  readonly topic: string
  readonly event: TopicEvent
}

/** Topics of the bus that are read for it. */
export function topicsOut(config: Pick<MqttConfig, 'publishReadings'>): readonly TopicName[] {
  const always: readonly TopicName[] = [
    'qly.alert.v1',
    'qly.ticket.v1',
    'qly.detection.v1',
    'qly.device.v1',
    'qly.footage.v1',
  ]
  return config.publishReadings ? [...always, 'qly.reading.v1'] : always
}

/** `qly/v1/events/{alert|ticket|detection|device|reading|footage}/{key}`; undefined for what stays inside. */
export function outgoingEvent(event: TopicEvent, config: Pick<MqttConfig, 'publishFrames'>): OutgoingEvent | undefined {
  const name = nameOf(event, config)
  return name === undefined ? undefined : { topic: `qly/v1/events/${name}/${topicLevel(keyOf(event))}`, event }
}

function nameOf(event: TopicEvent, config: Pick<MqttConfig, 'publishFrames'>): string | undefined {
  switch (event.type) {
    case 'cn.qianliyan.alert.changed.v1':
      return 'alert'
    case 'cn.qianliyan.ticket.changed.v1':
      return 'ticket'
    case 'cn.qianliyan.finding.changed.v1':
      return 'detection'
    case 'cn.qianliyan.frame.analysed.v1':
      return config.publishFrames ? 'detection' : undefined
    case 'cn.qianliyan.device.changed.v1':
      return 'device'
    case 'cn.qianliyan.reading.recorded.v1':
      return 'reading'
    case 'cn.qianliyan.footage.changed.v1':
      return 'footage'
    default:
      return undefined
  }
}

/** A key as one level of a topic: separators and wildcards may not stand in it. */
function topicLevel(key: string): string {
  return key.replace(/[/+#\0]/g, '_') || '_'
}

/** Structured mode: the whole event as JSON. The only form that MQTT 3.1.1 can carry. */
export function structured(event: TopicEvent): { payload: Buffer; contentType: string } {
  return { payload: Buffer.from(JSON.stringify(event)), contentType: 'application/cloudevents+json; charset=utf-8' }
}

/** Binary mode (MQTT 5): the data as payload, every other attribute a user property of the same name, datacontenttype as Content Type. */
export function binary(event: TopicEvent): {
  payload: Buffer
  contentType: string
  userProperties: Record<string, string>
} {
  const { data, datacontenttype, ...attributes } = event
  const texts = Object.entries(attributes).map(([name, value]) => [name, String(value)] as const)
  return {
    payload: Buffer.from(JSON.stringify(data)),
    contentType: datacontenttype,
    userProperties: Object.fromEntries(texts),
  }
}
