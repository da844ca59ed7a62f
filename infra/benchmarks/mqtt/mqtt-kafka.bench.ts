// MQTT QoS 1 into Kafka on the same load: our broker, our way through Mosquitto, Telegraf (mqtt_consumer → kafka) through the same Mosquitto, and what
// Mosquitto hands to a subscriber that does nothing. In turns, several rounds, the median of each; timed until every message is in Kafka.
// How to misread this: all is on one machine that also runs Kafka and the load. Each is warmed up with messages of its own first, since all of them
// run for months; Telegraf's settings are in contestants.ts.

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import mqtt from 'mqtt'
import type { Bench } from '../bench-port.ts'
import { type Contestant, startOurs, startTelegraf, telegraf } from './contestants.ts'
import { storedIn } from './kafka-topics.ts'
import { runLoad } from './mqtt-load.ts'

const users = Array.from({ length: 8 }, (_, index) => `station-${index}`)
const messages = 120_000
const warmUp = 80_000
const rounds = 3
const load = { users, window: 500, payloadBytes: 300 }

interface Result {
  readonly rate: number
  readonly processorMicroseconds: number
}

export const bench: Bench = {
  name: 'mqtt-kafka',
  needs: ['kafka', 'mqtt'],
  async run(report) {
    const broker = new URL(process.env.QLY_TEST_MQTT_URL ?? '')
    const ways: Record<string, () => Promise<Result>> = {
      'our broker → Kafka': async () => measured(await startOurs(users), broker),
      'Mosquitto → ours → Kafka': async () => measured(await startOurs(users, broker), broker),
      'Mosquitto → a client that does nothing': () => bareMosquitto(broker),
    }
    const peer = 'Mosquitto → Telegraf → Kafka'
    if (existsSync(telegraf)) ways[peer] = async () => measured(await startTelegraf(broker), broker)

    const results = new Map<string, Result[]>()
    for (let round = 0; round < rounds; round++)
      for (const [way, run] of Object.entries(ways)) results.set(way, [...(results.get(way) ?? []), await run()])
    const rate = (way: string) => median((results.get(way) ?? []).map((result) => result.rate))
    for (const [way, all] of results) {
      const processor = median(all.map((result) => result.processorMicroseconds))
      const what = `${way}: QoS 1, 300 B${processor > 0 ? `, ${processor.toFixed(0)} µs of processor` : ''}`
      const compared = way.includes('ours') || way.startsWith('our')
      report({
        what,
        value: Math.round(rate(way)),
        unit: 'messages/s',
        ...(compared && results.has(peer) ? { against: 'Telegraf', ratio: rate(way) / rate(peer), target: 1.5 } : {}),
      })
    }
  },
}

/** Messages a second from the start of the load until all are in Kafka. */
async function measured(contestant: Contestant, broker: URL): Promise<Result> {
  const { topic, port, processorMs } = contestant
  const to =
    port === undefined
      ? { ...load, host: broker.hostname, port: Number(broker.port), passwordSuffix: '' }
      : { ...load, port, passwordSuffix: '-secret' }
  try {
    await runLoad({ ...to, messages: warmUp })
    await filled(topic, warmUp)
    const processor = processorMs()
    let began = 0
    await runLoad({ ...to, messages, first: warmUp }, () => {
      began = performance.now()
    })
    await filled(topic, warmUp + messages)
    const seconds = (performance.now() - began) / 1000
    return { rate: messages / seconds, processorMicroseconds: ((processorMs() - processor) * 1000) / messages }
  } finally {
    await contestant.stop()
  }
}

async function filled(topic: string, count: number): Promise<void> {
  const deadline = performance.now() + 120_000
  while ((await storedIn(topic)) < count) {
    if (performance.now() > deadline) throw new Error(`${topic}: not all messages came within two minutes`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The bound of every way through Mosquitto: a subscriber (QoS 1) that acknowledges and forgets. */
async function bareMosquitto(broker: URL): Promise<Result> {
  const client = await mqtt.connectAsync(broker.href, { clientId: `bare-${randomUUID().slice(0, 8)}`, clean: true })
  try {
    const come = Promise.withResolvers<void>()
    let left = messages
    client.on('packetreceive', ({ cmd }) => {
      if (cmd === 'publish' && --left === 0) come.resolve()
    })
    await client.subscribeAsync('qly/v1/+/+/readings', { qos: 1 })
    let began = 0
    const to = { ...load, host: broker.hostname, port: Number(broker.port), passwordSuffix: '', messages }
    await runLoad(to, () => {
      began = performance.now()
    })
    await come.promise
    return { rate: messages / ((performance.now() - began) / 1000), processorMicroseconds: 0 }
  } finally {
    await client.endAsync(true)
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
