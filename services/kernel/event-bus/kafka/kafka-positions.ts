// Offsets on Kafka: where a reader begins, where a group stands, how far a topic goes. Offsets are 64 bit, so strings and BigInt.
import type { Kafka } from 'kafkajs'
import type { StartPosition } from '../event-bus.ts'
import { withAdmin } from './kafka-client.ts'

/** Topic (name on Kafka) → partition → offset. */
export type Positions = Map<string, Map<number, string>>

/** The offsets at which reading from `from` begins. */
export async function positionsAt(kafka: Kafka, topics: readonly string[], from: StartPosition): Promise<Positions> {
  return await withAdmin(kafka, async (admin) => {
    const positions: Positions = new Map()
    for (const topic of topics) {
      const bounds = await admin.fetchTopicOffsets(topic)
      const atTime = typeof from === 'object' ? await admin.fetchTopicOffsetsByTimestamp(topic, from.time) : []
      const found = new Map(atTime.map(({ partition, offset }) => [partition, offset]))
      const chosen = bounds.map(({ partition, low, high }) => {
        if (from === 'earliest') return [partition, low] as const
        const offset = from === 'latest' ? high : found.get(partition)
        return [partition, offset === undefined || offset === '-1' ? high : offset] as const
      })
      positions.set(topic, new Map(chosen))
    }
    return positions
  })
}

/** The committed offsets of a group; partitions without one are absent. */
export async function committedPositions(kafka: Kafka, groupId: string, topics: readonly string[]): Promise<Positions> {
  return await withAdmin(kafka, async (admin) => {
    const offsets = await admin.fetchOffsets({ groupId, topics: [...topics] })
    return new Map(
      offsets.map(({ topic, partitions }) => [
        topic,
        new Map(partitions.filter(({ offset }) => offset !== '-1').map(({ partition, offset }) => [partition, offset])),
      ]),
    )
  })
}

/** Events from `next` to the end, over the partitions of `next`. */
export function distance(next: Positions, ends: Positions): number {
  let events = 0n
  for (const [topic, partitions] of next) {
    for (const [partition, offset] of partitions) {
      const ahead = BigInt(ends.get(topic)?.get(partition) ?? offset) - BigInt(offset)
      if (ahead > 0n) events += ahead
    }
  }
  return Number(events)
}
