// Retention of the embedded log: deletes from the left what is too old or too much, a chunk a transaction, so that publishing goes on between.
import type { DatabaseSync } from 'node:sqlite'
import { bisect } from './bisect.ts'
import type { LogEnd } from './log-file.ts'

/** One transaction deletes at most so many events, and about so many bytes (large events are frames). */
const chunkEvents = 5000
const chunkBytes = 64 * 1024 * 1024

/**
 * Deletes at most one chunk from the table; to be called inside a transaction. Kept are events stored at `before` or later
 * and, of these, the newest whose sizes sum up to `maximumBytes` at most.
 */
export function expireChunk(
  db: DatabaseSync,
  table: string,
  end: LogEnd,
  limits: { readonly before: number; readonly maximumBytes: number },
): { events: number; more: boolean } {
  const first = db.prepare(`SELECT offset, bytes FROM ${table} ORDER BY offset LIMIT 1`).get()
  if (!first) return { events: 0, more: false }
  const firstOffset = Number(first.offset)
  const row = db.prepare(`SELECT stored_at, bytes FROM ${table} WHERE offset = ?`)
  const find = (holds: (storedAt: number, bytes: number) => boolean) =>
    bisect(firstOffset, end.offset, (offset) => {
      const found = row.get(offset)
      return found !== undefined && holds(Number(found.stored_at), Number(found.bytes))
    })
  // `bytes` counts up to and with its row, so the rows after the first one at or above this bound fit into maximumBytes
  const bound = end.bytes - limits.maximumBytes
  const bySize = bound <= 0 ? firstOffset : find((_, bytes) => bytes >= bound) + 1
  const byAge = find((storedAt) => storedAt >= limits.before)
  const cut = Math.min(end.offset, Math.max(bySize, byAge))
  if (cut <= firstOffset) return { events: 0, more: false }
  const startBytes = Number(first.bytes)
  const byChunk = Math.max(
    firstOffset + 1,
    find((_, bytes) => bytes - startBytes > chunkBytes),
  )
  const to = Math.min(cut, firstOffset + chunkEvents, byChunk)
  db.prepare(`DELETE FROM ${table} WHERE offset < ?`).run(to)
  db.prepare(
    `INSERT INTO expired (log, next_offset, bytes, stored_at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset, bytes = excluded.bytes, stored_at = excluded.stored_at`,
  ).run(table, end.offset, end.bytes, end.storedAt)
  return { events: to - firstOffset, more: to < cut }
}
