// Applies retention, quota and the free-space floor: rows first say what goes, files go, then the rows, so that a kill leaves nothing that cannot be swept again.
import { rm, rmdir, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import type { RoomDatabase } from '../../kernel/database/database.ts'
import type { RecordingTables } from '../recording-tables.ts'
import { bytesToFree, isExpired, type KeepingRules, lowestFirst } from './expiry.ts'

export interface SweepRules {
  readonly ofCamera: (camera: string) => KeepingRules
  readonly quotaBytes: number
  readonly minimumFreeBytes: number
}

export interface Swept {
  readonly expired: number
  readonly evicted: number
  readonly usedBytes: number
  readonly freeBytes: number
  /** neither quota nor floor could be reached by taking segments away: nothing more may be written */
  readonly full: boolean
}

const batch = 500

export async function sweep(
  { db }: RoomDatabase<RecordingTables>,
  directory: string,
  rules: SweepRules,
  now: number,
  free: () => Promise<number> = () => freeBytes(directory),
): Promise<Swept> {
  await takeOnLateMarks(db, now)
  let expired = 0
  const cameras = (await db.selectFrom('segment').select('camera').distinct().execute()).map(({ camera }) => camera)
  for (const camera of cameras) {
    const keep = rules.ofCamera(camera)
    for (;;) {
      const rows = await db
        .selectFrom('segment')
        .select(['path', 'camera', 'started_at', 'ended_at', 'motion', 'alert', 'bytes'])
        .where('camera', '=', camera)
        .where('ended_at', '<', now - keep.plainMs)
        .where((is) => is.or([is('motion', '=', 0), is('ended_at', '<', now - keep.motionMs)]))
        .where((is) => is.or([is('alert', '=', 0), is('ended_at', '<', now - keep.alertMs)]))
        .orderBy('ended_at')
        .limit(batch)
        .execute()
      const going = rows.filter((row) =>
        isExpired({ endedAt: row.ended_at, motion: row.motion === 1, alert: row.alert === 1 }, keep, now),
      )
      await remove(db, directory, going)
      expired += going.length
      if (rows.length < batch) break
    }
  }

  let evicted = 0
  for (;;) {
    const room = { ...rules, usedBytes: await usedBytes(db), freeBytes: await free() }
    const wanted = bytesToFree(room)
    if (wanted === 0) return { expired, evicted, ...room, full: false }
    const lowest = await db
      .selectFrom('segment')
      .select(['path', 'camera', 'started_at', 'ended_at', 'bytes', 'motion', 'alert'])
      .orderBy('alert')
      .orderBy(sql`case when alert = 1 then 0 else motion end`)
      .orderBy('ended_at')
      .limit(batch)
      .execute()
    const waiting = await db.selectFrom('clip').selectAll().where('state', '=', 'waiting').execute()
    const going = lowestFirst(
      lowest.map((row) => ({ ...row, endedAt: row.ended_at, motion: row.motion === 1, alert: row.alert === 1 })),
      wanted,
      (row) =>
        waiting.some(
          (clip) => clip.camera === row.camera && row.started_at < clip.ended_at && row.ended_at > clip.started_at,
        ),
    )
    if (going.length === 0) return { expired, evicted, ...room, full: room.freeBytes < room.minimumFreeBytes }
    await remove(db, directory, going)
    evicted += going.length
  }
}

type Db = RoomDatabase<RecordingTables>['db']

/** A mark and a segment that were stored at the same moment by two processes may not have seen each other. */
async function takeOnLateMarks(db: Db, now: number): Promise<void> {
  for (const kind of ['alert', 'motion'] as const) {
    await db
      .updateTable('segment')
      .set({ [kind]: 1 })
      .where(kind, '=', 0)
      .where('ended_at', '>', now - 600_000)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('mark')
            .select('ref')
            .whereRef('mark.camera', '=', 'segment.camera')
            .where('mark.kind', '=', kind)
            .whereRef('mark.started_at', '<', 'segment.ended_at')
            .whereRef('mark.ended_at', '>', 'segment.started_at'),
        ),
      )
      .execute()
  }
}

async function usedBytes(db: Db): Promise<number> {
  const row = await db
    .selectFrom('segment')
    .select(sql<number>`coalesce(sum(bytes), 0)`.as('bytes'))
    .executeTakeFirstOrThrow()
  return Number(row.bytes)
}

/** Also called by the check, for segments whose files are gone. */
export async function remove(
  db: Db,
  directory: string,
  segments: readonly { path: string; camera: string; started_at: number; ended_at: number }[],
): Promise<void> {
  for (const { path } of segments) {
    await rm(join(directory, path), { force: true })
    await removeEmpty(directory, dirname(path))
  }
  for (const { path, camera, started_at, ended_at } of segments) {
    await db
      .deleteFrom('sighting')
      .where('camera', '=', camera)
      .where('at', '>=', started_at)
      .where('at', '<', ended_at)
      .execute()
    await db.deleteFrom('segment').where('path', '=', path).execute()
  }
}

async function removeEmpty(directory: string, folder: string): Promise<void> {
  for (let each = folder; each !== '.' && each !== '/'; each = dirname(each)) {
    try {
      await rmdir(join(directory, each))
    } catch {
      return // there is more in it
    }
  }
}

export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}
