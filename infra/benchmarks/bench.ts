// `npm run bench [-- NAME…]`: runs every *.bench.ts one after the other and prints a row a figure, with ratios and targets.
// Not timed tests: figures move ±30 % between runs; compare within one run, on a quiet machine (README.md says how to misread them).
import { existsSync, readdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import '../servers/test-environment.ts'
import type { Bench, BenchNeed, BenchRow } from './bench-port.ts'

const help = `npm run bench [-- WORD…]   benches whose file or name has one of the words; default all

  --list    only names what there is
  Benches of real servers need \`npm run servers -- up\`; others are run without.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' }, list: { type: 'boolean' } },
})

const have: Readonly<Record<BenchNeed, boolean>> = {
  kafka: process.env.QLY_TEST_KAFKA_BROKERS !== undefined,
  influx: process.env.QLY_TEST_INFLUX_URL !== undefined,
  mqtt: process.env.QLY_TEST_MQTT_URL !== undefined,
  shared: existsSync(path.resolve(import.meta.dirname, '../../../shared/data')),
}

if (values.help) console.log(help)
else await runAll()

async function runAll(): Promise<void> {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.bench.ts'))
    .sort()
  console.log(
    `${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.availableParallelism()} cores, Node ${process.version}`,
  )
  for (const file of files) {
    const { bench } = (await import(path.join(import.meta.dirname, file))) as { bench?: Bench }
    if (!bench) throw new Error(`${file} exports no bench (see bench-port.ts)`)
    const words = `${file} ${bench.name}`.toLowerCase()
    if (positionals.length > 0 && !positionals.some((word) => words.includes(word.toLowerCase()))) continue
    if (values.list) console.log(`${bench.name}  (${file})`)
    else await runOne(bench)
  }
  // drivers of databases and codecs may leave handles open
  process.exit()
}

async function runOne(bench: Bench): Promise<void> {
  console.log(`\n${bench.name}`)
  const missing = bench.needs.filter((need) => !have[need])
  if (missing.length > 0) return console.log(`  not run: needs ${missing.join(', ')}`)
  try {
    await bench.run((row) => console.log(line(row)))
  } catch (error) {
    process.exitCode = 1
    console.log(`  failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function line({ what, value, unit, against, ratio, target }: BenchRow): string {
  const figure = `${value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 2 : 0 })} ${unit}`
  const compared = ratio === undefined ? '' : `  ${ratio.toFixed(2)} × ${against ?? ''}`
  return `  ${what.padEnd(58)} ${figure.padStart(18)}${compared}${target === undefined ? '' : `  (target ${target})`}`
}
