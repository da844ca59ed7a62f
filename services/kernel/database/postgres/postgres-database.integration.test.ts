// PostgreSQL: the conformance suite, and what only a server can suffer: shutdown, kill -9, other programs, a wrong login.
import type { Kysely } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../clock/system-clock.ts'
import { silentLogger } from '../../logging/logger.ts'
import { databaseConformance } from '../database.conformance.ts'
import type { Database } from '../database.ts'
import { createFreshDatabase, createLocalPostgres, findPostgres, type LocalPostgres } from './local-postgres.ts'
import { createPostgresDatabase } from './postgres-database.ts'

const binaries = findPostgres()
const given = process.env.QLY_TEST_POSTGRES_URL
if (!binaries && !given)
  throw new Error('no PostgreSQL: install postgresql, or `npm run servers -- up` and set QLY_TEST_POSTGRES_URL')

let own: LocalPostgres | undefined
const cleanUp: (() => Promise<unknown>)[] = []
const serverUrl = () => own?.url ?? (given as string)
const open = (url: string) =>
  createPostgresDatabase({ clock: systemClock, logger: silentLogger }, { url, maximumConnections: 4 })

beforeAll(async () => {
  if (!binaries) return
  own = await createLocalPostgres(binaries)
  await own.start()
})
afterAll(() => own?.remove())
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})
const freshDatabase = async () => {
  const fresh = await createFreshDatabase(serverUrl())
  cleanUp.push(fresh.drop)
  return fresh.url
}

databaseConformance('PostgreSQL', async () => {
  const url = await freshDatabase()
  return { exclusive: false, open: () => open(url) }
})

interface Tables {
  counter: { id: string; count: number }
}
const migrations = {
  '0001-counter': {
    up: (db: Kysely<never>) =>
      db.schema
        .createTable('counter')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('count', 'integer', (column) => column.notNull())
        .execute(),
  },
}
const started = async (url: string): Promise<Database> => {
  const database = open(url)
  cleanUp.push(() => database.stop())
  await database.start()
  return database
}
const unavailable = { code: 'QLY_STORAGE_UNAVAILABLE', retryable: true }

describe('several programs on one PostgreSQL', () => {
  it('make the schema of a room once, however many start together', async () => {
    const url = await freshDatabase()
    const programs = await Promise.all(Array.from({ length: 6 }, () => started(url)))
    for (let round = 0; round < 20; round++)
      await Promise.all(programs.map((program) => program.room<Tables>(`round-${round}`, migrations)))
    const rooms = await Promise.all(programs.map((program) => program.room<Tables>('round-19', migrations)))
    await rooms[0]!.db.insertInto('counter').values({ id: 'a', count: 1 }).execute()
    for (const room of rooms) expect(await room.db.selectFrom('counter').selectAll().execute()).toHaveLength(1)
  })

  it('lose no update and let one insert win', async () => {
    const url = await freshDatabase()
    const programs = await Promise.all([started(url), started(url), started(url)])
    const rooms = await Promise.all(programs.map((program) => program.room<Tables>('cases', migrations)))
    await rooms[0]!.db.insertInto('counter').values({ id: 'a', count: 0 }).execute()
    const increments = rooms.flatMap((room) =>
      Array.from({ length: 30 }, () =>
        room.transaction(async (transaction) => {
          const { count } = await transaction.selectFrom('counter').select('count').executeTakeFirstOrThrow()
          await transaction
            .updateTable('counter')
            .set({ count: count + 1 })
            .where('id', '=', 'a')
            .execute()
        }),
      ),
    )
    await Promise.all(increments)
    const { count } = await rooms[1]!.db.selectFrom('counter').select('count').executeTakeFirstOrThrow()
    expect(count).toBe(90)
    const firsts = rooms.map((room, index) =>
      room.transaction(async (transaction) => {
        const { many } = await transaction
          .selectFrom('counter')
          .select(({ fn }) => fn.countAll<number>().as('many'))
          .executeTakeFirstOrThrow()
        if (many === 1)
          await transaction
            .insertInto('counter')
            .values({ id: `b${index}`, count: 0 })
            .execute()
        return many === 1
      }),
    )
    expect((await Promise.all(firsts)).filter(Boolean)).toHaveLength(1)
  })
})

describe.runIf(binaries)('an outage of PostgreSQL', () => {
  it.each(['shutDown', 'kill'] as const)(
    '(%s) is retryable, keeps what was committed, and passes by itself',
    async (how) => {
      const database = await started(await freshDatabase())
      const room = await database.room<Tables>('cases', migrations)
      await room.db.insertInto('counter').values({ id: 'kept', count: 1 }).execute()

      const { promise: begun, resolve: onBegun } = Promise.withResolvers<void>()
      const { promise: isDown, resolve: onDown } = Promise.withResolvers<void>()
      const cut = room.transaction(async (transaction) => {
        await transaction.insertInto('counter').values({ id: 'cut', count: 1 }).execute()
        onBegun()
        await isDown
      })
      await begun
      await own![how]()
      onDown()
      await expect(cut).rejects.toMatchObject(unavailable)
      await expect(room.db.selectFrom('counter').selectAll().execute()).rejects.toMatchObject(unavailable)
      await expect(database.check()).rejects.toMatchObject(unavailable)

      await own!.start()
      await database.check()
      await room.transaction((transaction) =>
        transaction.insertInto('counter').values({ id: 'new', count: 1 }).execute(),
      )
      const rows = await room.db.selectFrom('counter').select('id').orderBy('id').execute()
      expect(rows.map((row) => row.id)).toEqual(['kept', 'new'])
    },
  )
})

describe('a PostgreSQL that', () => {
  it('is not there is retryable at start', async () => {
    const database = open('postgres://qly@127.0.0.1:1/none')
    await expect(database.start()).rejects.toMatchObject(unavailable)
    await database.stop()
  })

  it('has no such database says so, and that waiting does not help', async () => {
    const url = new URL(serverUrl())
    url.pathname = '/no_such_database'
    const database = open(url.href)
    await expect(database.start()).rejects.toMatchObject({
      code: 'QLY_STORAGE_UNAVAILABLE',
      retryable: false,
      message: expect.stringContaining('no_such_database'),
    })
    await database.stop()
  })

  it('cuts a query that takes too long leaves the room working', async () => {
    const url = await freshDatabase()
    const room = await (await started(url)).room<Tables>('cases', migrations)
    const other = new pg.Client({ connectionString: url })
    await other.connect()
    cleanUp.push(() => other.end())
    await other.query('begin; lock table qly_cases.counter in access exclusive mode')
    const blocked = room.db.selectFrom('counter').selectAll().execute()
    const cancelled = expect(blocked).rejects.toMatchObject(unavailable)
    await expect
      .poll(async () => {
        const canceller = new pg.Client({ connectionString: url })
        await canceller.connect()
        const { rows } = await canceller.query(
          `select pg_cancel_backend(pid) as sent from pg_stat_activity where wait_event_type = 'Lock'`,
        )
        await canceller.end()
        return rows
      })
      .toEqual([{ sent: true }])
    await cancelled
    await other.query('rollback')
    await expect(room.db.selectFrom('counter').selectAll().execute()).resolves.toEqual([])
  })
})
