// Retention against a plain model: what may be kept is the newest suffix that is young enough and small enough.
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { expireChunk } from './log-retention.ts'

let db: DatabaseSync
beforeEach(() => {
  db = new DatabaseSync(':memory:')
  db.exec(
    `CREATE TABLE expired (log TEXT PRIMARY KEY, next_offset INTEGER, bytes INTEGER, stored_at INTEGER) WITHOUT ROWID`,
  )
})
afterEach(() => db.close())

const row = fc.record({ pause: fc.nat({ max: 5 }), size: fc.integer({ min: 1, max: 100 }) })

it('keeps the newest that are young and small enough, and remembers where it ended', () => {
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 40 }),
      fc.nat({ max: 120 }),
      fc.nat({ max: 3000 }),
      (rows, before, maximumBytes) => {
        const stored = fill(rows)
        const end = { offset: rows.length, bytes: stored.at(-1)?.bytes ?? 0, storedAt: stored.at(-1)?.storedAt ?? 0 }
        let deleted = 0
        for (let more = true; more; ) {
          const outcome = expireChunk(db, 'log', end, { before, maximumBytes })
          deleted += outcome.events
          more = outcome.more
        }
        const expected = stored.filter(
          ({ storedAt, bytes, size }) => storedAt >= before && end.bytes - (bytes - size) <= maximumBytes,
        )
        const kept = db.prepare('SELECT offset FROM log ORDER BY offset').all()
        expect(kept.map(({ offset }) => offset)).toEqual(expected.map(({ offset }) => offset))
        expect(deleted).toBe(stored.length - expected.length)
        if (deleted > 0)
          expect(db.prepare('SELECT next_offset FROM expired').get()).toEqual({ next_offset: rows.length })
      },
    ),
  )
})

it('deletes no more than a chunk at a time', () => {
  fill(Array.from({ length: 12_000 }, () => ({ pause: 0, size: 1 })))
  const end = { offset: 12_000, bytes: 12_000, storedAt: 0 }
  const outcomes = [1, 2, 3].map(() => expireChunk(db, 'log', end, { before: 1, maximumBytes: 1e9 }))
  expect(outcomes).toEqual([
    { events: 5000, more: true },
    { events: 5000, more: true },
    { events: 2000, more: false },
  ])
})

/** Fills the table; `bytes` counts up to and with its row. */
function fill(rows: readonly { pause: number; size: number }[]) {
  db.exec('DROP TABLE IF EXISTS log; CREATE TABLE log (offset INTEGER PRIMARY KEY, stored_at INTEGER, bytes INTEGER)')
  const insert = db.prepare('INSERT INTO log VALUES (?, ?, ?)')
  let storedAt = 0
  let bytes = 0
  return rows.map(({ pause, size }, offset) => {
    storedAt += pause
    bytes += size
    insert.run(offset, storedAt, bytes)
    return { offset, storedAt, bytes, size }
  })
}
