// The index of segments in the database: what is where, from when to when. A segment is in it once its file is closed and durable.
import type { RoomDatabase } from '../../kernel/database/database.ts'
import type { RecordingTables, SegmentRow } from '../recording-tables.ts'

export type SegmentIndex = ReturnType<typeof createSegmentIndex>
export type NewSegment = Omit<SegmentRow, 'motion' | 'alert'>

export function createSegmentIndex({ db, transaction }: RoomDatabase<RecordingTables>) {
  return {
    /** Idempotent by path. Takes on the marks that were made before it was closed. */
    async add(segment: NewSegment): Promise<void> {
      await transaction(async (inside) => {
        const marks = await inside
          .selectFrom('mark')
          .select('kind')
          .where('camera', '=', segment.camera)
          .where('started_at', '<', segment.ended_at)
          .where('ended_at', '>', segment.started_at)
          .groupBy('kind')
          .execute()
        const has = (kind: string) => (marks.some((mark) => mark.kind === kind) ? 1 : 0)
        await inside
          .insertInto('segment')
          .values({ ...segment, motion: has('motion'), alert: has('alert') })
          .onConflict((conflict) => conflict.column('path').doNothing())
          .execute()
      })
    },

    /** Those that have something of [from, to), in the order of time. */
    async between(camera: string, from: number, to: number, limit = 100_000): Promise<SegmentRow[]> {
      return (
        db
          .selectFrom('segment')
          .selectAll()
          .where('camera', '=', camera)
          .where('started_at', '<', to)
          // no segment is longer than this, so that the index of starts serves
          .where('started_at', '>', from - longestSegmentMs)
          .where('ended_at', '>', from)
          .orderBy('started_at')
          .limit(limit)
          .execute()
      )
    },

    async byPath(path: string): Promise<SegmentRow | undefined> {
      return db.selectFrom('segment').selectAll().where('path', '=', path).executeTakeFirst()
    },

    /** The end of the newest segment of each camera. */
    async newest(): Promise<ReadonlyMap<string, number>> {
      const rows = await db
        .selectFrom('segment')
        .select(({ fn }) => ['camera', fn.max('ended_at').as('ended_at')])
        .groupBy('camera')
        .execute()
      return new Map(rows.map(({ camera, ended_at }) => [camera, Number(ended_at)]))
    },

    async remove(paths: readonly string[]): Promise<void> {
      if (paths.length > 0) await db.deleteFrom('segment').where('path', 'in', paths).execute()
    },
  }
}

/** Ten times what may be configured: a stream with key frames a minute apart still fits. */
export const longestSegmentMs = 600_000
