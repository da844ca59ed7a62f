// Questions to the api's view: lists by cursor, one by id, the steps of its life.

import { AppError } from '../../contracts/errors.ts'
import type { RoomDatabase } from '../../kernel/database/database.ts'
import { fromJson } from '../../kernel/database/database.ts'
import { type Page, type PageQuery, pageOf } from '../paging.ts'
import type { ApiTables } from '../tables.ts'

export type ViewTable =
  | 'alerts'
  | 'tickets'
  | 'devices'
  | 'findings'
  | 'letters'
  | 'footage'
  | 'silences'
  | 'false_marks'
  | 'notices'
  | 'ledger'
  | 'shadows'

export interface ViewQuery extends PageQuery {
  /** column → one of these values */
  readonly filters?: Readonly<Record<string, readonly (string | number)[] | undefined>>
  /** ms since the epoch, by the time of opening */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

export type Views = ReturnType<typeof createViews>

export function createViews({ db }: RoomDatabase<ApiTables>) {
  return {
    /** Newest first. */
    async list<Item>(
      table: ViewTable,
      { limit, cursor, filters = {}, from, to }: ViewQuery,
    ): Promise<Page<Item & { id: string }>> {
      let query = db
        .selectFrom(table)
        .select(['id', 'sort_at', 'body'])
        .orderBy('sort_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
      for (const [column, values] of Object.entries(filters)) {
        // biome-ignore lint/suspicious/noExplicitAny: the columns differ by table; routes name only those that exist
        if (values) query = query.where(column as any, 'in', values)
      }
      if (from !== undefined) query = query.where('sort_at', '>=', from)
      if (to !== undefined) query = query.where('sort_at', '<', to)
      if (cursor) {
        const { at, id } = cursor
        query = query.where((where) =>
          where.or([where('sort_at', '<', at), where.and([where('sort_at', '=', at), where('id', '<', id)])]),
        )
      }
      const rows = await query.execute()
      return pageOf(
        rows,
        limit,
        (row) => ({ at: row.sort_at, id: row.id }),
        (row) => ({
          ...fromJson<Item>(row.body),
          id: row.id,
        }),
      )
    },

    /** QLY_NOT_FOUND if there is none. */
    async one<Item>(table: ViewTable, id: string): Promise<Item> {
      const row = await db.selectFrom(table).select('body').where('id', '=', id).executeTakeFirst()
      if (!row)
        throw new AppError('QLY_NOT_FOUND', `there is no such ${table.replace(/s$/, '').replace('_', ' ')}: ${id}`)
      return fromJson<Item>(row.body)
    },

    async all<Item>(table: ViewTable): Promise<Item[]> {
      const rows = await db.selectFrom(table).select('body').orderBy('id').execute()
      return rows.map(({ body }) => fromJson<Item>(body))
    },

    /** What was done to an alert or a ticket, in order. */
    async steps<Step>(owner: string): Promise<Step[]> {
      const rows = await db.selectFrom('steps').select('body').where('owner', '=', owner).orderBy('position').execute()
      return rows.map(({ body }) => fromJson<Step>(body))
    },

    /** How many there are by a column, e.g. open alerts by kind. */
    async count(table: ViewTable, column: string, filters: Readonly<Record<string, readonly string[]>> = {}) {
      // biome-ignore lint/suspicious/noExplicitAny: as in list()
      const by = column as any
      let query = db
        .selectFrom(table)
        .select([by, (select) => select.fn.countAll().as('count')])
        .groupBy(by)
      // biome-ignore lint/suspicious/noExplicitAny: as in list()
      for (const [name, values] of Object.entries(filters)) query = query.where(name as any, 'in', values)
      const rows = (await query.execute()) as unknown as Record<string, unknown>[]
      return Object.fromEntries(rows.map((row) => [String(row[column]), Number(row.count)]))
    },
  }
}
