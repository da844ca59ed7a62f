// The measurement behind infra/adr/0002-embedded-time-series.md. Takes minutes; not part of `npm run bench`.
//   node infra/benchmarks/time-series-engines/compare.ts [--points 50000000] [--duckdb FOLDER/node_modules] [--only chunks,rows,duckdb,duckdb-keyed]
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { beginMs, type Candidate, devices, minuteMs, seriesCount } from './candidate.ts'
import { createChunks } from './chunks.ts'
import { createDuckDb } from './duckdb.ts'
import { createRows } from './rows.ts'

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '50000000' },
    duckdb: { type: 'string' },
    only: { type: 'string', default: 'chunks,rows,duckdb,duckdb-keyed' },
    repeat: { type: 'string', default: '7' },
  },
})
const minutes = Math.ceil(Number(values.points) / seriesCount)
const endMs = beginMs + minutes * minuteMs
const day = 1440 * minuteMs
/** minutes a load batch: half a million points */
const loadStep = 500

const openers: Readonly<Record<string, (directory: string) => Promise<Candidate>>> = {
  chunks: (directory) => createChunks(directory, endMs),
  rows: createRows,
  duckdb: (directory) => createDuckDb(directory, values.duckdb ?? '', false),
  'duckdb-keyed': (directory) => createDuckDb(directory, values.duckdb ?? '', true),
}

console.log(`${minutes * seriesCount} points, ${seriesCount} series, ${cpus()[0]?.model}, ${cpus().length} CPUs`)
for (const name of values.only.split(',')) {
  if (name.startsWith('duckdb') && !values.duckdb) continue
  const directory = await mkdtemp(join(tmpdir(), `qly-engine-${name}-`))
  try {
    await measure(name, directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function measure(name: string, directory: string): Promise<void> {
  const candidate = await (openers[name] as (typeof openers)[string])(directory)
  const say = (what: string, value: number, unit: string) =>
    console.log(
      `${candidate.name.padEnd(16)} ${what.padEnd(52)} ${value.toFixed(value < 100 ? 2 : 0).padStart(10)} ${unit}`,
    )

  const began = performance.now()
  for (let from = 0; from < minutes; from += loadStep)
    await candidate.load({ from, to: Math.min(from + loadStep, minutes) })
  await candidate.loaded()
  say('load', (minutes * seriesCount) / ((performance.now() - began) / 1000), 'points/s')
  say('size on disk', (await sizeOf(directory)) / 1e6, 'MB')

  const week = [endMs - 7 * day, endMs] as const
  const everyDevice = Array.from({ length: devices }, (_, device) => device)
  const questions: readonly [string, number, () => Promise<number>][] = [
    ['range: one series, one day', 1440, () => candidate.range(777, endMs - 10 * day, endMs - 9 * day)],
    ['windows: hourly, 7 days, one device', 169, () => candidate.windows([42], 3, ...week)],
    ['windows: hourly, 7 days, 200 devices', 169 * devices, () => candidate.windows(everyDevice, 3, ...week)],
    ['last value of 200 devices', devices, () => candidate.last(2)],
  ]
  for (const [what, most, ask] of questions) {
    const { milliseconds, answer } = await timed(ask)
    if (answer > most || answer < most * 0.98)
      throw new Error(`${candidate.name}, ${what}: ${answer} instead of ${most}`)
    say(what, milliseconds, 'ms (median)')
  }

  await writes(candidate, minutes, say)
  say('resident memory', process.memoryUsage().rss / 1e6, 'MB')
  await candidate.close()
}

/** Durable writes: five minutes of all series a commit, as a busy recorder does, then a single minute a commit. */
async function writes(
  candidate: Candidate,
  from: number,
  say: (what: string, value: number, unit: string) => void,
): Promise<void> {
  let minute = from
  for (const [step, commits] of [
    [5, 60],
    [1, 60],
  ] as const) {
    const began = performance.now()
    for (let done = 0; done < commits; done++, minute += step)
      await candidate.write({ from: minute, to: minute + step })
    const seconds = (performance.now() - began) / 1000
    say(`write, durable, ${step * seriesCount} points a commit`, (commits * step * seriesCount) / seconds, 'points/s')
  }
}

async function timed(ask: () => Promise<number>): Promise<{ milliseconds: number; answer: number }> {
  let answer = await ask()
  const times: number[] = []
  for (let round = 0; round < Number(values.repeat); round++) {
    const began = performance.now()
    answer = await ask()
    times.push(performance.now() - began)
  }
  times.sort((a, b) => a - b)
  return { milliseconds: times[Math.floor(times.length / 2)] ?? 0, answer }
}

async function sizeOf(directory: string): Promise<number> {
  const sizes = (await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
