// Part of database.conformance.ts: values come back as they went in, and mean the same on both engines.
import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Tables, thing } from './conformance-tables.ts'
import { fromJson, type RoomDatabase, toJson } from './database.ts'

export function valuesConformance(open: (room: string) => Promise<RoomDatabase<Tables>>): void {
  describe('values', () => {
    let room: RoomDatabase<Tables>
    beforeEach(async () => {
      room = await open('values')
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
}
