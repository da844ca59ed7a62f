// Part of database.conformance.ts: transactions are whole, durable, and alone.
import { beforeEach, describe, expect, it } from 'vitest'
import { type Tables, thing } from './conformance-tables.ts'
import type { RoomDatabase } from './database.ts'

/** `reopen` stops the program and opens the room in the next one. */
export function transactionsConformance(
  open: (room: string) => Promise<RoomDatabase<Tables>>,
  reopen: (room: string) => Promise<RoomDatabase<Tables>>,
): void {
  describe('transactions', () => {
    let room: RoomDatabase<Tables>
    beforeEach(async () => {
      room = await open('transactions')
      await room.db.insertInto('thing').values(thing('counter')).execute()
    })
    const read = async () => (await room.db.selectFrom('thing').select('count').executeTakeFirstOrThrow()).count

    it('give back what the work gives, and keep it over a restart', async () => {
      const result = await room.transaction(async (transaction) => {
        await transaction.updateTable('thing').set({ count: 5 }).execute()
        return 'done'
      })
      expect(result).toBe('done')
      room = await reopen('transactions')
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
}
