// Records one batch of one partition: points, figures by the minute, open items. Everything it does may be done again.
import type { TopicName } from '../contracts/topics.ts'
import type { RoomDatabase } from '../kernel/database/database.ts'
import type { Delivery } from '../kernel/event-bus/event-bus.ts'
import type { Point, TimeSeriesStore } from '../kernel/time-series/time-series.ts'
import { countsOf } from './figures/counts-of.ts'
import { pointOf } from './figures/points-of.ts'
import { addToRow, type MinuteRow, pointOfRow, rowFor, rowKey } from './minutes/minute-rows.ts'
import type { MinuteStore, PartitionName } from './minutes/minute-store.ts'
import { applyOpenItems, type OpenItemTables, openItemOf } from './open/open-items.ts'

export const recordedTopics = [
  'qly.reading.v1',
  'qly.device.v1',
  'qly.detection.v1',
  'qly.alert.v1',
  'qly.ticket.v1',
] as const satisfies readonly TopicName[]
export type RecordedTopic = (typeof recordedTopics)[number]

export interface RecorderState {
  readonly timeSeries: TimeSeriesStore
  readonly minutes: MinuteStore
  readonly room: RoomDatabase<OpenItemTables>
}

/** Resolves once all of the batch is durable in the store; gives the number of points written. */
export async function recordBatch(state: RecorderState, batch: readonly Delivery<RecordedTopic>[]): Promise<number> {
  const first = batch[0]
  const last = batch.at(-1)
  if (!first || !last) return 0
  const partition: PartitionName = `${first.topic}/${first.partition}`
  const points = pointsOf(batch)
  const counted = await countMinutes(state.minutes, partition, batch)

  const written = [...points, ...counted.map(pointOfRow)]
  await state.timeSeries.write(written)
  await applyOpenItems(
    state.room,
    batch.flatMap(({ event }) => openItemOf(event) ?? []),
  )
  state.minutes.keep(partition, Number(last.offset), counted)
  return written.length
}

function pointsOf(batch: readonly Delivery[]): Point[] {
  const points: Point[] = []
  for (const { event } of batch) {
    const point = pointOf(event)
    if (point) points.push(point)
  }
  return points
}

/** The rows that the batch adds to, after all of it. */
async function countMinutes(
  minutes: MinuteStore,
  partition: PartitionName,
  batch: readonly Delivery[],
): Promise<MinuteRow[]> {
  const counts = batch.flatMap((delivery) =>
    countsOf(delivery.event).map((count) => {
      const row = rowFor(count, delivery.partition)
      return { count, row, key: rowKey(row), offset: Number(delivery.offset) }
    }),
  )
  if (counts.length === 0) return []
  const distinct = new Map(counts.map(({ key, row }) => [key, row]))
  const stored = await minutes.current(partition, Number(batch[0]?.offset), [...distinct.values()])
  const grown = new Map(stored)
  for (const { key, row, count, offset } of counts) grown.set(key, addToRow(grown.get(key) ?? row, count, offset))
  return [...grown].filter(([key, row]) => stored.get(key) !== row).map(([, row]) => row)
}
