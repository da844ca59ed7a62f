// join() on Kafka: slots are the partitions of an empty topic, shared by Kafka's group protocol.
// While the cluster is away a member keeps its slots; it learns at its next join what it has lost.
import type { Kafka } from 'kafkajs'
import { AppError, asAppError } from '../../../contracts/errors.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Logger } from '../../logging/logger.ts'
import type { BusMetrics } from '../bus-metrics.ts'
import type { MembershipOptions } from '../event-bus.ts'
import type { Track } from './kafka-subscription.ts'
import { makeTopics } from './kafka-topics.ts'
import { createManagedConsumer } from './managed-consumer.ts'
import { createSlotAssigner } from './slot-assigner.ts'

export interface MembershipDeps {
  readonly kafka: Kafka
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BusMetrics
  readonly sessionTimeoutMs: number
  readonly replicationFactor: number
  readonly prefix: string
  readonly track: Track
}

/** A slot that a live member had is taken only after this time, in which it gives it up. */
const handoverMs = 2000

export async function joinKafka(
  deps: MembershipDeps,
  { group, slots, onAssigned }: MembershipOptions,
): Promise<{ leave(): Promise<void> }> {
  const { clock, logger } = deps
  const topic = `${deps.prefix}qly.members.${group}.${slots}`
  await ensureTopic(deps, topic, slots)
  let owned: ReadonlySet<number> = new Set()
  let generation = 0
  let changes: Promise<void> = Promise.resolve()
  const leaving = new AbortController()
  const assigner = createSlotAssigner(topic, slots, () => owned)

  async function give(next: ReadonlySet<number>): Promise<void> {
    if (next.size === owned.size && [...next].every((slot) => owned.has(slot))) return
    owned = next
    try {
      await onAssigned(next)
    } catch (error) {
      logger.error({ group, err: asAppError(error) }, 'a member failed to take its slots')
    }
  }

  /** First gives up what is lost, then takes what is won; waits in between if somebody alive may still have it. */
  function take(next: ReadonlySet<number>): void {
    const mine = ++generation
    const won = [...next].filter((slot) => !owned.has(slot))
    const mustWait = won.some((slot) => assigner.hadByOther(slot) !== false)
    assigner.forget()
    changes = changes.then(async () => {
      if (mine !== generation || leaving.signal.aborted) return
      await give(new Set([...next].filter((slot) => owned.has(slot))))
      if (mustWait) await clock.sleep(handoverMs, leaving.signal).catch(() => {})
      if (mine === generation && !leaving.signal.aborted) await give(next)
    })
  }

  const consumer = createManagedConsumer(deps, {
    groupId: `${deps.prefix}members.${group}`,
    topics: [topic],
    autoCommit: false,
    concurrency: 1,
    sessionTimeoutMs: deps.sessionTimeoutMs,
    assigners: [assigner.assigner],
    onJoin: (assignment) => take(new Set(assignment[topic] ?? [])),
    onBatch: async () => {},
  })
  const leave = deps.track(async () => {
    leaving.abort()
    await changes
    await give(new Set())
    await consumer.stop()
  })
  await consumer.start()
  return { leave }
}

async function ensureTopic({ kafka, clock, replicationFactor }: MembershipDeps, topic: string, slots: number) {
  const counts = await makeTopics(kafka, clock, [{ topic, numPartitions: slots, replicationFactor }])
  if (counts.get(topic) !== slots) {
    throw new AppError('QLY_CONFIG_INVALID', `${topic} has ${counts.get(topic)} partitions, not ${slots}`)
  }
}
