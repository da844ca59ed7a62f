// Keeps the duplicate window over a restart without a write per message: every few seconds the keys since the last time go to the database as one
// row; what came after the last row is read back from the bus, where every message taken has its events.
import type { Migration } from 'kysely'
import { asAppError } from '../../contracts/errors.ts'
import type { TopicName } from '../../contracts/topics.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { RoomDatabase } from '../../kernel/database/database.ts'
import type { EventBus } from '../../kernel/event-bus/event-bus.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import { type DuplicateKey, type DuplicateWindow, duplicateKey } from './duplicate-window.ts'

export interface DuplicateTables {
  seen_keys: { id: string; at: number; size: number; keys: string }
}

export const duplicateMigrations: Readonly<Record<string, Migration>> = {
  '0001-seen-keys': {
    async up(db) {
      await db.schema
        .createTable('seen_keys')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('size', 'integer', (column) => column.notNull())
        .addColumn('keys', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('seen_keys_at').on('seen_keys').column('at').execute()
    },
  },
}

export interface DuplicateJournal {
  /** Fills the window from the database and the bus; at most a few seconds. */
  restore(signal: AbortSignal): Promise<void>
  /** Notes a key; it is written with the next row. */
  note(key: DuplicateKey): void
  /** Writes rows until `stop`. */
  start(): void
  /** Writes what is left. */
  stop(): Promise<void>
}

interface JournalDeps {
  readonly bus: EventBus
  readonly room: RoomDatabase<DuplicateTables>
  readonly clock: Clock
  readonly logger: Logger
  readonly window: DuplicateWindow
}

const rowEveryMs = 5000
/** a row may be late by the time that its transaction takes, and clocks of processes differ a little */
const overlapMs = 15_000
const withoutRowsMs = 600_000
const replayDeadlineMs = 5000
const replayed = ['qly.reading.v1', 'qly.device.v1', 'qly.frame.v1'] as const satisfies readonly TopicName[]

export function createDuplicateJournal(
  deps: JournalDeps,
  options: { readonly windowMs: number; readonly maximum: number },
): DuplicateJournal {
  const { room, clock, logger, window } = deps
  let pending: DuplicateKey[] = []
  let running: Promise<void> | undefined
  const ended = new AbortController()
  const writer = crypto.randomUUID()
  let rows = 0

  const write = async () => {
    if (pending.length === 0) return
    const keys = pending
    pending = []
    const at = clock.now()
    try {
      await room.transaction(async (transaction) => {
        const row = { id: `${writer}/${rows}`, at, size: keys.length, keys: packKeys(keys) }
        await transaction.insertInto('seen_keys').values(row).execute()
        await transaction
          .deleteFrom('seen_keys')
          .where('at', '<', at - options.windowMs)
          .execute()
      })
      rows++
    } catch (error) {
      pending = keys.concat(pending).slice(-options.maximum)
      logger.warn({ err: asAppError(error) }, 'the keys of messages taken could not be written; trying again')
    }
  }

  return {
    note: (key) => void pending.push(key),
    start() {
      running = (async () => {
        while (!ended.signal.aborted) {
          await clock.sleep(rowEveryMs, ended.signal).catch(() => undefined)
          await write()
        }
      })()
    },
    async stop() {
      ended.abort()
      await running
      await write()
    },
    async restore(signal) {
      const now = clock.now()
      const last = await restoreRows(room, window, now - options.windowMs, options.maximum)
      const from = Math.max(now - options.windowMs, last === undefined ? now - withoutRowsMs : last - overlapMs)
      await replay(deps, from, signal)
      logger.debug({ keys: window.size }, 'remembers messages taken before')
    },
  }
}

/** The newest rows that the window has room for, oldest of them first. Answers with the time of the newest. */
async function restoreRows(
  room: RoomDatabase<DuplicateTables>,
  window: DuplicateWindow,
  since: number,
  maximum: number,
): Promise<number | undefined> {
  const heads = await room.db
    .selectFrom('seen_keys')
    .select(['id', 'at', 'size'])
    .where('at', '>=', since)
    .orderBy('at', 'desc')
    .execute()
  let total = 0
  const wanted = heads.filter((head) => {
    total += Number(head.size)
    return total - Number(head.size) < maximum
  })
  for (const head of wanted.reverse()) {
    const row = await room.db.selectFrom('seen_keys').select('keys').where('id', '=', head.id).executeTakeFirst()
    for (const key of unpackKeys(row?.keys ?? '')) window.add(key, Number(head.at))
  }
  return heads[0] === undefined ? undefined : Number(heads[0].at)
}

async function replay({ bus, clock, logger, window }: JournalDeps, from: number, signal: AbortSignal): Promise<void> {
  const tail = await bus.tail({ topics: replayed, from: { time: from }, signal }, ({ event, storedAt }) => {
    if (event.source.startsWith('/ingest/')) window.add(duplicateKey(`${event.source} ${event.id}`), storedAt)
  })
  try {
    const deadline = clock.monotonic() + replayDeadlineMs
    while ((await tail.lag()) > 0) {
      if (clock.monotonic() > deadline) {
        logger.warn('there is much on the bus since the last start: some messages sent again may be taken twice')
        break
      }
      await clock.sleep(20, signal)
    }
  } finally {
    await tail.stop()
  }
}

function packKeys(keys: readonly DuplicateKey[]): string {
  return Buffer.from(keys.join(''), 'latin1').toString('base64')
}

function* unpackKeys(text: string): Iterable<DuplicateKey> {
  const all = Buffer.from(text, 'base64').toString('latin1')
  for (let at = 0; at + 16 <= all.length; at += 16) yield all.slice(at, at + 16) as DuplicateKey
}
