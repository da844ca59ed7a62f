// The embedded bus against bare node:sqlite: the same events, durable (WAL, synchronous=FULL). The bus also checks each event against its schema.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../services/kernel/clock/system-clock.ts'
import { createEmbeddedEventBus } from '../../services/kernel/event-bus/embedded/embedded-event-bus.ts'
import type { EventBus } from '../../services/kernel/event-bus/event-bus.ts'
import { silentLogger } from '../../services/kernel/logging/logger.ts'
import { createMetrics } from '../../services/kernel/metrics/metrics.ts'
import type { Bench } from './bench-port.ts'
import { best, makeReadings, publishAll, timed } from './bus-load.ts'

const events = 100_000
const rounds = 3
/** rows of a bare commit; what the bus commits together under this load */
const bareCommit = 1000

export const bench: Bench = {
  name: 'embedded bus',
  needs: [],
  async run(report) {
    const directory = await mkdtemp(path.join(tmpdir(), 'qly-bench-bus-'))
    const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
    const bus = createEmbeddedEventBus(deps, { directory, retentionCheckSeconds: 3600 })
    try {
      await bus.start()
      const bare = openBare(path.join(directory, 'bare.sqlite'))
      const bareWrite = await best(rounds, async () => events / (await timed(bare.write)).seconds)
      let cpu = Number.POSITIVE_INFINITY
      const write = await best(rounds, async () => {
        const load = makeReadings(events)
        const { seconds, cpuSeconds } = await timed(() => publishAll(bus, load, 2000))
        cpu = Math.min(cpu, (cpuSeconds / events) * 1e6)
        return events / seconds
      })
      const against = `bare node:sqlite, ${bareCommit} rows a commit`
      report({ what: 'bare insert', value: bareWrite, unit: 'events/s' })
      report({ what: 'publish, durable', value: write, unit: 'events/s', against, ratio: write / bareWrite })
      report({ what: 'main thread, each publish', value: cpu, unit: 'µs CPU' })
      await reportLatency(bus, report)

      const bareRead = await best(rounds, async () => events / (await timed(bare.read)).seconds)
      let round = 0
      const read = await best(rounds, async () => (events * rounds) / (await consume(bus, `bench-${round++}`)))
      report({ what: 'bare read and JSON.parse', value: bareRead, unit: 'events/s' })
      report({ what: 'consume', value: read, unit: 'events/s', against: 'bare node:sqlite', ratio: read / bareRead })
      bare.close()
    } finally {
      await bus.stop()
      await rm(directory, { recursive: true, force: true })
    }
  },
}

function openBare(file: string) {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec('CREATE TABLE log (offset INTEGER PRIMARY KEY, stored_at INTEGER, event TEXT)')
  const insert = db.prepare('INSERT INTO log (stored_at, event) VALUES (?, ?)')
  const select = db.prepare('SELECT offset, stored_at, event FROM log WHERE offset > ? ORDER BY offset LIMIT 500')
  const texts = makeReadings(events).map(({ event }) => JSON.stringify(event))
  return {
    write() {
      for (let from = 0; from < texts.length; from += bareCommit) {
        db.exec('BEGIN')
        for (const text of texts.slice(from, from + bareCommit)) insert.run(Date.now(), text)
        db.exec('COMMIT')
      }
    },
    read() {
      let last = 0
      for (let read = 0; read < events; ) {
        for (const row of select.all(last)) {
          JSON.parse(String(row.event))
          last = Number(row.offset)
          read++
        }
      }
    },
    close: () => db.close(),
  }
}

async function reportLatency(bus: EventBus, report: Parameters<Bench['run']>[0]): Promise<void> {
  const received = new Map<string, (at: number) => void>()
  const subscription = await bus.subscribe(
    { topics: ['qly.reading.v1'], group: 'latency', from: 'latest' },
    async (batch) => {
      for (const { event } of batch) received.get(event.id)?.(performance.now())
    },
  )
  const durations: number[] = []
  for (const outgoing of makeReadings(300, 10_000_000)) {
    const arrival = new Promise<number>((resolve) => received.set(outgoing.event.id, resolve))
    const start = performance.now()
    await bus.publish([outgoing])
    durations.push((await arrival) - start)
  }
  await subscription.stop()
  durations.sort((a, b) => a - b)
  report({ what: 'publish → handler, median', value: durations[150] ?? Number.NaN, unit: 'ms' })
  report({ what: 'publish → handler, p99', value: durations[296] ?? Number.NaN, unit: 'ms' })
}

/** Seconds in which a new group handles all that was published. */
async function consume(bus: EventBus, group: string): Promise<number> {
  const all = Promise.withResolvers<void>()
  let handled = 0
  const { seconds } = await timed(async () => {
    await bus.subscribe({ topics: ['qly.reading.v1'], group }, async (batch) => {
      handled += batch.length
      if (handled >= events * rounds) all.resolve()
    })
    await all.promise
  })
  return seconds
}
