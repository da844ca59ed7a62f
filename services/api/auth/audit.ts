// What people did through the API: who, when, what, to what. Written with the action, never changed.
import { ulid } from 'ulid'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { RoomDatabase } from '../../kernel/database/database.ts'
import { type Page, type PageQuery, pageOf } from '../paging.ts'
import type { ApiTables } from '../tables.ts'

export interface AuditEntry {
  readonly id: string
  readonly at: string
  readonly user: string
  readonly action: string
  readonly target: string
  readonly detail: unknown
}

export type Audit = ReturnType<typeof createAudit>

export function createAudit({ room: { db }, clock }: { room: RoomDatabase<ApiTables>; clock: Clock }) {
  return {
    async record(user: string, action: string, target: string, detail: unknown = {}): Promise<void> {
      const at = clock.now()
      await db
        .insertInto('audit')
        .values({ seq: ulid(at), at, user, action, target, detail: JSON.stringify(detail).slice(0, 4000) })
        .execute()
    },

    async list({ limit, cursor }: PageQuery): Promise<Page<AuditEntry>> {
      let query = db
        .selectFrom('audit')
        .selectAll()
        .orderBy('seq', 'desc')
        .limit(limit + 1)
      if (cursor) query = query.where('seq', '<', cursor.id)
      const rows = await query.execute()
      return pageOf(
        rows,
        limit,
        (row) => ({ at: row.at, id: row.seq }),
        ({ seq, at, ...row }) => ({
          id: seq,
          at: new Date(at).toISOString(),
          ...row,
        }),
      )
    },
  }
}
