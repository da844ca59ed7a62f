// What every database adapter must do; sqlite-database.test.ts and postgres-database.integration.test.ts run it.
import { type Generated, type Migration, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Database, fromJson, type RoomDatabase, toJson } from './database.ts'

/** Opens databases over the same data; each call is a new program's view of it. `exclusive`: only one may be open. */
export interface DatabaseFixture {
  readonly exclusive: boolean
  open(): Database
}

interface Tables {
  thing: {
    id: string
    count: number
    ratio: number | null
    label: string | null
    body: string
  }
  note: { sequence: Generated<number>; thing_id: string; text: string }
}

const first: Record<string, Migration> = {
  '0001-thing': {
    async up(db) {
      await db.schema
        .createTable('thing')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('count', 'integer', (column) => column.notNull())
        .addColumn('ratio', 'double precision')
        .addColumn('label', 'text', (column) => column.unique())
        .addColumn('body', 'text', (column) => column.notNull())
        .execute()
    },
  },
}
const both: Record<string, Migration> = {
  ...first,
  '0002-note': {
    async up(db) {
      await db.schema
        .createTable('note')
        .addColumn('sequence', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('thing_id', 'text', (column) => column.notNull().references('thing.id'))
        .addColumn('text', 'text', (column) => column.notNull())
        .execute()
    },
  },
}
const thing = (id: string, more: Partial<Tables['thing']> = {}): Tables['thing'] => ({
  id,
  count: 0,
  ratio: null,
  label: null,
  body: '{}',
  ...more,
})

export function databaseConformance(name: string, fixture: () => Promise<DatabaseFixture>): void {
  describe(`${name} as a database`, () => {
    let data: DatabaseFixture
    let database: Database
    const opened: Database[] = []
    const open = async () => {
      const next = data.open()
      opened.push(next)
      await next.start()
      return next
    }
    const reopen = async () => {
      await database.stop()
      database = await open()
      return database
    }

    beforeEach(async () => {
      data = await fixture()
      database = await open()
    })
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.stop()))
    })

    describe('migrations', () => {
      it('run in order of their names, once, and keep what is stored', async () => {
        const old = await database.room<Tables>('cases', first)
        await old.db
          .insertInto('thing')
          .values(thing('a', { count: 7 }))
          .execute()
        const now = await (await reopen()).room<Tables>('cases', both)
        await now.db.insertInto('note').values({ thing_id: 'a', text: 'hello' }).execute()
        const again = await (await reopen()).room<Tables>('cases', both)
        expect(await again.db.selectFrom('thing').select(['id', 'count']).execute()).toEqual([{ id: 'a', count: 7 }])
        expect(await again.db.selectFrom('note').select('text').execute()).toEqual([{ text: 'hello' }])
      })

      it('are refused when the data knows more of them than the program', async () => {
        await database.room<Tables>('cases', both)
        await reopen()
        await expect(database.room<Tables>('cases', first)).rejects.toMatchObject({
          code: 'QLY_DATA_FROM_NEWER_VERSION',
          retryable: false,
          message: expect.stringContaining('0002-note'),
        })
      })

      it('leave nothing behind when one of them fails', async () => {
        const broken = { ...both, '0003-broken': { up: async () => Promise.reject(new TypeError('broken')) } }
        await expect(database.room<Tables>('cases', broken)).rejects.toThrow('broken')
        const room = await database.room<Tables>('cases', first)
        expect(await room.db.selectFrom('thing').selectAll().execute()).toEqual([])
      })

      it('run once though several programs start at the same time', async () => {
        const starters = data.exclusive ? [database, database, database] : [database, await open(), await open()]
        const rooms = await Promise.all(starters.map((starter) => starter.room<Tables>('cases', both)))
        for (const [index, room] of rooms.entries())
          await room.db
            .insertInto('thing')
            .values(thing(`${index}`))
            .execute()
        expect(await rooms[0]!.db.selectFrom('thing').select('id').orderBy('id').execute()).toHaveLength(3)
      })

      it('of two rooms may use the same table names', async () => {
        const one = await database.room<Tables>('cases', both)
        const other = await database.room<Tables>('other-cases', both)
        await one.db.insertInto('thing').values(thing('a')).execute()
        expect(await other.db.selectFrom('thing').selectAll().execute()).toEqual([])
      })

      it.each(['', '../up', 'A', 'a b', 'x'.repeat(49)])('refuse the room name "%s"', async (bad) => {
        await expect(database.room(bad, first)).rejects.toMatchObject({ code: 'QLY_INPUT_INVALID' })
      })
    })

    describe('values', () => {
      let room: RoomDatabase<Tables>
      beforeEach(async () => {
        room = await database.room<Tables>('values', both)
      })

      it('come back as they went in', async () => {
        const row = thing('千里眼 👁', {
          count: Number.MAX_SAFE_INTEGER,
          ratio: 0.1 + 0.2,
          label: `quote ' double " slash \\ line\nend`,
          body: toJson({ at: 1_593_324_000_000, list: [1, null, 'x'] }),
        })
        await room.db.insertInto('thing').values(row).execute()
        const stored = await room.db.selectFrom('thing').selectAll().executeTakeFirstOrThrow()
        expect(stored).toEqual(row)
        expect(fromJson(stored.body)).toEqual({ at: 1_593_324_000_000, list: [1, null, 'x'] })
      })

      it('are numbers also when counted and summed beyond 32 bits', async () => {
        await room.db
          .insertInto('thing')
          .values([thing('a', { count: 2 ** 40 }), thing('b', { count: 2 ** 40 })])
          .execute()
        const figures = await room.db
          .selectFrom('thing')
          .select(({ fn }) => [fn.countAll<number>().as('rows'), fn.sum<number>('count').as('total')])
          .executeTakeFirstOrThrow()
        expect(figures).toEqual({ rows: 2, total: 2 ** 41 })
      })

      it('take a boolean as 0 or 1', async () => {
        await room.db
          .insertInto('thing')
          .values(thing('a', { count: true as never }))
          .execute()
        expect(await room.db.selectFrom('thing').select('count').executeTakeFirst()).toEqual({ count: 1 })
      })

      it('of text are ordered by code point and compared with case', async () => {
        const ids = ['a', 'B', '_', '0', 'É', 'Z', '中']
        await room.db
          .insertInto('thing')
          .values(ids.map((id) => thing(id)))
          .execute()
        const ordered = await room.db.selectFrom('thing').select('id').orderBy('id').execute()
        expect(ordered.map((row) => row.id)).toEqual(['0', 'B', 'Z', '_', 'a', 'É', '中'])
        const upper = await room.db.selectFrom('thing').select('id').where('id', 'like', 'A%').execute()
        expect(upper).toEqual([])
      })

      it('say how many rows were changed, and return what was written', async () => {
        await room.db
          .insertInto('thing')
          .values([thing('a'), thing('b')])
          .execute()
        const updated = await room.db.updateTable('thing').set({ count: 1 }).executeTakeFirstOrThrow()
        expect(updated.numUpdatedRows).toBe(2n)
        const ignored = await room.db
          .insertInto('thing')
          .values(thing('a'))
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow()
        expect(ignored.numInsertedOrUpdatedRows).toBe(0n)
        const note = { thing_id: 'a', text: 't' }
        const one = await room.db.insertInto('note').values(note).returning('sequence').executeTakeFirstOrThrow()
        const two = await room.db.insertInto('note').values(note).returning('sequence').executeTakeFirstOrThrow()
        expect(two.sequence).toBe(one.sequence + 1)
      })

      it('that clash are a conflict, and the room goes on', async () => {
        await room.db
          .insertInto('thing')
          .values(thing('a', { label: 'x' }))
          .execute()
        for (const clash of [thing('a'), thing('b', { label: 'x' })])
          await expect(room.db.insertInto('thing').values(clash).execute()).rejects.toMatchObject({
            name: 'AppError',
            code: 'QLY_CONFLICT',
          })
        await expect(room.db.insertInto('note').values({ thing_id: 'no', text: '' }).execute()).rejects.toMatchObject({
          code: 'QLY_CONFLICT',
        })
        expect(await room.db.selectFrom('thing').select('id').execute()).toEqual([{ id: 'a' }])
      })

      it('asked for in wrong SQL are an AppError too', async () => {
        await expect(sql`select nothing from nowhere`.execute(room.db)).rejects.toMatchObject({ name: 'AppError' })
      })
    })

    describe('transactions', () => {
      let room: RoomDatabase<Tables>
      beforeEach(async () => {
        room = await database.room<Tables>('transactions', both)
        await room.db.insertInto('thing').values(thing('counter')).execute()
      })
      const read = async () => (await room.db.selectFrom('thing').select('count').executeTakeFirstOrThrow()).count

      it('give back what the work gives, and keep it over a restart', async () => {
        const result = await room.transaction(async (transaction) => {
          await transaction.updateTable('thing').set({ count: 5 }).execute()
          return 'done'
        })
        expect(result).toBe('done')
        room = await (await reopen()).room<Tables>('transactions', both)
        expect(await read()).toBe(5)
      })

      it('undo everything when the work fails, with its own error', async () => {
        const failure = new RangeError('no')
        await expect(
          room.transaction(async (transaction) => {
            await transaction.updateTable('thing').set({ count: 5 }).execute()
            throw failure
          }),
        ).rejects.toBe(failure)
        expect(await read()).toBe(0)
      })

      it('hide what is not committed from other queries', async () => {
        const { promise: written, resolve: onWritten } = Promise.withResolvers<void>()
        const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
        const running = room.transaction(async (transaction) => {
          await transaction.updateTable('thing').set({ count: 5 }).execute()
          onWritten()
          await mayEnd
          throw new RangeError('rolled back')
        })
        await written
        const seen = read()
        await new Promise((resolve) => setImmediate(resolve))
        end()
        await expect(running).rejects.toThrow('rolled back')
        expect(await seen).toBe(0)
      })

      it('do not lose an update among 100 at once', async () => {
        await Promise.all(
          Array.from({ length: 100 }, () =>
            room.transaction(async (transaction) => {
              const { count } = await transaction.selectFrom('thing').select('count').executeTakeFirstOrThrow()
              await transaction
                .updateTable('thing')
                .set({ count: count + 1 })
                .execute()
            }),
          ),
        )
        expect(await read()).toBe(100)
      })

      it('let one of 50 who look first and then insert win', async () => {
        const tries = Array.from({ length: 50 }, (_, index) =>
          room.transaction(async (transaction) => {
            const open = await transaction.selectFrom('thing').select('id').where('body', '=', 'open').execute()
            if (open.length > 0) return false
            await transaction
              .insertInto('thing')
              .values(thing(`try-${index}`, { body: 'open' }))
              .execute()
            return true
          }),
        )
        expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1)
      })

      it('are not stored in part when the work swallows the failure of a query', async () => {
        const swallows = room.transaction(async (transaction) => {
          await transaction.updateTable('thing').set({ count: 5 }).execute()
          await transaction
            .insertInto('thing')
            .values(thing('counter'))
            .execute()
            .catch(() => undefined)
        })
        await expect(swallows).rejects.toMatchObject({ code: 'QLY_CONFLICT' })
        expect(await read()).toBe(0)
      })

      it('go on after one of them hit a conflict', async () => {
        const clash = room.transaction((transaction) =>
          transaction.insertInto('thing').values(thing('counter')).execute(),
        )
        await expect(clash).rejects.toMatchObject({ code: 'QLY_CONFLICT' })
        await room.transaction((transaction) => transaction.updateTable('thing').set({ count: 1 }).execute())
        expect(await read()).toBe(1)
      })
    })

    describe('stopping', () => {
      it('waits for the transaction that runs, and refuses what comes after with a retryable error', async () => {
        const room = await database.room<Tables>('stopping', both)
        const { promise: begun, resolve: onBegun } = Promise.withResolvers<void>()
        const running = room.transaction(async (transaction) => {
          onBegun()
          await new Promise((resolve) => setImmediate(resolve))
          await transaction.insertInto('thing').values(thing('last')).execute()
        })
        await begun
        const stopped = database.stop()
        await expect(running).resolves.toBeUndefined()
        await stopped
        const unavailable = { code: 'QLY_STORAGE_UNAVAILABLE', retryable: true }
        await expect(room.db.selectFrom('thing').selectAll().execute()).rejects.toMatchObject(unavailable)
        await expect(room.transaction(async () => undefined)).rejects.toMatchObject(unavailable)
        await expect(database.check()).rejects.toMatchObject(unavailable)
        await database.stop()
        const after = await (await reopen()).room<Tables>('stopping', both)
        expect(await after.db.selectFrom('thing').select('id').execute()).toEqual([{ id: 'last' }])
      })

      it('is not needed for check to pass', async () => {
        await expect(database.check()).resolves.toBeUndefined()
      })
    })
  })
}
