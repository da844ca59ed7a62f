// One reader of the bus for all open streams: keeps the newest events in memory, hands them to streams, and reads older ones for those that resume.

import type { Clock } from '../../kernel/clock/clock.ts'
import type { Delivery, EventBus, Subscription } from '../../kernel/event-bus/event-bus.ts'
import { after, type StreamPosition, seen } from './position.ts'

export const streamTopics = [
  'qly.alert.v1',
  'qly.ticket.v1',
  'qly.detection.v1',
  'qly.device.v1',
  'qly.footage.v1',
  'qly.dead-letter.v1',
  'qly.notice.v1',
] as const
export type StreamTopic = (typeof streamTopics)[number]
export type StreamEvent = Delivery<StreamTopic>

export interface EventHub {
  start(): Promise<void>
  stop(): Promise<void>
  /**
   * Calls `take` with every event after `from` (default: from now on), in order per key. `take` must not block; what it throws is the stream's own fault.
   * Ends when the returned function is called.
   */
  follow(
    from: StreamPosition | undefined,
    take: (event: StreamEvent, position: StreamPosition) => void,
  ): Promise<() => void>
}

/** Events are told nearly in order of time: clocks of bus nodes differ a little. What was seen already is passed over. */
const overlapMs = 5000

export function createEventHub(
  { bus, clock }: { readonly bus: EventBus; readonly clock: Clock },
  options: { readonly backlog: number },
): EventHub {
  const recent: StreamEvent[] = []
  const followers = new Set<(event: StreamEvent) => void>()
  let head: StreamPosition = { time: 0, offsets: new Map() }
  /** memory holds everything that the bus took since then */
  let coveredSince = Number.POSITIVE_INFINITY
  let reader: Subscription | undefined

  function take(event: StreamEvent): void {
    head = after(head, event)
    recent.push(event)
    if (recent.length > options.backlog) {
      recent.splice(0, recent.length - options.backlog)
      coveredSince = recent[0]?.storedAt ?? coveredSince
    }
    for (const follower of followers) follower(event)
  }

  return {
    async start() {
      reader = await bus.tail({ topics: streamTopics, from: 'latest' }, take)
      coveredSince = clock.now()
    },

    async stop() {
      followers.clear()
      await reader?.stop()
    },

    async follow(from, deliver) {
      let position = from ?? head
      const give = (event: StreamEvent) => {
        if (seen(position, event.topic, event.partition, event.offset)) return
        position = after(position, event)
        deliver(event, position)
      }
      if (from === undefined || from.time - overlapMs >= coveredSince) {
        if (from !== undefined) for (const event of recent) give(event)
        followers.add(give)
        return () => void followers.delete(give)
      }
      const catchUp = await bus.tail(
        { topics: streamTopics, from: { time: Math.max(0, position.time - overlapMs) } },
        give,
      )
      return () => void catchUp.stop()
    },
  }
}
