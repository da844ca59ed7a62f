// SQLite: the conformance suite, and what only files can suffer: locks, a full disk, damage, kill -9.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../clock/system-clock.ts'
import { silentLogger } from '../../logging/logger.ts'
import { databaseConformance } from '../database.conformance.ts'
import type { Database } from '../database.ts'
import { createTurnstile } from '../turnstile.ts'
import { createSqliteDatabase } from './sqlite-database.ts'

const folders: string[] = []
const freshFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'qly-sqlite-'))
  folders.push(folder)
  return folder
}
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
})
const open = (directory: string) => createSqliteDatabase({ clock: systemClock, logger: silentLogger }, { directory })

databaseConformance('SQLite', async () => {
  const directory = await freshFolder()
  return { exclusive: true, open: () => open(directory) }
})

interface Tables {
  line: { text: string }
}
const migrations = {
  '0001-line': {
    up: (db: import('kysely').Kysely<never>) =>
      db.schema
        .createTable('line')
        .addColumn('text', 'text', (column) => column.notNull())
        .execute(),
  },
}

describe('a SQLite file', () => {
  let directory: string
  let database: Database
  beforeEach(async () => {
    directory = await freshFolder()
    database = open(directory)
    await database.start()
  })
  afterEach(() => database.stop())

  it('that another program holds is QLY_DATA_LOCKED, and opens once that program was killed', async () => {
    const holder = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      holderProgram,
      join(directory, 'cases.sqlite'),
    ])
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    await expect(database.room<Tables>('cases', migrations)).rejects.toMatchObject({
      code: 'QLY_DATA_LOCKED',
      retryable: false,
      message: expect.stringContaining('cases.sqlite'),
    })
    const gone = new Promise((resolve) => holder.once('exit', resolve))
    holder.kill('SIGKILL')
    await gone
    await expect(database.room<Tables>('cases', migrations)).resolves.toMatchObject({ engine: 'sqlite' })
  })

  it('on a full disk is QLY_STORAGE_FULL, keeps what was committed and goes on when there is room', async () => {
    const room = await database.room<Tables>('cases', migrations)
    await room.db.insertInto('line').values({ text: 'kept' }).execute()
    await sql`pragma max_page_count = 8`.execute(room.db)
    const big = room.transaction(async (transaction) => {
      for (let index = 0; index < 20; index++)
        await transaction
          .insertInto('line')
          .values({ text: 'x'.repeat(4000) })
          .execute()
    })
    await expect(big).rejects.toMatchObject({ code: 'QLY_STORAGE_FULL', retryable: true })
    await sql`pragma max_page_count = 100000`.execute(room.db)
    await room.db.insertInto('line').values({ text: 'after' }).execute()
    const lines = await room.db.selectFrom('line').select('text').execute()
    expect(lines.map((line) => line.text)).toEqual(['kept', 'after'])
  })

  it('that is no database is QLY_STORAGE_CORRUPT and named', async () => {
    await writeFile(join(directory, 'cases.sqlite'), 'this is a shopping list and not a database. '.repeat(100))
    await expect(database.room<Tables>('cases', migrations)).rejects.toMatchObject({
      code: 'QLY_STORAGE_CORRUPT',
      message: expect.stringContaining('cases.sqlite'),
    })
  })

  it('runs WAL with every commit on the disk, and checks foreign keys', async () => {
    const { db } = await database.room<Tables>('cases', migrations)
    const read = async (name: string) =>
      Object.values((await sql.raw(`pragma ${name}`).execute(db)).rows[0] as object)[0]
    expect(await read('journal_mode')).toBe('wal')
    expect(await read('synchronous')).toBe(2)
    expect(await read('foreign_keys')).toBe(1)
  })

  it('in a place that cannot be is QLY_STORAGE_UNAVAILABLE', async () => {
    await writeFile(join(directory, 'file'), '')
    await expect(open(join(directory, 'file', 'below')).start()).rejects.toMatchObject({
      code: 'QLY_STORAGE_UNAVAILABLE',
    })
  })
})

describe('the turnstile', () => {
  it('says so when who is inside never leaves, and still admits the next', async () => {
    const turnstile = createTurnstile('room cases', 20)
    const leave = await turnstile.enter()
    await expect(turnstile.enter()).rejects.toMatchObject({
      code: 'QLY_STORAGE_UNAVAILABLE',
      message: expect.stringContaining('room cases'),
    })
    leave()
    leave()
    await expect(turnstile.enter()).resolves.toBeTypeOf('function')
  })
})

const holderProgram = `
  import { DatabaseSync } from 'node:sqlite'
  const database = new DatabaseSync(process.argv[1])
  database.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; create table held (a); begin immediate; commit')
  console.log('held')
  setInterval(() => {}, 1000)
`
