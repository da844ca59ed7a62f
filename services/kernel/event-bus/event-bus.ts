// Port: the event bus. Partitions by key, ordered per key, consumer groups, at-least-once, replay by offset or time.
// Adapters: embedded/ (durable log on node:sqlite) and kafka/ (kafkajs). Both pass event-bus.conformance.ts.
import type { TopicEvent, TopicName } from '../../contracts/topics.ts'

/** One event as a consumer gets it. */
export interface Delivery<Topic extends TopicName = TopicName> {
  readonly topic: Topic
  readonly partition: number
  /** position in the partition, a decimal number without gaps of meaning (Kafka offsets exceed 2^53) */
  readonly offset: string
  readonly key: string
  /** when the bus took it, milliseconds since the epoch */
  readonly storedAt: number
  readonly event: TopicEvent<Topic>
}

/** An event with the topic that it goes to; the key comes from the topic map. */
export type Outgoing = { [T in TopicName]: { readonly topic: T; readonly event: TopicEvent<T> } }[TopicName]

/** Where a reader begins: `earliest` and `latest`, or a time in milliseconds since the epoch. */
export type StartPosition = 'earliest' | 'latest' | { readonly time: number }

export interface SubscribeOptions<Topic extends TopicName> {
  readonly topics: readonly Topic[]
  /** consumer group: each event goes to one member; offsets are kept under this name */
  readonly group: string
  /** where a group without offsets begins; default earliest */
  readonly from?: StartPosition
  /** most events given to one call of the handler; default 500 */
  readonly maximumBatch?: number
}

/**
 * Handles events of ONE partition in order (other partitions' batches may be handled at the same time). `signal` aborts when the subscription
 * stops or loses the partition: finish quickly, or reject to have the batch again. Its promise resolves once their effect is durable; only then offsets are committed.
 * If it rejects: a retryable AppError is tried again with back-off (in order, for as long as it takes); anything else is poison:
 * the batch is tried event by event, the poisonous one goes to qly.dead-letter.v1 with bytes and reason, and the loop goes on.
 */
export type BatchHandler<Topic extends TopicName> = (
  batch: readonly Delivery<Topic>[],
  signal: AbortSignal,
) => Promise<void>

export interface Subscription {
  /** Takes no new batch, waits for the running one (commits it), leaves the group. */
  stop(): Promise<void>
  /** Events stored but not yet handled by this group, over the partitions of this member. */
  lag(): Promise<number>
}

export interface TailOptions<Topic extends TopicName> {
  readonly topics: readonly Topic[]
  readonly from: StartPosition
  readonly signal?: AbortSignal
}

export interface MembershipOptions {
  /** members of one group share its slots */
  readonly group: string
  /** number of slots to share, e.g. 64; all members of a group give the same */
  readonly slots: number
  /** Called with the slots of this member after every change. Slots taken away must be given up before the promise resolves. */
  readonly onAssigned: (slots: ReadonlySet<number>) => Promise<void>
}

export interface EventBus {
  /** Connects, creates missing topics. Throws QLY_BUS_UNAVAILABLE (retryable) if the engine cannot be reached. */
  start(signal?: AbortSignal): Promise<void>
  /** Stops all subscriptions, flushes, disconnects. Idempotent. */
  stop(): Promise<void>
  /** Checks the events against their schemas (QLY_BUS_EVENT_INVALID) and stores them; resolves once ALL are durable. Order within a call is kept per key. */
  publish(outgoing: readonly Outgoing[]): Promise<void>
  subscribe<Topic extends TopicName>(
    options: SubscribeOptions<Topic>,
    handle: BatchHandler<Topic>,
  ): Promise<Subscription>
  /** Reads without a group: every reader sees everything from `from` on, then live. Ends with the signal or stop(). */
  tail<Topic extends TopicName>(
    options: TailOptions<Topic>,
    handle: (delivery: Delivery<Topic>) => Promise<void> | void,
  ): Promise<Subscription>
  /** Shares slots among the live members of a group (Kafka: partition assignment; embedded: all slots). A dead member's slots move within 15 s. */
  join(options: MembershipOptions): Promise<{ leave(): Promise<void> }>
  /** Resolves if the engine answers; rejects with QLY_BUS_UNAVAILABLE. For /readyz. */
  check(): Promise<void>
}
