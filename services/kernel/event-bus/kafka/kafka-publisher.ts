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

/** What one publish() still has to send: its messages from `from` on. */
interface Call {
  readonly messages: readonly KafkaOutgoing[]
  from: number
  readonly deadline: number
  readonly resolve: () => void
  readonly reject: (error: AppError) => void
  failed: boolean
}

/** Messages of a call that go into one request. */
interface Part {
  readonly call: Call
  readonly from: number
  readonly to: number
}

export function createKafkaPublisher(
  { kafka, clock, logger }: { kafka: Kafka; clock: Clock; logger: Logger },
  timeoutMs: number = publishTimeoutMs,
): KafkaPublisher {
  let producer: Producer | undefined
  let queue: Call[] = []
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

  /** Parts of the oldest calls that fit into a request; at least one message. */
  function take(): Part[] {
    const parts: Part[] = []
    let bytes = 0
    let whole = 0
    for (const call of queue) {
      const { messages, from } = call
      let to = from
      for (
        let next = messages[to];
        next && (bytes === 0 || bytes + next.bytes <= requestBytes);
        next = messages[++to]
      ) {
        bytes += next.bytes
      }
      if (to > from) parts.push({ call, from, to })
      call.from = to
      if (to < messages.length) break
      whole++
    }
    queue.splice(0, whole)
    queued -= bytes
    return parts
  }

  async function send(parts: readonly Part[]): Promise<void> {
    const topicMessages = byTopic(parts)
    for (let attempt = 0; ; attempt++) {
      try {
        await (await connected()).sendBatch({ topicMessages, acks: -1, timeout: 10_000 })
        for (const { call, to } of parts) if (to === call.messages.length) call.resolve()
        return
      } catch (error) {
        const calls = parts.map(({ call }) => call)
        if (isTooLarge(error)) return fail(calls, tooLarge(error))
        logger.warn({ calls: calls.length, attempt, err: error }, 'Kafka did not take a request')
        // a refusal for good (sequence lost on the broker's side, fenced): only a new producer helps
        if (!isRetriable(error)) dropProducer()
        const now = clock.monotonic()
        if (stopping || calls.some(({ deadline }) => now >= deadline)) {
          dropProducer()
          // what waited as long in the queue will not be sent either
          const overdue = queue.filter(({ deadline }) => stopping || now >= deadline)
          return fail([...calls, ...overdue], asKafkaError(error))
        }
        await clock.sleep(Math.min(1000, backoffMs(attempt)))
      }
    }
  }

  /** The rest of a failed call is not sent: its publisher will publish all of it again. */
  function fail(calls: readonly Call[], error: AppError): void {
    for (const call of calls) {
      call.failed = true
      call.reject(error)
    }
    queue = queue.filter(({ failed, messages, from }) => {
      if (failed) queued -= sizeOf(messages, from)
      return !failed
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
      const bytes = sizeOf(messages, 0)
      if (stopping) return Promise.reject(new AppError('QLY_BUS_UNAVAILABLE', 'the bus is stopped'))
      if (queued > 0 && queued + bytes > queueBytes) return Promise.reject(queueFull())
      queued += bytes
      return new Promise((resolve, reject) => {
        queue.push({ messages, from: 0, deadline: clock.monotonic() + timeoutMs, resolve, reject, failed: false })
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

function byTopic(parts: readonly Part[]): { topic: string; messages: Message[] }[] {
  const topics = new Map<string, Message[]>()
  for (const { call, from, to } of parts) {
    for (let index = from; index < to; index++) {
      const outgoing = call.messages[index]
      if (!outgoing) continue
      const messages = topics.get(outgoing.topic)
      if (messages) messages.push(outgoing.message)
      else topics.set(outgoing.topic, [outgoing.message])
    }
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }))
}

function sizeOf(messages: readonly KafkaOutgoing[], from: number): number {
  let bytes = 0
  for (let index = from; index < messages.length; index++) bytes += messages[index]?.bytes ?? 0
  return bytes
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
