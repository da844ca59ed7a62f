// A kafkajs consumer that is never silently lost: whatever ends it (a crash, also one that kafkajs would not recover from; silence), a new one
// takes its place, until stop(). Long handlers send heartbeats; a rebalance tells them to finish.
import type { Consumer, ConsumerConfig, EachBatchPayload, Kafka } from 'kafkajs'
import { AppError } from '../../../contracts/errors.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Logger } from '../../logging/logger.ts'
import { backoffMs } from '../backoff.ts'
import type { BusMetrics } from '../bus-metrics.ts'
import { clientRetry } from './kafka-client.ts'

/** Topic (name on Kafka) → partitions. */
export type Assignment = Readonly<Record<string, readonly number[]>>

export interface ManagedConsumerOptions {
  readonly groupId: string
  readonly topics: readonly string[]
  readonly autoCommit: boolean
  /** partitions handled at the same time */
  readonly concurrency: number
  readonly sessionTimeoutMs: number
  readonly assigners?: NonNullable<ConsumerConfig['partitionAssigners']>
  /** Called after every join, before anything is fetched. */
  readonly onJoin: (assignment: Assignment, consumer: Consumer) => void
  /** Handles a batch; what it has resolved is committed, also if it rejects. `signal`: finish, the partition may be lost. */
  readonly onBatch: (payload: EachBatchPayload, signal: AbortSignal) => Promise<void>
}

export interface ManagedConsumer {
  /** Resolves once the group was joined for the first time. */
  start(): Promise<void>
  /** Waits for running handlers, commits, leaves the group. Idempotent. */
  stop(): Promise<void>
}

/** A live consumer fetches or beats several times in this time. */
const silenceMs = 60_000
/** A broken consumer is given so long to let go. */
const goodbyeMs = 5000

export function createManagedConsumer(
  deps: { kafka: Kafka; clock: Clock; logger: Logger; metrics: BusMetrics },
  options: ManagedConsumerOptions,
): ManagedConsumer {
  const { kafka, clock, metrics } = deps
  const logger = deps.logger.child({ group: options.groupId })
  const stopping = new AbortController()
  const handlers = new Set<AbortController>()
  const firstJoin = Promise.withResolvers<void>()
  firstJoin.promise.catch(() => {})
  let running: Promise<void> | undefined

  /** Runs one consumer until it ends; resolves with the reason, undefined if we were stopped. */
  async function live(onJoined: () => void): Promise<unknown> {
    const consumer = kafka.consumer({
      groupId: options.groupId,
      sessionTimeout: options.sessionTimeoutMs,
      heartbeatInterval: Math.floor(options.sessionTimeoutMs / 4),
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: { ...clientRetry, restartOnFailure: async () => false },
      ...(options.assigners ? { partitionAssigners: options.assigners } : {}),
    })
    const ended = Promise.withResolvers<unknown>()
    const stopWatching = watch(consumer, ended.resolve)
    const onStop = () => ended.resolve(undefined)
    stopping.signal.addEventListener('abort', onStop, { once: true })
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      logger.debug({ assignment: payload.memberAssignment }, 'joined')
      options.onJoin(payload.memberAssignment, consumer)
      onJoined()
      firstJoin.resolve()
    })
    try {
      await consumer.connect()
      await consumer.subscribe({ topics: [...options.topics], fromBeginning: true })
      await consumer.run({
        autoCommit: options.autoCommit,
        autoCommitInterval: 1000,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.concurrency,
        eachBatch: handleBatch,
      })
      if (stopping.signal.aborted) onStop()
      return await ended.promise
    } catch (error) {
      return error
    } finally {
      stopWatching()
      stopping.signal.removeEventListener('abort', onStop)
      await letGo(consumer)
    }
  }

  /** Reports a crash or a long silence of the consumer; returns a function that ends the watch. */
  function watch(consumer: Consumer, report: (reason: unknown) => void): () => void {
    let heard = clock.monotonic()
    const { CRASH, HEARTBEAT, FETCH, GROUP_JOIN, START_BATCH_PROCESS, END_BATCH_PROCESS } = consumer.events
    consumer.on(CRASH, ({ payload }) => report(payload.error))
    for (const sign of [HEARTBEAT, FETCH, GROUP_JOIN, START_BATCH_PROCESS, END_BATCH_PROCESS] as const) {
      consumer.on(sign as typeof HEARTBEAT, () => {
        heard = clock.monotonic()
      })
    }
    const look = () => {
      if (clock.monotonic() - heard > silenceMs) report(new AppError('QLY_BUS_UNAVAILABLE', 'the consumer fell silent'))
      else cancel = clock.after(silenceMs / 4, look)
    }
    let cancel = clock.after(silenceMs / 4, look)
    return () => cancel()
  }

  async function letGo(consumer: Consumer): Promise<void> {
    const gone = consumer.disconnect().catch((error: unknown) => logger.debug({ err: error }, 'not disconnected'))
    if (stopping.signal.aborted) return await gone
    for (const handler of handlers) handler.abort()
    const patience = new AbortController()
    await Promise.race([gone, clock.sleep(goodbyeMs, patience.signal).catch(() => {})])
    patience.abort()
  }

  async function handleBatch(payload: EachBatchPayload): Promise<void> {
    const handler = new AbortController()
    handlers.add(handler)
    let lost: unknown
    const beat = () => {
      payload.heartbeat().then(
        () => {
          cancel = clock.after(options.sessionTimeoutMs / 4, beat)
        },
        (error: unknown) => {
          lost = error
          handler.abort()
        },
      )
    }
    let cancel = clock.after(options.sessionTimeoutMs / 4, beat)
    if (stopping.signal.aborted) handler.abort()
    try {
      await options.onBatch(payload, handler.signal)
    } catch (error) {
      if (!handler.signal.aborted) throw error
    } finally {
      cancel()
      handlers.delete(handler)
    }
    if (lost !== undefined) throw lost
  }

  async function keepAlive(): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted; attempt++) {
      const reason = await live(() => {
        attempt = 0
      })
      if (stopping.signal.aborted) return
      logger.warn({ err: reason }, 'the consumer ended; a new one takes its place')
      metrics.restarted(options.groupId)
      await clock.sleep(Math.min(5000, backoffMs(attempt)), stopping.signal).catch(() => {})
    }
  }

  return {
    async start() {
      running ??= keepAlive()
      await firstJoin.promise
    },
    async stop() {
      stopping.abort()
      for (const handler of handlers) handler.abort()
      firstJoin.reject(new AppError('QLY_BUS_UNAVAILABLE', 'the bus was stopped'))
      await running
    },
  }
}
