// The tables of vision: one row a camera with its dwell and presence state, and the outbox.
import type { Migration } from 'kysely'
import {
  type InboxOutboxTables,
  inboxOutboxMigrations,
} from '../../kernel/transactional-consumer/transactional-consumer.ts'

export interface VisionTables extends InboxOutboxTables {
  camera_state: {
    camera_id: string
    /** rises with every save; an older one never overwrites a newer */
    version: number
    saved_at: number
    parking: string
    presence: string
    /** null: never looked at */
    crowd: string | null
  }
  inference_threads: {
    /** host, processor, number of processors, sha256 of the model */
    machine_model: string
    workers: number
    threads: number
    frames_per_second: number
    measured_at: number
  }
}

export const visionMigrations: Readonly<Record<string, Migration>> = {
  ...inboxOutboxMigrations,
  '0001-camera-state': {
    async up(db) {
      await db.schema
        .createTable('camera_state')
        .addColumn('camera_id', 'text', (column) => column.primaryKey())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('saved_at', 'integer', (column) => column.notNull())
        .addColumn('parking', 'text', (column) => column.notNull())
        .addColumn('presence', 'text', (column) => column.notNull())
        .execute()
    },
  },
  '0002-crowd': {
    async up(db) {
      await db.schema.alterTable('camera_state').addColumn('crowd', 'text').execute()
    },
  },
  '0003-inference-threads': {
    async up(db) {
      await db.schema
        .createTable('inference_threads')
        .addColumn('machine_model', 'text', (column) => column.primaryKey())
        .addColumn('workers', 'integer', (column) => column.notNull())
        .addColumn('threads', 'integer', (column) => column.notNull())
        .addColumn('frames_per_second', 'integer', (column) => column.notNull())
        .addColumn('measured_at', 'bigint', (column) => column.notNull())
        .execute()
    },
  },
}
