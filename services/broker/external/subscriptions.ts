// What we subscribe to at an external broker: plain filters, kept in our session over restarts of either side, or shared ones for several processes.
// What this session subscribed to before is remembered, since no broker tells it: filters that are not wanted any more are given back.
import type { MqttClient } from 'mqtt'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { asAppError } from '../../contracts/errors.ts'
import type { RoomDatabase } from '../../kernel/database/database.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import type { BrokerTables } from '../access/broker-tables.ts'

export interface FilterMemory {
  load(): Promise<string[]>
  save(filters: readonly string[]): Promise<void>
}

/** What devices publish, and nothing that we publish to them. `group` '': plain; else shared within the group. */
export function filtersOf(group: string, cameras: readonly Pick<CameraConfig, 'source'>[]): string[] {
  const uplinks = ['osd', 'state', 'events', 'requests', 'services_reply', 'property/set_reply', 'drc/up']
  const own = ['readings', 'status', 'image'].map((channel) => `qly/v1/+/+/${channel}`)
  const pictures = cameras.flatMap(({ source }) => (source.startsWith('mqtt:') ? [source.slice(5)] : []))
  const others = pictures.filter((topic) => !/^qly\/v1\/[^/]+\/[^/]+\/image$/.test(topic))
  const all = [...own, ...uplinks.map((channel) => `thing/product/+/${channel}`), 'sys/product/+/status', ...others]
  return group === '' ? all : all.map((filter) => `$share/${group}/${filter}`)
}

/**
 * Subscribes to what is wanted, then gives back the rest. In this order a message may come twice (ingest knows it by source and id), but none is
 * missed. Remembers before and after, so that a crash between them leaves no forgotten filter behind. Refusals are logged.
 */
export async function renewSubscriptions(
  { client, memory, logger }: { client: MqttClient; memory: FilterMemory; logger: Logger },
  wanted: readonly string[],
): Promise<void> {
  // without the database the messages still have to come; what was not remembered is given back another time
  const forgetful = (error: unknown) => logger.warn({ err: asAppError(error) }, 'subscriptions cannot be remembered')
  const remembered = await memory.load().catch(forgetful)
  const stale = remembered?.filter((filter) => !wanted.includes(filter)) ?? []
  if (remembered) await memory.save([...stale, ...wanted]).catch(forgetful)
  const granted = await subscribe(client, wanted)
  const refused = granted.filter(({ qos }) => qos >= 128).map(({ topic }) => topic)
  if (refused.length > 0) logger.error({ refused }, 'the external broker refuses subscriptions')
  if (stale.length === 0) return
  await client.unsubscribeAsync(stale)
  await memory.save(wanted).catch(forgetful)
  logger.info({ stale }, 'gave back subscriptions of an earlier configuration')
}

/** Keeps the filters of one session in the broker's table. */
export function createFilterMemory(room: RoomDatabase<BrokerTables>, clientId: string): FilterMemory {
  return {
    async load() {
      const rows = await room.db
        .selectFrom('external_filter')
        .select('filter')
        .where('client_id', '=', clientId)
        .orderBy('filter')
        .execute()
      return rows.map(({ filter }) => filter)
    },
    save: (filters) =>
      room.transaction(async (change) => {
        await change.deleteFrom('external_filter').where('client_id', '=', clientId).execute()
        const rows = filters.map((filter) => ({ client_id: clientId, filter }))
        await change.insertInto('external_filter').values(rows).execute()
      }),
  }
}

/** Without the rejection of mqtt.js for a single refused filter: the others are good. */
function subscribe(client: MqttClient, wanted: readonly string[]): Promise<{ topic: string; qos: number }[]> {
  return new Promise((resolve, reject) => {
    client.subscribe([...wanted], { qos: 1 }, (error, granted) => {
      if (granted && granted.length > 0) resolve(granted)
      else reject(error ?? new Error('the broker granted nothing'))
    })
  })
}
