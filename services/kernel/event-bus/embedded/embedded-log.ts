// The log as consumers and publishers in this process see it: partitions with their durable ends, reads, offsets, and bells that publishing rings.
import { AppError } from '../../../contracts/errors.ts'
import { type TopicName, topicNames, topics } from '../../../contracts/topics.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Logger } from '../../logging/logger.ts'
import type { StartPosition } from '../event-bus.ts'
import { partitionOf } from '../murmur2.ts'
import type { Bell } from './bell.ts'
import type { LogPartition } from './log-file.ts'
import { type LogReader, type LogRow, openLogReader } from './log-reader.ts'
import { createLogWriter, type LogWriter } from './log-writer.ts'
import { createWriterThread } from './writer-thread.ts'

export interface EmbeddedLog {
  start(): Promise<void>
  stop(): Promise<void>
  readonly writer: LogWriter
  /** The partition (its id) that a key of a topic belongs to. */
  partitionFor(topic: TopicName, key: string): number
  partitionsOf(topic: TopicName): readonly LogPartition[]
  /** The offset that the next event will get; everything before it is durable. */
  endOf(partition: LogPartition): number
  read(partition: LogPartition, from: number, maximumRows: number): LogRow[]
  positionOf(partition: LogPartition, from: StartPosition): number
  /** Next offset of a group, if it has one. */
  committed(group: string, partition: LogPartition): number | undefined
  commit(group: string, partition: LogPartition, next: number): void
  /** Rings the bell whenever the partition has grown; returns a function that ends it. */
  listen(partition: LogPartition, bell: Bell): () => void
}

export function createEmbeddedLog(deps: { clock: Clock; logger: Logger }, directory: string): EmbeddedLog {
  const shapes = topicNames.map((name) => ({ name, partitions: topics[name].partitions }))
  const ends: number[] = []
  const bells = new Map<number, Set<Bell>>()
  const byTopic = new Map<string, LogPartition[]>()
  let offsets = new Map<string, Map<number, number>>()
  let reader: LogReader | undefined

  const moveEnds = (moved: readonly (readonly [partition: number, end: number])[]) => {
    for (const [partition, end] of moved) {
      ends[partition] = end
      for (const bell of bells.get(partition) ?? []) bell.ring()
    }
  }
  const thread = createWriterThread(deps.logger, { directory, topics: shapes }, (ready) =>
    moveEnds(ready.ends.map((end, partition) => [partition, end] as const)),
  )
  const writer = createLogWriter({ clock: deps.clock, thread }, moveEnds)

  const started = (): LogReader => {
    if (!reader) throw new AppError('QLY_BUS_UNAVAILABLE', 'the embedded bus is not running')
    return reader
  }
  const partitionsOf = (topic: string): LogPartition[] => {
    started()
    return byTopic.get(topic) ?? []
  }

  return {
    writer,
    async start() {
      const ready = await writer.start()
      byTopic.clear()
      for (const partition of ready.partitions) {
        const ofTopic = byTopic.get(partition.topic) ?? []
        ofTopic.push(partition)
        byTopic.set(partition.topic, ofTopic)
      }
      ends.splice(0, ends.length, ...ready.ends)
      offsets = new Map()
      for (const [group, ofGroup] of ready.offsets) {
        const known = ready.partitions.flatMap(({ id, table }) => {
          const next = ofGroup.get(table)
          return next === undefined ? [] : [[id, next] as const]
        })
        offsets.set(group, new Map(known))
      }
      reader = openLogReader(directory)
    },
    async stop() {
      await writer.stop()
      reader?.close()
      reader = undefined
    },
    partitionFor(topic, key) {
      const ofTopic = partitionsOf(topic)
      const partition = ofTopic[partitionOf(key, ofTopic.length)]
      if (!partition) throw new AppError('QLY_BUS_EVENT_INVALID', `there is no topic ${topic}`)
      return partition.id
    },
    partitionsOf,
    endOf: (partition) => ends[partition.id] ?? 0,
    read: (partition, from, maximumRows) => started().read(partition, from, maximumRows),
    positionOf(partition, from) {
      const end = ends[partition.id] ?? 0
      if (from === 'latest') return end
      if (from === 'earliest') return started().firstOffset(partition, end)
      return started().offsetAtTime(partition, from.time, end)
    },
    committed: (group, partition) => offsets.get(group)?.get(partition.id),
    commit(group, partition, next) {
      const ofGroup = offsets.get(group) ?? new Map<number, number>()
      offsets.set(group, ofGroup.set(partition.id, next))
      writer.commitOffset({ group, partition: partition.id, next })
    },
    listen(partition, bell) {
      const ofPartition = bells.get(partition.id) ?? new Set<Bell>()
      bells.set(partition.id, ofPartition.add(bell))
      return () => void ofPartition.delete(bell)
    },
  }
}
