// People and programs of the API as players on our RTSP server: by password or token, if their role may see streams as they come (no masks). Audited.
import type { Config } from '../../contracts/config/config.ts'
import type { StreamAccess } from '../../contracts/stream-access.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { Database } from '../../kernel/database/database.ts'
import { type ApiTables, apiMigrations } from '../tables.ts'
import { createAccounts, type Person } from './accounts.ts'
import { createAudit } from './audit.ts'
import { maySeeOriginal } from './originals.ts'
import { may } from './roles.ts'

/** Works in every process that reaches the database, also where the api is elsewhere. */
export function createStreamPlayers(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  config: Pick<Config, 'api' | 'http' | 'cameras'>,
): StreamAccess['player'] {
  const open = async () => {
    const room = await database.room<ApiTables>('api', apiMigrations)
    const accounts = createAccounts({ room, clock }, { ...config.api, adminToken: config.http.adminToken })
    return { accounts, audit: createAudit({ room, clock }) }
  }
  let opened: ReturnType<typeof open> | undefined

  return async ({ user, password, path, address }) => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    const { accounts, audit } = await opened
    // a token stands in the place of the password; whose it is decides, not the user that was written
    const person: Person | undefined = (await accounts.holder(password)) ?? (await accounts.verify(user, password))
    if (!person) return undefined
    const shown = config.cameras.filter(({ id, source }) => id === path.split('/')[0] || pathOf(source) === path)
    const allowed = may(person.roles, 'playStreams') && shown.every((camera) => maySeeOriginal(camera, person.roles))
    await audit.record(person.name, allowed ? 'stream.play' : 'stream.refused', path, { address })
    return allowed ? { name: person.name } : undefined
  }
}

const pathOf = (source: string): string => source.replace(/^rtsps?:\/\/[^/]*\/|\?.*$/gi, '')
