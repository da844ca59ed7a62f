// The id of an event on the stream: where the reader stands on every partition, so that `Last-Event-ID` resumes without loss or repeat.
import { AppError } from '../../contracts/errors.ts'

/** `time`: when the bus took the newest event seen (ms); `offsets`: "topic/partition" → the last offset seen. */
export interface StreamPosition {
  readonly time: number
  readonly offsets: ReadonlyMap<string, bigint>
}

export const partitionKey = (topic: string, partition: number): string => `${topic}/${partition}`

export function writePosition({ time, offsets }: StreamPosition): string {
  return `${time}${[...offsets].map(([key, offset]) => `;${key}=${offset}`).join('')}`
}

/** QLY_INPUT_INVALID if it is not one of ours. */
export function readPosition(text: string): StreamPosition {
  const [time = '', ...parts] = text.split(';')
  const offsets = new Map<string, bigint>()
  let sound = /^\d{1,15}$/.test(time) && parts.length <= 200
  for (const part of sound ? parts : []) {
    const [, key, offset] = /^([a-z0-9.-]{1,64}\/\d{1,4})=(\d{1,20})$/.exec(part) ?? []
    if (key === undefined || offset === undefined) sound = false
    else offsets.set(key, BigInt(offset))
  }
  if (!sound) throw new AppError('QLY_INPUT_INVALID', 'Last-Event-ID is not one of ours; leave it out to begin now')
  return { time: Number(time), offsets }
}

/** Whether an event was seen already by a reader at this position. */
export const seen = ({ offsets }: StreamPosition, topic: string, partition: number, offset: string): boolean =>
  BigInt(offset) <= (offsets.get(partitionKey(topic, partition)) ?? -1n)

/** The position after an event. */
export function after(
  position: StreamPosition,
  event: { topic: string; partition: number; offset: string; storedAt: number },
): StreamPosition {
  const offsets = new Map(position.offsets).set(partitionKey(event.topic, event.partition), BigInt(event.offset))
  return { time: Math.max(position.time, event.storedAt), offsets }
}
