// For tests: broker and ingest over the embedded (or, by config, Kafka's) bus and a database in a temporary folder, reached through real MQTT clients.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import type { Config } from '../../contracts/config/config.ts'
import type { DevicePublisher } from '../../contracts/device-messages.ts'
import type { TopicEvent, TopicName } from '../../contracts/topics.ts'
import { topicNames } from '../../contracts/topics.ts'
import { createIngestService, type IngestService } from '../../ingest/ingest-service.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { parseConfig } from '../../kernel/config/load-config.ts'
import { createSqliteDatabase } from '../../kernel/database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../../kernel/event-bus/embedded/embedded-event-bus.ts'
import type { EventBus } from '../../kernel/event-bus/event-bus.ts'
import { createKafkaEventBus } from '../../kernel/event-bus/kafka/kafka-event-bus.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics, type Registry } from '../../kernel/metrics/metrics.ts'
import { type BrokerService, createBrokerService } from '../broker-service.ts'

export interface Plant {
  readonly config: Config
  readonly broker: BrokerService
  readonly ingest: IngestService
  readonly bus: EventBus
  readonly registry: Registry
  /** every event on the bus since the plant opened, in the order of its partition */
  readonly events: readonly TopicEvent[]
  /** Resolves with the events of the topic once `enough` says so. */
  until<Topic extends TopicName>(
    topic: Topic,
    enough: (events: TopicEvent<Topic>[]) => boolean,
  ): Promise<TopicEvent<Topic>[]>
  connect(name: string, options?: IClientOptions): Promise<MqttClient>
  url: string
  metric(name: string, labels?: Record<string, string>): Promise<number>
  close(options?: { keepData?: boolean }): Promise<void>
  readonly directory: string
}

export interface PlantOptions {
  /** YAML below the defaults that tests need */
  readonly yaml?: string
  readonly directory?: string
  /** Keep every event in memory (default); not under load. */
  readonly watch?: boolean
  /** Stands between broker/ingest and the bus, to let it fail. */
  readonly wrapBus?: (bus: EventBus) => EventBus
}

/** Passwords of the plant: the device's id with `-secret`. */
export const passwordOf = (name: string) => `${name}-secret`

export const plantDevices = `
devices:
  - { id: river-01, kind: river, password: river-01-secret, location: [120.602, 31.318] }
  - { id: river-02, kind: river, password: river-02-secret }
  - { id: cam-01, kind: cctv, password: cam-01-secret }
  - { id: DOCK1, kind: dock, password: DOCK1-secret }
  - { id: DOCK2, kind: dock, password: DOCK2-secret }
  - { id: DRONE9, kind: drone, gateway: DOCK2 }
`

export async function openPlant(options: PlantOptions = {}): Promise<Plant> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'qly-plant-')))
  const config = parseConfig(
    `dataDir: ${directory}\ncameras: []\n${options.yaml ?? `${plantDevices}\nmqtt: { port: 0, subscribers: [{ name: ticketing, password: ticketing-secret }] }`}`,
    'test',
  )
  const clock = systemClock
  const logger = silentLogger
  const registry = createMetrics()
  const real =
    config.bus.engine === 'kafka'
      ? createKafkaEventBus({ clock, logger, registry }, config.bus.kafka)
      : createEmbeddedEventBus(
          { clock, logger, registry },
          { directory: join(directory, 'bus'), retentionCheckSeconds: 3600 },
        )
  const database = createSqliteDatabase({ clock, logger }, { directory: join(directory, 'db') })
  await real.start()
  await database.start()
  const bus = options.wrapBus?.(real) ?? real
  const deps = { bus, database, clock, logger, registry }
  const late: { publish?: DevicePublisher } = {}
  const ingest = createIngestService(deps, config, {
    publish: (...message) => late.publish?.(...message) ?? Promise.reject(new Error('no broker')),
  })
  const broker = createBrokerService(deps, config, {
    sink: (message) => ingest.sink(message),
    presence: (change) => ingest.presence(change),
  })
  late.publish = broker.publish

  const events: TopicEvent[] = []
  const watchers = new Set<() => void>()
  const tail =
    options.watch === false
      ? undefined
      : await real.tail({ topics: topicNames, from: 'latest' }, ({ event }) => {
          events.push(event)
          for (const watch of watchers) watch()
        })
  const signal = new AbortController().signal
  await ingest.start(signal)
  await broker.start(signal)
  const clients: MqttClient[] = []
  const url = config.mqtt.url ?? `mqtt://127.0.0.1:${broker.port}`

  return {
    config,
    broker,
    ingest,
    bus,
    registry,
    events,
    directory,
    url,
    until: (topic, enough) =>
      new Promise((resolve) => {
        const look = () => {
          const found = events.filter((event) => topicOf(event) === topic) as TopicEvent<typeof topic>[]
          if (!enough(found)) return
          watchers.delete(look)
          resolve(found)
        }
        watchers.add(look)
        look()
      }),
    async connect(name, more = {}) {
      const client = mqtt.connect(url, {
        username: name,
        password: passwordOf(name),
        clientId: `${name}-client`,
        reconnectPeriod: 0,
        connectTimeout: 5000,
        ...more,
      })
      clients.push(client)
      client.on('error', () => undefined)
      await new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve())
        client.once('error', reject)
        client.once('close', () => reject(new Error('closed before it was connected')))
      })
      return client
    },
    async metric(name, labels = {}) {
      await new Promise((resolve) => setImmediate(resolve))
      const metric = (await registry.getMetricsAsJSON()).find((each) => each.name === name)
      const values = (metric?.values ?? []) as { labels: Record<string, string>; value: number }[]
      return values
        .filter((each) => Object.entries(labels).every(([key, value]) => String(each.labels[key]) === value))
        .reduce((sum, each) => sum + each.value, 0)
    },
    async close({ keepData = false } = {}) {
      for (const client of clients) client.end(true)
      await broker.stop()
      await ingest.stop()
      await tail?.stop()
      await database.stop()
      await real.stop()
      if (!keepData) await rm(directory, { recursive: true, force: true })
    },
  }
}

function topicOf(event: TopicEvent): TopicName {
  const name = event.type.split('.')[2]
  switch (name) {
    case 'letter':
      return 'qly.dead-letter.v1'
    case 'finding':
      return 'qly.detection.v1'
    case 'command':
      return event.type.includes('answered') ? 'qly.answer.v1' : 'qly.command.v1'
    case 'frame':
      return event.type.includes('captured') ? 'qly.frame.v1' : 'qly.detection.v1'
    default:
      return `qly.${name}.v1` as TopicName
  }
}
