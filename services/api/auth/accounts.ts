// People and programs that use the API: their passwords, roles and tokens.
import { ulid } from 'ulid'
import type { ApiConfig } from '../../contracts/config/api.ts'
import { AppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { fromJson, type RoomDatabase, toJson } from '../../kernel/database/database.ts'
import type { ApiTables } from '../tables.ts'
import { hashPassword, hashToken, randomPassword, randomToken, sameSecret, verifyPassword } from './passwords.ts'
import type { RoleName } from './roles.ts'

export interface Person {
  readonly name: string
  readonly roles: readonly string[]
}

export interface Account extends Person {
  readonly createdAt: string
  readonly disabled: boolean
}

export interface TokenInfo {
  readonly id: string
  readonly user: string
  readonly label: string
  readonly createdAt: string
  readonly expiresAt: string | null
}

export interface AccountsDeps {
  readonly room: RoomDatabase<ApiTables>
  readonly clock: Clock
}

export type Accounts = ReturnType<typeof createAccounts>

export function createAccounts(
  { room: { db }, clock }: AccountsDeps,
  config: ApiConfig & { adminToken?: string | undefined },
) {
  /** verified against when a name is unknown, so that the time taken tells nothing */
  const decoy = hashPassword(randomPassword())

  /** The person; undefined for a wrong name or password, or a disabled user. */
  async function verify(name: string, password: string): Promise<Person | undefined> {
    const row = await db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()
    const right = await verifyPassword(password, row?.password ?? (await decoy))
    return row && right && row.disabled === 0 ? { name, roles: fromJson<string[]>(row.roles) } : undefined
  }

  async function issue(user: string, label: string, session: boolean, expiresAt: number | null) {
    const token = randomToken()
    const id = ulid(clock.now())
    const row = { hash: hashToken(token), id, user, label, created_at: clock.now(), expires_at: expiresAt }
    await db
      .insertInto('tokens')
      .values({ ...row, session: session ? 1 : 0 })
      .execute()
    return { token, id, expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString() }
  }

  async function revokeAll(name: string): Promise<void> {
    await db.deleteFrom('tokens').where('user', '=', name).execute()
  }

  async function existing(name: string) {
    const row = await db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()
    if (!row) throw new AppError('QLY_NOT_FOUND', `there is no user ${name}`)
    return row
  }

  return {
    /** The first start makes an admin with a random password and hands it out once; later starts hand out nothing. */
    async firstLogin(): Promise<{ user: string; password: string } | undefined> {
      const { count } = await db
        .selectFrom('users')
        .select((select) => select.fn.countAll().as('count'))
        .executeTakeFirstOrThrow()
      if (Number(count) > 0) return undefined
      const password = randomPassword()
      const row = {
        name: 'admin',
        roles: toJson(['admin']),
        password: await hashPassword(password),
        created_at: clock.now(),
        disabled: 0,
      }
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('users')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 0n ? undefined : { user: 'admin', password }
    },

    verify,

    /** QLY_UNAUTHENTICATED for a wrong name or password, without saying which. */
    async login(name: string, password: string) {
      const user = await verify(name, password)
      if (!user) throw new AppError('QLY_UNAUTHENTICATED', 'wrong user name or password')
      const now = clock.now()
      await db.deleteFrom('tokens').where('expires_at', '<', now).execute()
      const session = await issue(name, 'login', true, now + config.sessionHours * 3_600_000)
      return { ...session, user }
    },

    /** The holder of a token; undefined if it is wrong, expired, or its user disabled. */
    async holder(token: string): Promise<Person | undefined> {
      if (config.adminToken !== undefined && sameSecret(token, config.adminToken))
        return { name: 'admin-token', roles: ['admin'] }
      const row = await db
        .selectFrom('tokens')
        .innerJoin('users', 'users.name', 'tokens.user')
        .select(['users.name', 'users.roles', 'users.disabled', 'tokens.expires_at'])
        .where('tokens.hash', '=', hashToken(token))
        .executeTakeFirst()
      if (!row || row.disabled === 1) return undefined
      if (row.expires_at !== null && row.expires_at < clock.now()) return undefined
      return { name: row.name, roles: fromJson<string[]>(row.roles) }
    },

    async logout(token: string): Promise<void> {
      await db.deleteFrom('tokens').where('hash', '=', hashToken(token)).execute()
    },

    async list(): Promise<Account[]> {
      const rows = await db.selectFrom('users').selectAll().orderBy('name').execute()
      return rows.map(({ name, roles, created_at, disabled }) => ({
        name,
        roles: fromJson<string[]>(roles),
        createdAt: new Date(created_at).toISOString(),
        disabled: disabled === 1,
      }))
    },

    /** Answers with the password: the given one, or one made at random. QLY_CONFLICT if the name is taken. */
    async create(
      name: string,
      roles: readonly RoleName[],
      given?: string,
    ): Promise<{ name: string; password: string }> {
      const password = given ?? randomPassword()
      const row = {
        name,
        roles: toJson(roles),
        password: await hashPassword(password),
        created_at: clock.now(),
        disabled: 0,
      }
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('users')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow()
      if (numInsertedOrUpdatedRows === 0n) throw new AppError('QLY_CONFLICT', `the name ${name} is taken`)
      return { name, password }
    },

    /** A new password or a disabled user ends all sessions and tokens of the user. */
    async change(
      name: string,
      change: { roles?: readonly RoleName[]; password?: string; disabled?: boolean },
    ): Promise<void> {
      await existing(name)
      if (change.roles)
        await db
          .updateTable('users')
          .set({ roles: toJson(change.roles) })
          .where('name', '=', name)
          .execute()
      if (change.password !== undefined) {
        const password = await hashPassword(change.password)
        await db.updateTable('users').set({ password }).where('name', '=', name).execute()
      }
      if (change.disabled !== undefined) {
        await db
          .updateTable('users')
          .set({ disabled: change.disabled ? 1 : 0 })
          .where('name', '=', name)
          .execute()
      }
      if (change.password !== undefined || change.disabled === true) await revokeAll(name)
    },

    /** A token for a program, told once. */
    async createToken(user: string, label: string, expiresAt: number | null) {
      await existing(user)
      return issue(user, label, false, expiresAt)
    },

    async tokens(): Promise<TokenInfo[]> {
      const rows = await db.selectFrom('tokens').selectAll().where('session', '=', 0).orderBy('id').execute()
      return rows.map(({ id, user, label, created_at, expires_at }) => ({
        id,
        user,
        label,
        createdAt: new Date(created_at).toISOString(),
        expiresAt: expires_at === null ? null : new Date(expires_at).toISOString(),
      }))
    },

    async revokeToken(id: string): Promise<void> {
      const { numDeletedRows } = await db.deleteFrom('tokens').where('id', '=', id).executeTakeFirstOrThrow()
      if (numDeletedRows === 0n) throw new AppError('QLY_NOT_FOUND', `there is no token ${id}`)
    },
  }
}
