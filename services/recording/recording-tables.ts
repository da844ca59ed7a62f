// The tables of this room. Times are event times, ms since the epoch.
import type { ColumnDefinitionBuilder, Migration } from 'kysely'
import type { InboxOutboxTables } from '../kernel/transactional-consumer/transactional-consumer.ts'

export interface SegmentRow {
  /** relative to the recordings' folder, see segments/segment-path.ts */
  path: string
  camera: string
  started_at: number
  ended_at: number
  bytes: number
  codec: string
  width: number
  height: number
  audio: number
  /** segments with the same stream can be joined: first digits of the SHA-256 of codec, size and parameter sets */
  stream: string
  /** JSON: ms from the start of each key frame */
  keys: string
  /** 1: something moved in it */
  motion: number
  /** 1: an alert was near it */
  alert: number
}

export interface RecordingTables extends InboxOutboxTables {
  segment: SegmentRow
  /** why a time is worth more than its neighbours; `ref`: alert id, or the minute of motion */
  mark: { camera: string; kind: 'alert' | 'motion'; ref: string; started_at: number; ended_at: number; body: string }
  /** what was seen in an analysed frame: JSON of SightedObject[] */
  sighting: { camera: string; at: number; body: string }
  /** evidence clips, wanted and made */
  clip: {
    alert: string
    camera: string
    moment: number
    started_at: number
    ended_at: number
    state: 'waiting' | 'made' | 'failed'
    key: string | null
    sha256: string | null
    reason: string | null
  }
}

const given = (column: ColumnDefinitionBuilder) => column.notNull()

export const recordingMigrations: Readonly<Record<string, Migration>> = {
  '1001-recording': {
    async up(db) {
      let segment = db.schema.createTable('segment').addColumn('path', 'text', (column) => column.primaryKey())
      for (const name of ['camera', 'codec', 'stream', 'keys']) segment = segment.addColumn(name, 'text', given)
      for (const name of ['started_at', 'ended_at', 'bytes', 'width', 'height', 'audio', 'motion', 'alert'])
        segment = segment.addColumn(name, 'bigint', given)
      await segment.execute()
      await db.schema.createIndex('segment_by_time').on('segment').columns(['camera', 'started_at']).execute()
      await db.schema.createIndex('segment_by_age').on('segment').columns(['ended_at', 'camera']).execute()
      await db.schema
        .createTable('mark')
        .addColumn('camera', 'text', given)
        .addColumn('kind', 'text', given)
        .addColumn('ref', 'text', given)
        .addColumn('started_at', 'bigint', given)
        .addColumn('ended_at', 'bigint', given)
        .addColumn('body', 'text', given)
        .addPrimaryKeyConstraint('mark_key', ['camera', 'kind', 'ref'])
        .execute()
      await db.schema.createIndex('mark_by_time').on('mark').columns(['camera', 'ended_at']).execute()
      await db.schema
        .createTable('sighting')
        .addColumn('camera', 'text', given)
        .addColumn('at', 'bigint', given)
        .addColumn('body', 'text', given)
        .addPrimaryKeyConstraint('sighting_key', ['camera', 'at'])
        .execute()
      await db.schema
        .createTable('clip')
        .addColumn('alert', 'text', (column) => column.primaryKey())
        .addColumn('camera', 'text', given)
        .addColumn('moment', 'bigint', given)
        .addColumn('started_at', 'bigint', given)
        .addColumn('ended_at', 'bigint', given)
        .addColumn('state', 'text', given)
        .addColumn('key', 'text')
        .addColumn('sha256', 'text')
        .addColumn('reason', 'text')
        .execute()
      await db.schema.createIndex('clip_by_state').on('clip').columns(['state', 'ended_at']).execute()
    },
  },
}
