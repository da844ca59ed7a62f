// /asyncapi.yaml: AsyncAPI 3 of everything on the bus and on MQTT, made from the same schemas that check it.
import { stringify } from 'yaml'
import { CloudEventAttributes, type EventDefinition } from '../../contracts/cloud-event.ts'
import type { Config } from '../../contracts/config/config.ts'
import { type TopicName, topicNames, topics } from '../../contracts/topics.ts'

interface Node {
  readonly [key: string]: unknown
}

/** The topics that subscribers get over MQTT as well: `qly/v1/events/{name}/{key}`. */
const overMqtt: readonly TopicName[] = [
  'qly.alert.v1',
  'qly.ticket.v1',
  'qly.detection.v1',
  'qly.device.v1',
  'qly.reading.v1',
  'qly.footage.v1',
]

/** The document as an object. */
export function asyncApi(config: Pick<Config, 'bus' | 'mqtt' | 'bind'>, version: string): Node {
  const kafka = config.bus.kafka.brokers[0]
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'qianliyan',
      version,
      description: 'Events of 千里眼: CloudEvents 1.0, on Kafka topics and, for subscribers, on MQTT.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      mqtt: { host: `${config.bind}:${config.mqtt.port}`, protocol: 'mqtt', security: [{ type: 'userPassword' }] },
      ...(kafka === undefined ? {} : { kafka: { host: kafka, protocol: 'kafka' } }),
    },
    channels: Object.fromEntries([...topicNames.map(kafkaChannel), ...overMqtt.map(mqttChannel)]),
    operations: Object.fromEntries([
      ...topicNames.map((topic) => operation(topic, 'send')),
      ...overMqtt.map((topic) => operation(`${topic}.mqtt`, 'send')),
    ]),
    components: { messages: Object.fromEntries(topicNames.flatMap((topic) => definitionsOf(topic).map(message))) },
  }
}

/** The document as text. Schemas are plain JSON Schema, without TypeBox's own marks. */
export const asyncApiYaml = (config: Pick<Config, 'bus' | 'mqtt' | 'bind'>, version: string): string =>
  stringify(JSON.parse(JSON.stringify(asyncApi(config, version))), { aliasDuplicateObjects: false })

const definitionsOf = (topic: TopicName) => topics[topic].events as readonly EventDefinition[]

const messageName = ({ type }: EventDefinition): string => type.replace('cn.qianliyan.', '')

const channelMessages = (topic: TopicName): Node =>
  Object.fromEntries(
    definitionsOf(topic).map((definition) => [
      messageName(definition),
      { $ref: `#/components/messages/${messageName(definition)}` },
    ]),
  )

function kafkaChannel(topic: TopicName): [string, Node] {
  const { summary, partitions, retention, keyedBy } = topics[topic]
  return [
    topic,
    {
      address: topic,
      summary,
      description: `Key: ${keyedBy}. Binary CloudEvents: attributes in ce_ headers, data in the value.`,
      messages: channelMessages(topic),
      bindings: {
        kafka: {
          topic,
          partitions,
          topicConfiguration: { 'retention.ms': retention.milliseconds, 'retention.bytes': retention.bytes },
        },
      },
    },
  ]
}

function mqttChannel(topic: TopicName): [string, Node] {
  const name = topic.split('.')[1] ?? topic
  const { summary, keyedBy } = topics[topic]
  return [
    `${topic}.mqtt`,
    {
      address: `qly/v1/events/${name}/{key}`,
      summary,
      description: 'QoS 1, not retained. MQTT 5: attributes as user properties; 3.1.1: application/cloudevents+json.',
      parameters: { key: { description: keyedBy } },
      messages: channelMessages(topic),
    },
  ]
}

const operation = (channel: string, action: 'send' | 'receive'): [string, Node] => [
  `${action}.${channel}`,
  { action, channel: { $ref: `#/channels/${channel}` } },
]

function message(definition: EventDefinition): [string, Node] {
  return [
    messageName(definition),
    {
      name: definition.type,
      title: definition.type,
      summary: definition.summary,
      contentType: 'application/json',
      headers: CloudEventAttributes,
      payload: definition.schema,
      examples: [{ payload: definition.example }],
    },
  ]
}
