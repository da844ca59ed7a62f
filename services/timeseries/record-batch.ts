// Records one batch of one partition: points, figures by the minute, open items. Everything it does may be done again.
import type { TopicName } from '../contracts/topics.ts'
import type { RoomDatabase } from '../kernel/database/database.ts'
import type { Delivery } from '../kernel/event-bus/event-bus.ts'
import type { Point, TimeSeriesStore } from '../kernel/time-series/time-series.ts'
import type { Count } from './figures/count.ts'
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

/**
 * Resolves once all of the batch is durable in the store; gives the number of points written. What is wanted of the events is taken at once, and no
 * async function holds them while the store works: in a backlog they would outlive one garbage collection after the other.
 */
export function recordBatch(state: RecorderState, batch: readonly Delivery<RecordedTopic>[]): Promise<number> {
  const [first, last] = [batch[0], batch.at(-1)]
  if (!first || !last) return Promise.resolve(0)
  const span = {
    partition: `${first.topic}/${first.partition}` as const,
    first: Number(first.offset),
    last: Number(last.offset),
  }
  const counts = countsIn(batch)
  const items = batch.flatMap(({ event }) => openItemOf(event) ?? [])
  const points = pointsOf(batch)
  const length = points.length
  const written = length > 0 ? state.timeSeries.write(points) : Promise.resolve()
  return written.then(async () => {
    const rows = await writeCounts(state, span, counts)
    await applyOpenItems(state.room, items)
    state.minutes.keep(span.partition, span.last, rows)
    return length + rows.length
  })
}

/** Where a batch lies on the bus. */
interface Span {
  readonly partition: PartitionName
  readonly first: number
  readonly last: number
}

/** A contribution to a row by the minute, and the event that it comes from. */
interface Counted {
  readonly count: Count
  readonly row: MinuteRow
  readonly key: string
  readonly offset: number
}

function pointsOf(batch: readonly Delivery[]): Point[] {
  const points: Point[] = []
  for (const { event } of batch) {
    const point = pointOf(event)
    if (point) points.push(point)
  }
  return points
}

function countsIn(batch: readonly Delivery[]): Counted[] {
  const counts: Counted[] = []
  for (const { event, partition, offset } of batch)
    for (const count of countsOf(event)) {
      const row = rowFor(count, partition)
      counts.push({ count, row, key: rowKey(row), offset: Number(offset) })
    }
  return counts
}

/** Writes the rows that the batch adds to, after all of it, and gives them. */
async function writeCounts(
  { timeSeries, minutes }: RecorderState,
  { partition, first }: Span,
  counts: readonly Counted[],
): Promise<MinuteRow[]> {
  if (counts.length === 0) return []
  const distinct = new Map(counts.map(({ key, row }) => [key, row]))
  const stored = await minutes.current(partition, first, [...distinct.values()])
  const grown = new Map(stored)
  for (const { key, row, count, offset } of counts) grown.set(key, addToRow(grown.get(key) ?? row, count, offset))
  const rows = [...grown].filter(([key, row]) => stored.get(key) !== row).map(([, row]) => row)
  if (rows.length > 0) await timeSeries.write(rows.map(pointOfRow))
  return rows
}
