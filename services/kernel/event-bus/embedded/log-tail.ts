// Reads topics without a group: everything from a position on, merged over partitions by the time of storing, then live.
import type { TopicName } from '../../../contracts/topics.ts'
import type { Subscription, TailOptions } from '../event-bus.ts'
import { runTailHandler, type TailHandler, type TailRunnerDeps } from '../tail-runner.ts'
import { createBell } from './bell.ts'
import { decodeRow } from './decode-row.ts'
import type { EmbeddedLog } from './embedded-log.ts'
import type { LogPartition } from './log-file.ts'
import type { LogRow } from './log-reader.ts'

/** Rows held for each partition while merging. */
const rowsHeld = 100

interface Cursor {
  readonly partition: LogPartition
  next: number
  rows: LogRow[]
  taken: number
}

export function tailLog<Topic extends TopicName>(
  deps: TailRunnerDeps & { readonly log: EmbeddedLog },
  options: TailOptions<Topic>,
  handle: TailHandler<Topic>,
): Subscription {
  const { log, logger } = deps
  const stopping = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal
  const bell = createBell()
  const cursors: Cursor[] = options.topics
    .flatMap((topic) => log.partitionsOf(topic))
    .map((partition) => ({ partition, next: log.positionOf(partition, options.from), rows: [], taken: 0 }))
  const unlisten = cursors.map(({ partition }) => log.listen(partition, bell))
  signal.addEventListener('abort', bell.ring, { once: true })

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      const cursor = oldest()
      const row = cursor?.rows[cursor.taken]
      if (!cursor || !row) {
        await bell.wait()
        continue
      }
      cursor.taken++
      try {
        await runTailHandler(deps, handle, decodeRow<Topic>(cursor.partition, row), signal)
      } finally {
        cursor.next = row.offset + 1
      }
    }
  }

  function oldest(): Cursor | undefined {
    let found: Cursor | undefined
    for (const cursor of cursors) {
      refill(cursor)
      const head = cursor.rows[cursor.taken]
      if (head && (!found || head.storedAt < (found.rows[found.taken]?.storedAt ?? 0))) found = cursor
    }
    return found
  }

  function refill(cursor: Cursor): void {
    if (cursor.taken < cursor.rows.length) return
    const end = log.endOf(cursor.partition)
    if (cursor.next >= end) return
    cursor.rows = log.read(cursor.partition, cursor.next, Math.min(rowsHeld, end - cursor.next))
    cursor.taken = 0
    if (cursor.rows.length === 0) cursor.next = end
  }

  const ended = run()
  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await loop()
      } catch (error) {
        // one event that cannot be read must not end the reader: its cursor has moved on
        if (!signal.aborted) logger.error({ topics: options.topics, err: error }, 'a reader broke; it goes on')
      }
    }
    for (const end of unlisten) end()
  }

  return {
    async stop() {
      stopping.abort()
      await ended
    },
    lag: async () =>
      cursors.reduce((total, { partition, next }) => total + Math.max(0, log.endOf(partition) - next), 0),
  }
}
