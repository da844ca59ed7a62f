// The file of the log: one SQLite database, one table for each partition of each topic, so that every insert is an append at the
// right edge of a B-tree. There is no index for time: `stored_at` never falls within a partition, so a time is found by bisection.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../../contracts/errors.ts'
import { asLogError } from './sqlite-error.ts'

/** A topic as it is to be made; an existing one keeps its number of partitions, since more would move keys. */
export interface TopicShape {
  readonly name: string
  readonly partitions: number
}

/** One partition of the log. `id` numbers it within the process. */
export interface LogPartition {
  readonly id: number
  readonly topic: string
  readonly partition: number
  readonly table: string
}

/** Where the next row of a partition goes. */
export interface LogEnd {
  readonly offset: number
  /** bytes of all events ever stored in the partition */
  readonly bytes: number
  readonly storedAt: number
}

/** Rises with every change of the schema. */
export const schemaVersion = 1

export const logFileOf = (directory: string): string => join(directory, 'events.sqlite')

/**
 * Takes the directory for this process: held until the result is closed (or the process dies, however it dies).
 * Throws QLY_DATA_LOCKED if another process, or another bus of this one, has it.
 */
export function lockDirectory(directory: string): DatabaseSync {
  const file = join(directory, 'lock.sqlite')
  try {
    mkdirSync(directory, { recursive: true })
    const lock = new DatabaseSync(file)
    try {
      lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
      return lock
    } catch (error) {
      lock.close()
      throw error
    }
  } catch (thrown) {
    const error = asLogError(thrown, file)
    if (error.code !== 'QLY_DATA_LOCKED') throw error
    throw new AppError('QLY_DATA_LOCKED', `${directory} is in use by another process; stop it, or set QLY_DATA_DIR`, {
      cause: error,
    })
  }
}

/** Opens the log for writing and makes what is missing. Throws QLY_DATA_FROM_NEWER_VERSION, QLY_STORAGE_CORRUPT or QLY_STORAGE_FULL. */
export function openLog(directory: string, topics: readonly TopicShape[]) {
  const file = logFileOf(directory)
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file)
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version)
    if (version > schemaVersion) {
      throw new AppError(
        'QLY_DATA_FROM_NEWER_VERSION',
        `${file} has version ${version}, this program knows ${schemaVersion}; start the newer program`,
      )
    }
    // checkpoints every 4,000 pages (16 MB): half as often as a commit of 5,000 events fills
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864',
    )
    db.exec(`BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, partitions INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS expired (log TEXT PRIMARY KEY, next_offset INTEGER NOT NULL, bytes INTEGER NOT NULL, stored_at INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS offsets (consumer TEXT NOT NULL, log TEXT NOT NULL, next_offset INTEGER NOT NULL, PRIMARY KEY (consumer, log)) WITHOUT ROWID;`)
    const partitions = makePartitions(db, topics)
    db.exec(`PRAGMA user_version = ${schemaVersion}; COMMIT`)
    return { db, partitions }
  } catch (error) {
    db?.close()
    throw asLogError(error, file)
  }
}

function makePartitions(db: DatabaseSync, topics: readonly TopicShape[]): LogPartition[] {
  const find = db.prepare('SELECT id, partitions FROM topics WHERE name = ?')
  const add = db.prepare('INSERT INTO topics (name, partitions) VALUES (?, ?)')
  const made: LogPartition[] = []
  for (const topic of topics) {
    if (!find.get(topic.name)) add.run(topic.name, topic.partitions)
    const row = find.get(topic.name)
    for (let partition = 0; partition < Number(row?.partitions); partition++) {
      const table = `log_${row?.id}_${partition}`
      db.exec(
        `CREATE TABLE IF NOT EXISTS ${table} (offset INTEGER PRIMARY KEY, stored_at INTEGER NOT NULL, bytes INTEGER NOT NULL, event TEXT NOT NULL)`,
      )
      made.push({ id: made.length, topic: topic.name, partition, table })
    }
  }
  return made
}

/** Where the next row goes: after the last one, or, once retention has taken all rows, where it says. */
export function readEnd(db: DatabaseSync, table: string): LogEnd {
  const last = db.prepare(`SELECT offset, bytes, stored_at FROM ${table} ORDER BY offset DESC LIMIT 1`).get()
  if (last) return { offset: Number(last.offset) + 1, bytes: Number(last.bytes), storedAt: Number(last.stored_at) }
  const expired = db.prepare('SELECT next_offset, bytes, stored_at FROM expired WHERE log = ?').get(table)
  if (!expired) return { offset: 0, bytes: 0, storedAt: 0 }
  return { offset: Number(expired.next_offset), bytes: Number(expired.bytes), storedAt: Number(expired.stored_at) }
}

/** Offsets of all consumer groups: group → table → next offset. */
export function readOffsets(db: DatabaseSync): Map<string, Map<string, number>> {
  const offsets = new Map<string, Map<string, number>>()
  for (const row of db.prepare('SELECT consumer, log, next_offset FROM offsets').all()) {
    const ofGroup = offsets.get(String(row.consumer)) ?? new Map<string, number>()
    offsets.set(String(row.consumer), ofGroup.set(String(row.log), Number(row.next_offset)))
  }
  return offsets
}
