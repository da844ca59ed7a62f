// DuckDB through @duckdb/node-api, which is no dependency of ours: its folder is given on the command line.
// Its best case has no primary key, and so no overwriting of a point that is written again, which the port demands; `keyed` has both.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beginMs, type Candidate, fields, minuteMs, type Span, samplesOf, seriesCount } from './candidate.ts'

/** The part of @duckdb/node-api that is used here. */
interface Appender {
  appendInteger(value: number): void
  appendBigInt(value: bigint): void
  appendDouble(value: number): void
  endRow(): void
  closeSync(): void
}
interface Connection {
  run(sql: string): Promise<unknown>
  runAndReadAll(sql: string): Promise<{ getRowsJS(): unknown[][] }>
  createAppender(table: string): Promise<Appender>
  closeSync(): void
}
interface DuckDb {
  DuckDBInstance: {
    create(
      path: string,
      options: Record<string, string>,
    ): Promise<{ connect(): Promise<Connection>; closeSync(): void }>
  }
}

/** `modules` is a node_modules folder that has @duckdb/node-api. */
export async function createDuckDb(directory: string, modules: string, keyed: boolean): Promise<Candidate> {
  const { DuckDBInstance } = (await import(
    pathToFileURL(join(modules, '@duckdb/node-api/lib/index.js')).href
  )) as DuckDb
  const instance = await DuckDBInstance.create(join(directory, 'duck.db'), { threads: '2' })
  const connection = await instance.connect()
  const columns = 'series integer, time bigint, value double'
  await connection.run(`create table sample (${columns}${keyed ? ', primary key (series, time)' : ''})`)
  if (keyed) await connection.run(`create temp table batch (${columns})`)
  const store = async (span: Span) => {
    await connection.run('begin')
    const appender = await connection.createAppender(keyed ? 'batch' : 'sample')
    for (const { series, time, value } of samplesOf(span)) {
      appender.appendInteger(series)
      appender.appendBigInt(BigInt(time))
      appender.appendDouble(value)
      appender.endRow()
    }
    appender.closeSync()
    if (keyed) await connection.run('insert or replace into sample from batch; truncate batch')
    await connection.run('commit')
  }
  const count = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJS().length
  return {
    name: keyed ? 'DuckDB, keyed' : 'DuckDB',
    // its own generator, with the formula of sampleValue: appending 50 M samples one by one says nothing about the engine
    load: async ({ from, to }) =>
      void (await connection.run(`insert into sample
        select series, ${beginMs} + minute * ${minuteMs}, round(100 * (series + sin(minute * pi() / 720) * (1 + series % 7)
          + (minute * 7919 + series * 104729) % 1000 / 1000)) / 100
        from range(${from}, ${to}) as minutes(minute), range(${seriesCount}) as numbers(series) order by minute, series`)),
    loaded: async () => void (await connection.run('checkpoint')),
    write: store,
    range: (series, from, to) =>
      count(
        `select time, value from sample where series = ${series} and time >= ${from} and time < ${to} order by time`,
      ),
    windows: (chosen, field, from, to) =>
      count(`select series, time // ${60 * minuteMs} as hour, avg(value) from sample
        where series in (${chosen.map((device) => device * fields + field).join(',')}) and time >= ${from} and time < ${to}
        group by series, hour order by series, hour`),
    last: (field) =>
      count(`select series, max(time), arg_max(value, time) from sample where series % ${fields} = ${field}
        and time >= (select max(time) from sample) - ${7 * 1440 * minuteMs} group by series`),
    async close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
