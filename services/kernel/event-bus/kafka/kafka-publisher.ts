// Publishes through one idempotent producer: concurrent publishes share a request, one request is in flight, acks=all.
// A failed request is tried again with the same producer (same sequence numbers: no duplicate, no loss) until the bound; after that its outcome is
// unknown, so the producer is replaced: a later request under the same sequence number would be taken for a repetition and silently dropped.
import type { Kafka, Message, Producer } from 'kafkajs'
import { AppError } from '../../../contracts/errors.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Logger } from '../../logging/logger.ts'
import { backoffMs } from '../backoff.ts'
import { asKafkaError, clientRetry } from './kafka-client.ts'

/** A message for a topic by its name on Kafka. */
export interface KafkaOutgoing {
  readonly topic: string
  readonly message: Message
  readonly bytes: number
}

export interface KafkaPublisher {
  start(): Promise<void>
  /** Resolves once all are acknowledged by all in-sync replicas. QLY_BUS_UNAVAILABLE after 30 s, or at once if too much waits. */
  publish(messages: readonly KafkaOutgoing[]): Promise<void>
  stop(): Promise<void>
}

const publishTimeoutMs = 30_000
/** Bytes of one request; below the broker's default limit of 1 MiB for what goes to one partition. */
const requestBytes = 900 * 1024
/** Bytes that may wait; what comes beyond is refused. */
const queueBytes = 64 * 1024 * 1024

interface Call {
  left: number
  readonly deadline: number
  readonly settle: (error?: AppError) => void
  settled: boolean
}

interface Entry {
  readonly outgoing: KafkaOutgoing
  readonly call: Call
}

export function createKafkaPublisher(
  { kafka, clock, logger }: { kafka: Kafka; clock: Clock; logger: Logger },
  timeoutMs: number = publishTimeoutMs,
): KafkaPublisher {
  let producer: Producer | undefined
  let queue: Entry[] = []
  let queued = 0
  let pumping: Promise<void> | undefined
  let stopping = false

  async function connected(): Promise<Producer> {
    if (producer) return producer
    const made = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => (choice) => choice.message.partition ?? 0,
      retry: clientRetry,
    })
    await made.connect()
    producer = made
    return made
  }

  function dropProducer(): void {
    producer?.disconnect().catch(() => {})
    producer = undefined
  }

  async function pump(): Promise<void> {
    // what is published in this turn goes together
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.length > 0) await send(take())
    // in the same turn as the look at the queue, or what is published in between would wait for ever
    pumping = undefined
  }

  function take(): Entry[] {
    let bytes = 0
    let count = 0
    for (const { outgoing } of queue) {
      if (count > 0 && bytes + outgoing.bytes > requestBytes) break
      bytes += outgoing.bytes
      count++
    }
    const taken = queue
    queue = taken.splice(count)
    queued -= bytes
    return taken
  }

  async function send(entries: readonly Entry[]): Promise<void> {
    const topicMessages = byTopic(entries)
    for (let attempt = 0; ; attempt++) {
      try {
        await (await connected()).sendBatch({ topicMessages, acks: -1, timeout: 10_000 })
        for (const { call } of entries) if (--call.left === 0) finish(call)
        return
      } catch (error) {
        if (isTooLarge(error)) return fail(entries, tooLarge(error))
        logger.warn({ events: entries.length, attempt, err: error }, 'Kafka did not take a request')
        // a refusal for good (sequence lost on the broker's side, fenced): only a new producer helps
        if (!isRetriable(error)) dropProducer()
        if (stopping || entries.some(({ call }) => clock.monotonic() >= call.deadline)) {
          dropProducer()
          return fail([...entries, ...takeOverdue()], asKafkaError(error))
        }
        await clock.sleep(Math.min(1000, backoffMs(attempt)))
      }
    }
  }

  /** Calls that have waited as long in the queue as the failed ones in the air. */
  function takeOverdue(): Entry[] {
    const now = clock.monotonic()
    return queue.filter(({ call }) => stopping || now >= call.deadline)
  }

  function fail(entries: readonly Entry[], error: AppError): void {
    for (const { call } of entries) finish(call, error)
    // the rest of a failed call is not sent: its publisher will publish all of it again
    queue = queue.filter(({ call, outgoing }) => {
      if (call.settled) queued -= outgoing.bytes
      return !call.settled
    })
  }

  return {
    async start() {
      stopping = false
      try {
        await connected()
      } catch (error) {
        throw asKafkaError(error)
      }
    },
    publish(messages) {
      if (messages.length === 0) return Promise.resolve()
      let bytes = 0
      for (const message of messages) bytes += message.bytes
      if (stopping) return Promise.reject(new AppError('QLY_BUS_UNAVAILABLE', 'the bus is stopped'))
      if (queued > 0 && queued + bytes > queueBytes) return Promise.reject(queueFull())
      queued += bytes
      return new Promise((resolve, reject) => {
        const call: Call = {
          left: messages.length,
          deadline: clock.monotonic() + timeoutMs,
          settled: false,
          settle: (error) => (error ? reject(error) : resolve()),
        }
        for (const outgoing of messages) queue.push({ outgoing, call })
        pumping ??= pump()
      })
    },
    async stop() {
      stopping = true
      await pumping
      await producer?.disconnect()
      producer = undefined
    },
  }
}

function finish(call: Call, error?: AppError): void {
  if (call.settled) return
  call.settled = true
  call.settle(error)
}

function byTopic(entries: readonly Entry[]): { topic: string; messages: Message[] }[] {
  const topics = new Map<string, Message[]>()
  for (const { outgoing } of entries) {
    const messages = topics.get(outgoing.topic)
    if (messages) messages.push(outgoing.message)
    else topics.set(outgoing.topic, [outgoing.message])
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }))
}

const causes = (error: unknown): { type?: unknown; retriable?: unknown; name?: unknown }[] => {
  const found: { type?: unknown }[] = []
  for (let next = error; typeof next === 'object' && next !== null; next = (next as { cause?: unknown }).cause) {
    found.push(next)
    if (found.length > 8) break
  }
  return found
}

const isTooLarge = (error: unknown) =>
  causes(error).some(({ type }) => type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE')

const isRetriable = (error: unknown) =>
  causes(error).some(({ name, retriable }) => name === 'KafkaJSNumberOfRetriesExceeded' || retriable === true)

const tooLarge = (error: unknown) =>
  new AppError('QLY_BUS_EVENT_INVALID', 'an event is larger than the Kafka topic allows (max.message.bytes)', {
    cause: error,
  })

const queueFull = () =>
  new AppError('QLY_BUS_UNAVAILABLE', `more than ${queueBytes} bytes wait for Kafka; publish more slowly`)
