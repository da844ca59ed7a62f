// The main thread's side of the writer: gathers concurrent publishes into one commit while the commit before is under way.
import { AppError, asAppError } from '../../../contracts/errors.ts'
import type { Clock } from '../../clock/clock.ts'
import type { ExpiredReply, ExpireRequest, OffsetCommit, ReadyReply } from './writer-protocol.ts'
import type { WriterThread } from './writer-thread.ts'

export interface LogWriter {
  /** Opens the log. Throws QLY_DATA_LOCKED, QLY_DATA_FROM_NEWER_VERSION, QLY_STORAGE_… */
  start(): Promise<ReadyReply>
  /** Resolves once all texts are durable; they are stored together or not at all. QLY_STORAGE_FULL: nothing was stored. */
  append(partitions: readonly number[], texts: readonly string[]): Promise<void>
  /** Keeps a group's offset; stored with the next commit, at the latest after 50 ms. */
  commitOffset(commit: OffsetCommit): void
  /** Resolves once everything given so far, offsets as well, is durable. */
  flush(): Promise<void>
  expire(request: Omit<ExpireRequest, 'kind'>): Promise<ExpiredReply>
  /** Resolves if the log can be written now. */
  probe(): Promise<void>
  /** Stores what waits, closes the log. Idempotent. */
  stop(): Promise<void>
}

/** Most events and UTF-16 units of one commit (a larger call is still one commit). */
const commitEvents = 1000
const commitUnits = 8 * 1024 * 1024
/** Most UTF-16 units that may wait for a commit; what comes beyond is refused. */
const queueUnits = 64 * 1024 * 1024
/** Offsets wait so long for events to ride along with. */
const offsetDelayMs = 50

interface Append {
  readonly partitions: readonly number[]
  readonly texts: readonly string[]
  readonly units: number
  readonly settle: (error?: AppError) => void
}

/** `onEnds` hears of new ends of partitions, once durable, before the publishers do. */
export function createLogWriter(
  deps: { readonly clock: Clock; readonly thread: WriterThread },
  onEnds: (ends: readonly (readonly [partition: number, end: number])[]) => void,
): LogWriter {
  const { clock, thread } = deps
  let appends: Append[] = []
  let queuedUnits = 0
  const offsets = new Map<string, OffsetCommit>()
  let offsetsDue = false
  let cancelOffsetTimer: (() => void) | undefined
  const chores: (() => Promise<void>)[] = []
  let busy = false
  let scheduled = false

  function schedule(): void {
    if (scheduled || busy) return
    scheduled = true
    // after the I/O of this turn: messages read from sockets together are committed together
    setImmediate(() => {
      scheduled = false
      void pump()
    })
  }

  async function pump(): Promise<void> {
    if (busy) return
    busy = true
    while (chores.length > 0 || appends.length > 0 || offsetsDue) {
      await chores.shift()?.()
      if (appends.length > 0 || offsetsDue) await commit()
    }
    busy = false
  }

  async function commit(): Promise<void> {
    const taken = takeAppends()
    const partitions: number[] = []
    const texts: string[] = []
    for (const append of taken) {
      for (const partition of append.partitions) partitions.push(partition)
      for (const text of append.texts) texts.push(text)
    }
    const committed = [...offsets.values()]
    offsets.clear()
    offsetsDue = false
    cancelOffsetTimer?.()
    cancelOffsetTimer = undefined
    try {
      if (texts.length > 0 || committed.length > 0) {
        const request = { kind: 'write', partitions, texts, storedAt: clock.now(), offsets: committed } as const
        const reply = await thread.ask(request)
        if (reply.kind === 'written') onEnds(reply.ends)
      }
      for (const append of taken) append.settle()
    } catch (thrown) {
      const error = asAppError(thrown)
      for (const offset of committed) if (!offsets.has(offsetKey(offset))) keepOffset(offset)
      for (const append of taken) append.settle(error)
    }
  }

  function takeAppends(): Append[] {
    let events = 0
    let units = 0
    let count = 0
    for (const append of appends) {
      events += append.texts.length
      if (count > 0 && (events > commitEvents || units + append.units > commitUnits)) break
      units += append.units
      count++
    }
    queuedUnits -= units
    const taken = appends
    appends = taken.splice(count)
    return taken
  }

  function keepOffset(offset: OffsetCommit): void {
    offsets.set(offsetKey(offset), offset)
    cancelOffsetTimer ??= clock.after(offsetDelayMs, () => {
      offsetsDue = true
      schedule()
    })
  }

  function append(partitions: readonly number[], texts: readonly string[]): Promise<void> {
    let units = 0
    for (const text of texts) units += text.length
    if (queuedUnits > 0 && queuedUnits + units > queueUnits) return Promise.reject(queueFull())
    queuedUnits += units
    return new Promise((resolve, reject) => {
      appends.push({ partitions, texts, units, settle: (error) => (error ? reject(error) : resolve()) })
      schedule()
    })
  }

  function chore<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      chores.push(() => work().then(resolve, reject))
      schedule()
    })
  }

  return {
    start: () => thread.start(),
    append,
    commitOffset: keepOffset,
    flush: () => append([], []),
    expire: (request) =>
      chore(async () => {
        const reply = await thread.ask({ kind: 'expire', ...request })
        return reply.kind === 'expired' ? reply : { kind: 'expired', events: 0, more: false }
      }),
    async probe() {
      await chore(() => thread.ask({ kind: 'probe' }))
    },
    async stop() {
      // what cannot be stored now has been refused to its publishers; unstored offsets mean redelivery
      await append([], []).catch(() => {})
      cancelOffsetTimer?.()
      await thread.stop()
    },
  }
}

const offsetKey = ({ group, partition }: OffsetCommit) => `${partition} ${group}`

const queueFull = () =>
  new AppError('QLY_BUS_UNAVAILABLE', `more than ${queueUnits} characters wait to be stored; publish more slowly`)
