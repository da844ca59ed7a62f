// Devices whose passwords are kept as hashes, for the RTSP server: read from the broker's own tables at each log-in, so what was revoked is gone at once.
import type { Config } from '../../contracts/config/config.ts'
import type { KnownDevice } from '../../contracts/stream-access.ts'
import type { Database, RoomDatabase } from '../../kernel/database/database.ts'
import type { Sealing } from '../../kernel/secrets/sealing.ts'
import { type BrokerTables, brokerMigrations } from './broker-tables.ts'
import { openDigest } from './digest-secrets.ts'
import { verifyPassword } from './password-hash.ts'

/** Works in every process that reaches the database, also where the broker is elsewhere. */
export function createKnownDevices(
  { database, sealing }: { readonly database: Database; readonly sealing: Sealing },
  config: Pick<Config, 'devices'>,
): (id: string) => Promise<KnownDevice | undefined> {
  const configured = new Map(config.devices.map((device) => [device.id, device]))
  let opened: Promise<RoomDatabase<BrokerTables>> | undefined
  const room = () => {
    opened ??= database.room<BrokerTables>('broker', brokerMigrations).catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
  return async (id) => {
    const own = configured.get(id)
    if (own?.password !== undefined) {
      const { password, gateway } = own
      return { gateway, digest: undefined, verify: (given) => verifyPassword(given, password) }
    }
    const { db } = await room()
    const row = await db
      .selectFrom('device')
      .selectAll()
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (!row || row.kind === 'subscriber') return undefined
    const hash = row.password_hash
    return {
      gateway: row.gateway ?? undefined,
      digest: row.digest === null ? undefined : openDigest(sealing, id, row.digest),
      verify: async (given) => hash !== null && (await verifyPassword(given, hash)),
    }
  }
}
