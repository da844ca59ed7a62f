// SQLite as one would first think of it: one row a sample, clustered by series and time.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Candidate, devices, fields, type Span, samplesOf } from './candidate.ts'

export async function createRows(directory: string): Promise<Candidate> {
  const database = new DatabaseSync(join(directory, 'rows.sqlite'))
  database.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32000;
    create table sample (series integer, time integer, value real, primary key (series, time)) strict, without rowid`)
  const insert = database.prepare('insert or replace into sample values (?, ?, ?)')
  const prepare = (sql: string) => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  const range = prepare('select time, value from sample where series = ? and time >= ? and time < ? order by time')
  const hourly = prepare(`select time / 3600000 * 3600000, avg(value) from sample
    where series = ? and time >= ? and time < ? group by 1`)
  const last = prepare('select time, value from sample where series = ? order by time desc limit 1')
  const store = async (span: Span) => {
    database.exec('begin')
    for (const { series, time, value } of samplesOf(span)) insert.run(series, time, value)
    database.exec('commit')
  }
  const all = Array.from({ length: devices }, (_, device) => device)
  return {
    name: 'SQLite, rows',
    load: store,
    loaded: async () => database.exec('pragma wal_checkpoint(truncate)'),
    write: store,
    range: async (series, from, to) => range.all(series, from, to).length,
    windows: async (chosen, field, from, to) =>
      chosen.reduce((sum, device) => sum + hourly.all(device * fields + field, from, to).length, 0),
    last: async (field) => all.reduce((sum, device) => sum + last.all(device * fields + field).length, 0),
    close: async () => database.close(),
  }
}
