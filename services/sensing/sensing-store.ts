// The states of devices in the room's database: loaded for a batch, saved together, guarded by a version against a second writer.
import type { Migration } from 'kysely'
import { AppError } from '../contracts/errors.ts'
import { type Database, fromJson, type RoomDatabase, toJson } from '../kernel/database/database.ts'
import { type DeviceState, hasOpenFinding } from './device-state.ts'

interface DeviceStateRow {
  device_id: string
  version: number
  open: number
  heard_at: number
  state: string
}

interface SensingTables {
  device_state: DeviceStateRow
}

/** A state with the version that was loaded; 0: there was none. */
export interface Versioned {
  readonly version: number
  readonly state: DeviceState
}

export interface SensingStore {
  load(deviceIds: readonly string[]): Promise<Map<string, Versioned>>
  /** All or nothing; QLY_CONFLICT (retryable) if another process saved one of them meanwhile. */
  save(states: readonly Versioned[]): Promise<void>
  /** Devices with an open finding that were last heard before the time (ms), the longest silent first. */
  silentSince(time: number, limit: number): Promise<string[]>
}

const migrations: Readonly<Record<string, Migration>> = {
  '0001-device-state': {
    async up(db) {
      await db.schema
        .createTable('device_state')
        .addColumn('device_id', 'text', (column) => column.primaryKey())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('open', 'integer', (column) => column.notNull())
        .addColumn('heard_at', 'bigint', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('device_state_open').on('device_state').columns(['open', 'heard_at']).execute()
    },
  },
}

export async function openSensingStore(database: Database): Promise<SensingStore> {
  const room = await database.room<SensingTables>('sensing', migrations)
  return {
    async load(deviceIds) {
      if (deviceIds.length === 0) return new Map()
      const rows = await room.db
        .selectFrom('device_state')
        .select(['device_id', 'version', 'state'])
        .where('device_id', 'in', [...deviceIds])
        .execute()
      return new Map(
        rows.map((row) => [row.device_id, { version: Number(row.version), state: fromJson<DeviceState>(row.state) }]),
      )
    },
    save: (states) => saveAll(room, states),
    async silentSince(time, limit) {
      const rows = await room.db
        .selectFrom('device_state')
        .select('device_id')
        .where('open', '=', 1)
        .where('heard_at', '<', time)
        .orderBy('heard_at')
        .limit(limit)
        .execute()
      return rows.map((row) => row.device_id)
    },
  }
}

async function saveAll(room: RoomDatabase<SensingTables>, states: readonly Versioned[]): Promise<void> {
  if (states.length === 0) return
  await room.transaction(async (transaction) => {
    for (const { version, state } of states) {
      const row = { open: hasOpenFinding(state) ? 1 : 0, heard_at: state.heardAt, state: toJson(state) }
      const written =
        version === 0
          ? await transaction
              .insertInto('device_state')
              .values({ device_id: state.deviceId, version: 1, ...row })
              .onConflict((conflict) => conflict.column('device_id').doNothing())
              .executeTakeFirst()
          : await transaction
              .updateTable('device_state')
              .set({ version: version + 1, ...row })
              .where('device_id', '=', state.deviceId)
              .where('version', '=', version)
              .executeTakeFirst()
      const count = 'numUpdatedRows' in written ? written.numUpdatedRows : (written.numInsertedOrUpdatedRows ?? 0n)
      if (count !== 1n)
        throw new AppError('QLY_CONFLICT', `another process changed the state of ${state.deviceId}`, {
          retryable: true,
        })
    }
  })
}
