// What every database adapter must do; sqlite-database.test.ts and postgres-database.integration.test.ts run it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { both, first, type Tables, thing } from './conformance-tables.ts'
import { transactionsConformance } from './database.transactions.conformance.ts'
import type { Database } from './database.ts'
import { valuesConformance } from './database.values.conformance.ts'

/** Opens databases over the same data; each call is a new program's view of it. `exclusive`: only one may be open. */
export interface DatabaseFixture {
  readonly exclusive: boolean
  open(): Database
}

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

    const openRoom = (room: string) => database.room<Tables>(room, both)
    valuesConformance(openRoom)
    transactionsConformance(openRoom, async (room) => (await reopen()).room<Tables>(room, both))

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
