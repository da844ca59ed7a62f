// What is known of each camera's view over restarts: how it usually looks, and what is wrong with it. A change and what is told of it go in one transaction.
import type { Migration } from 'kysely'
import { fromJson, toJson } from '../../kernel/database/database.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { createInbox } from '../../kernel/transactional-consumer/inbox.ts'
import { createOutbox } from '../../kernel/transactional-consumer/outbox.ts'
import {
  type InboxOutboxTables,
  inboxOutboxMigrations,
} from '../../kernel/transactional-consumer/transactional-consumer.ts'
import { createWorkLoop, type WorkLoop } from '../../kernel/transactional-consumer/work-loop.ts'
import type { ViewFault } from './view-judge.ts'

/** A fault that was told and is not over. */
export interface ToldFault {
  readonly fault: ViewFault
  /** event time when it was said, ms since the epoch; with the camera and the fault it makes the finding's id */
  readonly since: number
  /** event time of the last word about it, and how many there were after the first */
  readonly toldAt: number
  readonly news: number
}

export interface StoredView {
  /** edges of the view as it usually is (view-judge.ts) */
  readonly reference: Float32Array | undefined
  readonly usualSharpness: number | undefined
  readonly faults: readonly ToldFault[]
}

export interface ViewStore {
  start(signal: AbortSignal): Promise<void>
  load(cameraId: string): Promise<StoredView | undefined>
  /** Resolves once it is durable and the events are published. */
  save(cameraId: string, view: StoredView, events: readonly Outgoing[]): Promise<void>
  /** Gives up waiting for engines that do not answer, and lets go. What is committed is published after the next start. */
  stop(): Promise<void>
}

interface ViewTables extends InboxOutboxTables {
  camera_view: {
    camera_id: string
    saved_at: number
    /** float32, little endian, base64; null: not yet seen */
    reference: string | null
    sharpness: number | null
    faults: string
  }
}

const migrations: Readonly<Record<string, Migration>> = {
  ...inboxOutboxMigrations,
  '0001-camera-view': {
    async up(db) {
      await db.schema
        .createTable('camera_view')
        .addColumn('camera_id', 'text', (column) => column.primaryKey())
        .addColumn('saved_at', 'integer', (column) => column.notNull())
        .addColumn('reference', 'text')
        .addColumn('sharpness', 'double precision')
        .addColumn('faults', 'text', (column) => column.notNull())
        .execute()
    },
  },
}

export function createViewStore(deps: Pick<Kernel, 'bus' | 'database' | 'clock' | 'logger'>): ViewStore {
  let loop: WorkLoop | undefined
  const opened = () => deps.database.room<ViewTables>('media', migrations)

  return {
    async start(signal) {
      const room = await opened()
      const inner = { ...deps, room: room as never }
      const starting = createWorkLoop(inner, createInbox(inner, 'media'), createOutbox(inner, 'media'))
      signal.addEventListener('abort', starting.close, { once: true })
      await starting.start()
      signal.removeEventListener('abort', starting.close)
      loop = starting
    },
    async load(cameraId) {
      const { db } = await opened()
      const row = await db.selectFrom('camera_view').selectAll().where('camera_id', '=', cameraId).executeTakeFirst()
      return (
        row && {
          reference: row.reference === null ? undefined : numbersOf(row.reference),
          usualSharpness: row.sharpness ?? undefined,
          faults: fromJson<ToldFault[]>(row.faults),
        }
      )
    },
    async save(cameraId, { reference, usualSharpness, faults }, events) {
      const row = {
        saved_at: deps.clock.now(),
        reference: reference ? textOf(reference) : null,
        sharpness: usualSharpness ?? null,
        faults: toJson(faults),
      }
      await loop?.add(events.length, async (transaction) => {
        await (transaction as unknown as Awaited<ReturnType<typeof opened>>['db'])
          .insertInto('camera_view')
          .values({ camera_id: cameraId, ...row })
          .onConflict((conflict) => conflict.column('camera_id').doUpdateSet(row))
          .execute()
        return events
      })
    },
    async stop() {
      loop?.close()
      await loop?.stop()
    },
  }
}

const textOf = (numbers: Float32Array): string =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64')

function numbersOf(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  // a copy, since floats must begin at a multiple of four
  return new Float32Array(Uint8Array.from(bytes).buffer, 0, Math.floor(bytes.length / 4))
}
