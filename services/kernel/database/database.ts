// Port: relational state. Adapters: sqlite (node:sqlite, one file a room in WAL with synchronous=FULL) and postgres (one schema a room).
// Rooms write their tables and queries once, with Kysely; both adapters pass database.conformance.ts.
import type { Kysely, Migration, Transaction } from 'kysely'

/**
 * The tables of one room. Portable column types: text, integer (53 bit), double precision, and JSON kept as text by `toJson`/`fromJson`.
 * Times are integers, milliseconds since the epoch.
 */
export interface RoomDatabase<Tables> {
  readonly db: Kysely<Tables>
  readonly engine: 'sqlite' | 'postgres'
  /** Runs in one transaction; commits when the promise resolves, durable then. Serialisation failures are tried again (so `work` must be repeatable). */
  transaction<Result>(work: (transaction: Transaction<Tables>) => Promise<Result>): Promise<Result>
}

export interface Database {
  start(signal?: AbortSignal): Promise<void>
  stop(): Promise<void>
  /**
   * Opens the room's tables and brings them to the newest migration (keys sort by name: '0001-…').
   * QLY_DATA_FROM_NEWER_VERSION if the stored schema has migrations that this program does not know.
   */
  room<Tables>(name: string, migrations: Readonly<Record<string, Migration>>): Promise<RoomDatabase<Tables>>
  check(): Promise<void>
}

export const toJson = (value: unknown): string => JSON.stringify(value)
export const fromJson = <Value>(text: string): Value => JSON.parse(text) as Value
