// MQTT QoS 1 into Kafka on the same load: our broker, our way through Mosquitto, and Telegraf (mqtt_consumer → kafka) through the same Mosquitto.
// How to misread this: Telegraf's figure is what it makes of JSON fields with its own defaults for batches, only `max_undelivered_messages` raised, since
// with its default of 1000 it waits for Kafka most of the time; all three are timed until every message is in Kafka, on one machine that also runs Kafka.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { openPlant } from '../../../services/broker/testing/device-plant.ts'
import type { Bench } from '../bench-port.ts'
import { runLoad } from './mqtt-load.ts'

const users = Array.from({ length: 8 }, (_, index) => `station-${index}`)
const messages = 100_000
const load = { users, messages, window: 500, payloadBytes: 300 }
const telegraf = join(homedir(), '.cache', 'qianliyan', 'telegraf-1.37.2', 'telegraf')

export const bench: Bench = {
  name: 'mqtt-kafka',
  needs: ['kafka', 'mqtt'],
  async run(report) {
    const broker = new URL(process.env.QLY_TEST_MQTT_URL ?? '')
    const external = { ...load, host: broker.hostname, port: Number(broker.port), passwordSuffix: '' }
    const rows: [string, number][] = [
      [
        'our broker → Kafka',
        await ours(`mqtt: { port: 0 }`, (port) => runLoad({ ...load, port, passwordSuffix: '-secret' })),
      ],
      [
        'Mosquitto → ours → Kafka',
        await ours(
          `mqtt: { url: "${broker.href}", external: { clientId: "b${randomUUID().slice(0, 8)}", group: "b${randomUUID().slice(0, 8)}" } }`,
          () => runLoad(external),
        ),
      ],
    ]
    if (!existsSync(telegraf)) {
      for (const [what, value] of rows)
        report({ what: `${what}: QoS 1, 300 B (Telegraf is not built: ${telegraf})`, value, unit: 'messages/s' })
      return
    }
    const theirs = await throughTelegraf(broker, () => runLoad(external))
    report({ what: 'Mosquitto → Telegraf → Kafka: QoS 1, 300 B', value: theirs, unit: 'messages/s' })
    for (const [what, value] of rows)
      report({
        what: `${what}: QoS 1, 300 B`,
        value,
        unit: 'messages/s',
        against: 'Telegraf',
        ratio: value / theirs,
        target: 1.5,
      })
  },
}

const brokers = () => (process.env.QLY_TEST_KAFKA_BROKERS ?? '').split(',')

/** Messages a second from the start of the load until all are in Kafka. */
async function ours(yaml: string, load: (port: number) => Promise<unknown>): Promise<number> {
  const prefix = `bench-${randomUUID().slice(0, 8)}.`
  const devices = users.map((id) => `  - { id: ${id}, kind: river, password: ${id}-secret }`).join('\n')
  const plant = await openPlant({
    watch: false,
    yaml: `devices:\n${devices}\n${yaml}\nbus: { engine: kafka, kafka: { brokers: ["${brokers().join('","')}"], topicPrefix: "${prefix}" } }`,
  })
  try {
    return await timed(`${prefix}qly.reading.v1`, () => load(plant.broker.port))
  } finally {
    await plant.close()
    await deleteTopics((topic) => topic.startsWith(prefix))
  }
}

async function throughTelegraf(broker: URL, load: () => Promise<unknown>): Promise<number> {
  const topic = `bench-telegraf-${randomUUID().slice(0, 8)}`
  const folder = await mkdtemp(join(tmpdir(), 'qly-telegraf-'))
  await createTopic(topic)
  await writeFile(join(folder, 'telegraf.conf'), telegrafConfiguration(broker, topic))
  const child = spawn(telegraf, ['--config', join(folder, 'telegraf.conf')], { stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (text: Buffer) => {
        if (text.includes('Connected [tcp')) resolve()
      })
      child.once('exit', (code) => reject(new Error(`Telegraf ended with ${code}`)))
    })
    return await timed(topic, load)
  } finally {
    child.removeAllListeners('exit')
    child.kill()
    await deleteTopics((each) => each === topic)
    await rm(folder, { recursive: true })
  }
}

const telegrafConfiguration = (broker: URL, topic: string) => `
[agent]
  interval = "1s"
  flush_interval = "200ms"
  metric_batch_size = 5000
  metric_buffer_limit = 200000
  omit_hostname = true
[[inputs.mqtt_consumer]]
  servers = ["tcp://${broker.host}"]
  topics = ["qly/v1/+/+/readings"]
  qos = 1
  client_id = "telegraf-${randomUUID().slice(0, 8)}"
  persistent_session = true
  max_undelivered_messages = 50000
  data_format = "json_v2"
  [[inputs.mqtt_consumer.json_v2]]
    timestamp_path = "at"
    timestamp_format = "rfc3339"
    [[inputs.mqtt_consumer.json_v2.object]]
      path = "values"
[[outputs.kafka]]
  brokers = [${brokers()
    .map((each) => `"${each}"`)
    .join(', ')}]
  topic = "${topic}"
  required_acks = -1
  routing_tag = "topic"
  data_format = "json"
`

async function timed(topic: string, load: () => Promise<unknown>): Promise<number> {
  const before = await stored(topic)
  const began = performance.now()
  await load()
  while ((await stored(topic)) - before < messages) {
    if (performance.now() - began > 300_000) throw new Error(`${topic}: not all messages came within five minutes`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return Math.round(messages / ((performance.now() - began) / 1000))
}

/** kafkajs fails while a fresh topic has no leader yet; asks until it has. */
async function createTopic(topic: string): Promise<void> {
  await withAdmin((admin) =>
    admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 12, replicationFactor: 1 }] }),
  )
  for (let attempt = 0; attempt < 100; attempt++) {
    const known = await stored(topic).then(
      () => true,
      () => false,
    )
    if (known) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Kafka does not make the topic ${topic}`)
}

async function stored(topic: string): Promise<number> {
  const offsets = await withAdmin((admin) => admin.fetchTopicOffsets(topic))
  return offsets.reduce((sum, { high }) => sum + Number(high), 0)
}

type Admin = ReturnType<Kafka['admin']>
let shared: Promise<Admin> | undefined
/** One admin connection for the run of the bench; the process ends with it. */
async function withAdmin<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
  shared ??= (async () => {
    const admin = new Kafka({ brokers: brokers(), clientId: 'bench', logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    return admin
  })()
  return work(await shared)
}

async function deleteTopics(wanted: (topic: string) => boolean): Promise<void> {
  await withAdmin(async (admin) => {
    const topics = (await admin.listTopics()).filter(wanted)
    if (topics.length > 0) await admin.deleteTopics({ topics })
  })
}
