// What ingest knows of devices: their kinds (DJI topics do not say them) and which aircraft is behind which gateway. From config, from the broker's
// registry, from what devices say; kept in the room's database, written rarely.
import type { Migration } from 'kysely'
import type { Config } from '../contracts/config/config.ts'
import type { DeviceKind } from '../contracts/events/reading-recorded-v1.ts'
import type { RoomDatabase } from '../kernel/database/database.ts'
import type { DeviceKnowledge, Learnt } from './decoding/decoded.ts'

export interface KnowledgeTables {
  known_device: { id: string; kind: string; gateway: string | null }
}

export const knowledgeMigrations: Readonly<Record<string, Migration>> = {
  '0002-known-device': {
    async up(db) {
      await db.schema
        .createTable('known_device')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('gateway', 'text')
        .execute()
    },
  },
}

export interface StoredKnowledge extends DeviceKnowledge {
  load(room: RoomDatabase<KnowledgeTables>): Promise<void>
  learn(learnt: Learnt): void
  /** The device is not behind its gateway any more. */
  leave(deviceId: string): void
  /** Writes what changed since the last time. */
  save(room: RoomDatabase<KnowledgeTables>): Promise<void>
}

export function createDeviceKnowledge(config: Pick<Config, 'devices' | 'cameras'>): StoredKnowledge {
  const fixed = new Map<string, DeviceKind>([
    ...config.cameras.map((camera) => [camera.id, camera.kind] as const),
    ...config.devices.map((device) => [device.id, device.kind] as const),
  ])
  const kinds = new Map<string, DeviceKind>()
  const gateways = new Map<string, string>()
  const behind = new Map<string, Set<string>>()
  const changed = new Set<string>()

  const attach = (deviceId: string, gatewayId: string | undefined): boolean => {
    const before = gateways.get(deviceId)
    if (before === gatewayId) return false
    if (before !== undefined) behind.get(before)?.delete(deviceId)
    if (gatewayId === undefined) gateways.delete(deviceId)
    else {
      gateways.set(deviceId, gatewayId)
      behind.set(gatewayId, (behind.get(gatewayId) ?? new Set()).add(deviceId))
    }
    return true
  }

  return {
    kindOf: (deviceId) => fixed.get(deviceId) ?? kinds.get(deviceId),
    subDevicesOf: (gatewayId) => [...(behind.get(gatewayId) ?? [])],
    learn({ deviceId, kind, gatewayId }) {
      const moved = gatewayId !== undefined && attach(deviceId, gatewayId)
      if (kinds.get(deviceId) === kind && !moved) return
      kinds.set(deviceId, kind)
      changed.add(deviceId)
    },
    leave(deviceId) {
      if (attach(deviceId, undefined)) changed.add(deviceId)
    },
    async load(room) {
      for (const row of await room.db.selectFrom('known_device').selectAll().execute()) {
        kinds.set(row.id, row.kind as DeviceKind)
        attach(row.id, row.gateway ?? undefined)
      }
    },
    async save(room) {
      const ids = [...changed].filter((id) => kinds.has(id))
      changed.clear()
      if (ids.length === 0) return
      try {
        await room.transaction(async (transaction) => {
          for (const id of ids) {
            const row = { id, kind: kinds.get(id) ?? 'drone', gateway: gateways.get(id) ?? null }
            await transaction
              .insertInto('known_device')
              .values(row)
              .onConflict((conflict) => conflict.column('id').doUpdateSet({ kind: row.kind, gateway: row.gateway }))
              .execute()
          }
        })
      } catch (error) {
        for (const id of ids) changed.add(id)
        throw error
      }
    },
  }
}
