// Who carries messages from MQTT into Kafka: our roles and Telegraf, each a process of its own with a topic of its own.
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { createTopic, deleteTopics, kafkaBrokers } from './kafka-topics.ts'

export interface Contestant {
  /** name on Kafka of the topic that fills */
  readonly topic: string
  /** where the load goes; undefined: to the external broker */
  readonly port?: number
  /** milliseconds of processor time that the process has used so far */
  processorMs(): number
  stop(): Promise<void>
}

export const telegraf = join(homedir(), '.cache', 'qianliyan', 'telegraf-1.37.2', 'telegraf')

/** Our roles behind our own broker, or behind an external one. */
export async function startOurs(users: readonly string[], external?: URL): Promise<Contestant> {
  const prefix = `bench-${randomUUID().slice(0, 8)}.`
  const devices = users.map((id) => `  - { id: ${id}, kind: river, password: ${id}-secret }`).join('\n')
  const brokers = kafkaBrokers().join('","')
  const clientId = `bench-${randomUUID().slice(0, 8)}`
  const section = external
    ? `{ url: "${external.href}", external: { clientId: "${clientId}", group: "${clientId}" } }`
    : '{ port: 0 }'
  const yaml = `devices:\n${devices}\nmqtt: ${section}\nbus: { engine: kafka, kafka: { brokers: ["${brokers}"], topicPrefix: "${prefix}" } }`
  // the flag is that of `npm start`
  const child = fork(new URL('./app-process.ts', import.meta.url), [yaml], { execArgv: ['--max-semi-space-size=64'] })
  const [ready] = (await Promise.race([once(child, 'message'), ended(child)])) as [{ port: number }]
  return {
    topic: `${prefix}qly.reading.v1`,
    ...(ready.port > 0 ? { port: ready.port } : {}),
    processorMs: () => processorMs(child),
    async stop() {
      const gone = once(child, 'exit')
      child.send('stop')
      await gone
      if (external) await forgetSession(external, clientId)
      await deleteTopics((topic) => topic.startsWith(prefix))
    },
  }
}

export async function startTelegraf(broker: URL): Promise<Contestant> {
  const clientId = `telegraf-${randomUUID().slice(0, 8)}`
  const topic = `bench-${clientId}`
  const folder = await mkdtemp(join(tmpdir(), 'qly-telegraf-'))
  await createTopic(topic)
  await writeFile(join(folder, 'telegraf.conf'), telegrafConfiguration(broker, topic, clientId))
  const child = spawn(telegraf, ['--config', join(folder, 'telegraf.conf')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const connected = new Promise<void>((resolve) => {
    child.stderr.on('data', (text: Buffer) => {
      if (text.includes('Connected [tcp')) resolve()
    })
  })
  await Promise.race([connected, ended(child)])
  return {
    topic,
    processorMs: () => processorMs(child),
    async stop() {
      const gone = once(child, 'exit')
      child.kill()
      await gone
      await forgetSession(broker, clientId)
      await deleteTopics((each) => each === topic)
      await rm(folder, { recursive: true })
    },
  }
}

/**
 * Telegraf as one would set it up for this: its defaults for a batch of Kafka, acks=all, QoS 1 with a session that outlives it (a message is
 * acknowledged when Kafka has it). Only `max_undelivered_messages` and the batch are raised: with its default of 1000 it waits for Kafka most of the
 * time. It reads the JSON and writes its own, but checks no schema and knows no duplicates.
 */
const telegrafConfiguration = (broker: URL, topic: string, clientId: string) => `
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
  client_id = "${clientId}"
  persistent_session = true
  max_undelivered_messages = 50000
  data_format = "json_v2"
  [[inputs.mqtt_consumer.json_v2]]
    timestamp_path = "at"
    timestamp_format = "rfc3339"
    [[inputs.mqtt_consumer.json_v2.object]]
      path = "values"
[[outputs.kafka]]
  brokers = [${kafkaBrokers()
    .map((each) => `"${each}"`)
    .join(', ')}]
  topic = "${topic}"
  required_acks = -1
  routing_tag = "topic"
  data_format = "json"
`

/** A kept session that nobody takes up again would queue every later message of the broker, and slow all that come after. */
async function forgetSession(broker: URL, clientId: string): Promise<void> {
  const client = await mqtt.connectAsync(broker.href, { clientId, clean: true })
  await client.endAsync()
}

/** User and system time of a process (Linux; 0 elsewhere), in ticks of 10 ms. */
function processorMs({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return 0
  }
}

async function ended(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null]
  throw new Error(`a process of the bench ended with ${code}`)
}
