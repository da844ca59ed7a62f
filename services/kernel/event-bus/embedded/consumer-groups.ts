// Consumer groups of the embedded bus: the members of a group, all in this process, share the partitions of their topics.
import type { TopicName } from '../../../contracts/topics.ts'
import { createBatchRunner } from '../batch-runner.ts'
import type { Lag } from '../bus-metrics.ts'
import type { BatchHandler, SubscribeOptions, Subscription } from '../event-bus.ts'
import { type SlotMember, shareSlots } from '../share-slots.ts'
import type { LogPartition } from './log-file.ts'
import { consumePartition, type PartitionConsumer, type PartitionConsumerDeps } from './partition-consumer.ts'
import { createTurns } from './turns.ts'

interface Member {
  readonly id: string
  readonly topics: readonly TopicName[]
  readonly start: (partition: LogPartition) => PartitionConsumer
  readonly consumers: Map<LogPartition, PartitionConsumer>
}

interface Group {
  readonly members: Map<string, Member>
  /** changes of the group, one after the other */
  settled: Promise<void>
}

export interface ConsumerGroups {
  subscribe<Topic extends TopicName>(
    options: SubscribeOptions<Topic>,
    handle: BatchHandler<Topic>,
  ): Promise<Subscription>
  lags(): Iterable<Lag>
  stop(): Promise<void>
}

export type ConsumerGroupsDeps = Omit<PartitionConsumerDeps, 'runner' | 'turns'> & {
  readonly publish: Parameters<typeof createBatchRunner>[0]['publish']
}

const defaultBatch = 500
/** rows read in one round of the event loop: a few milliseconds */
const rowsARound = 1000

export function createConsumerGroups(deps: ConsumerGroupsDeps): ConsumerGroups {
  const { log } = deps
  const turns = createTurns(rowsARound)
  const groups = new Map<string, Group>()
  const subscriptions = new Set<Subscription>()
  let lastId = 0

  async function change(group: Group, alter: () => void): Promise<void> {
    const changed = group.settled.then(async () => {
      alter()
      await rebalance(group)
    })
    group.settled = changed.catch(() => {})
    await changed
  }

  async function rebalance(group: Group): Promise<void> {
    const members = [...group.members.values()]
    const target = new Map(members.map((member) => [member, new Set<LogPartition>()]))
    for (const topic of new Set(members.flatMap((member) => member.topics))) {
      const partitions = log.partitionsOf(topic)
      const sharing = members.filter((member) => member.topics.includes(topic))
      const shares = shareSlots(partitions.length, sharing.map(asSlotMember(partitions)))
      for (const member of sharing) {
        for (const slot of shares.get(member.id) ?? []) {
          const partition = partitions[slot]
          if (partition) target.get(member)?.add(partition)
        }
      }
    }
    await Promise.all(
      members.flatMap((member) =>
        [...member.consumers].map(async ([partition, consumer]) => {
          if (target.get(member)?.has(partition)) return
          await consumer.stop()
          member.consumers.delete(partition)
        }),
      ),
    )
    for (const [member, partitions] of target) {
      for (const partition of partitions) {
        if (!member.consumers.has(partition)) member.consumers.set(partition, member.start(partition))
      }
    }
  }

  return {
    async subscribe(options, handle) {
      const { group: name, topics, from = 'earliest', maximumBatch = defaultBatch } = options
      for (const partition of topics.flatMap((topic) => log.partitionsOf(topic))) {
        // a position that moves with time is kept at once, or a restart before the first event would lose events
        if (log.committed(name, partition) === undefined && from !== 'earliest') {
          log.commit(name, partition, log.positionOf(partition, from))
        }
      }
      await log.writer.flush()
      const group = groups.get(name) ?? { members: new Map<string, Member>(), settled: Promise.resolve() }
      groups.set(name, group)
      const runner = createBatchRunner(deps, name)
      const member: Member = {
        id: String(++lastId).padStart(9, '0'),
        topics,
        consumers: new Map(),
        start(partition) {
          const next = log.committed(name, partition) ?? log.positionOf(partition, 'earliest')
          return consumePartition(
            { ...deps, runner, turns },
            { group: name, partition, from: next, maximumBatch, handle },
          )
        },
      }
      await change(group, () => group.members.set(member.id, member))
      let stopped: Promise<void> | undefined
      const subscription: Subscription = {
        stop: () => (stopped ??= leave(group, member, subscription)),
        lag: async () => sum([...member.consumers.values()].map((consumer) => consumer.lag())),
      }
      subscriptions.add(subscription)
      return subscription
    },
    *lags() {
      for (const [group, { members }] of groups) {
        for (const { consumers } of members.values()) {
          for (const [{ topic }, consumer] of consumers) yield { group, topic, events: consumer.lag() }
        }
      }
    },
    async stop() {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()))
    },
  }

  async function leave(group: Group, member: Member, subscription: Subscription): Promise<void> {
    subscriptions.delete(subscription)
    await Promise.all([...member.consumers.values()].map((consumer) => consumer.stop()))
    await change(group, () => group.members.delete(member.id))
    await log.writer.flush().catch((error: unknown) => deps.logger.warn({ err: error }, 'offsets could not be stored'))
  }
}

const asSlotMember =
  (partitions: readonly LogPartition[]) =>
  ({ id, consumers }: Member): SlotMember => ({
    id,
    owned: new Set(partitions.flatMap((partition, slot) => (consumers.has(partition) ? [slot] : []))),
  })

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
