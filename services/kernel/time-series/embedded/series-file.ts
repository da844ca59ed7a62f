// The file of the embedded time series: one SQLite database for this process alone, every commit on the disk.
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../../../contracts/errors.ts'
import { sqliteError } from '../../database/sqlite/sqlite-errors.ts'

export interface SeriesFile {
  readonly database: DatabaseSync
  /** Runs work and turns SQLite's errors into AppErrors. */
  guard<Result>(work: () => Result): Result
  /** As `guard`, in one transaction: all of it, durable, or nothing. */
  transaction<Result>(work: () => Result): Result
}

const formatVersion = 1
const lockWaitMs = 2000

/** QLY_DATA_LOCKED, QLY_DATA_FROM_NEWER_VERSION, QLY_STORAGE_CORRUPT, QLY_STORAGE_FULL, QLY_STORAGE_UNAVAILABLE. */
export function openSeriesFile(path: string): SeriesFile {
  const guard = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (error) {
      throw sqliteError(error, path)
    }
  }
  const database = guard(() => new DatabaseSync(path, { timeout: lockWaitMs }))
  try {
    guard(() => prepare(database, path))
  } catch (error) {
    database.close()
    throw error
  }
  return {
    database,
    guard,
    transaction: (work) =>
      guard(() => {
        database.exec('begin immediate')
        try {
          const result = work()
          database.exec('commit')
          return result
        } catch (error) {
          if (database.isTransaction) database.exec('rollback')
          throw error
        }
      }),
  }
}

function prepare(database: DatabaseSync, path: string): void {
  database.exec(`pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full;
    pragma cache_size = -32000; pragma wal_autocheckpoint = 4000; pragma journal_size_limit = 67108864;
    begin immediate; commit`)
  const { user_version: version } = database.prepare('pragma user_version').get() as { user_version: number }
  if (version > formatVersion)
    throw new AppError(
      'QLY_DATA_FROM_NEWER_VERSION',
      `${path} was written by a newer version (format ${version}, known ${formatVersion}): start that version, or use another data directory`,
    )
  database.exec(`begin;
    create table if not exists series (
      id integer primary key, measurement text not null, field text not null, tags text not null,
      unique (measurement, field, tags)
    ) strict;
    create table if not exists chunk (
      series integer not null, start integer not null, finish integer not null, samples blob not null,
      primary key (series, start)
    ) strict;
    pragma user_version = ${formatVersion};
    commit`)
}
