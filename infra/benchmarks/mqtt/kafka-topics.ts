// Topics of benches on the Kafka of `npm run servers -- up`: made, counted, deleted over one admin connection.
import type { Admin } from 'kafkajs'
import { Kafka, logLevel } from '../../../services/kernel/event-bus/kafka/kafkajs.ts'

export const kafkaBrokers = () => (process.env.QLY_TEST_KAFKA_BROKERS ?? '').split(',')

/** kafkajs fails while a fresh topic has no leader yet; asks until it has. */
export async function createTopic(topic: string): Promise<void> {
  await withAdmin((admin) =>
    admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 12, replicationFactor: 1 }] }),
  )
  for (let attempt = 0; attempt < 100; attempt++) {
    const known = await storedIn(topic).then(
      () => true,
      () => false,
    )
    if (known) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Kafka does not make the topic ${topic}`)
}

/** Messages that the topic holds. */
export async function storedIn(topic: string): Promise<number> {
  const offsets = await withAdmin((admin) => admin.fetchTopicOffsets(topic))
  return offsets.reduce((sum, { high }) => sum + Number(high), 0)
}

export async function deleteTopics(wanted: (topic: string) => boolean): Promise<void> {
  await withAdmin(async (admin) => {
    const topics = (await admin.listTopics()).filter(wanted)
    if (topics.length > 0) await admin.deleteTopics({ topics })
  })
}

let shared: Promise<Admin> | undefined
/** One admin connection for the run of the bench; the process ends with it. */
async function withAdmin<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
  shared ??= (async () => {
    const admin = new Kafka({ brokers: kafkaBrokers(), clientId: 'bench', logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    return admin
  })()
  return work(await shared)
}
