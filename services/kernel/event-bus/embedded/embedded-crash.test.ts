// kill -9 at random moments. What is stored of a publisher that waits for each publish is a prefix of what it published, in order, without gap or
// repetition, with everything acknowledged and at most the one call that was under way; and a group handles all of it, some perhaps again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../clock/system-clock.ts'
import { silentLogger } from '../../logging/logger.ts'
import { createMetrics } from '../../metrics/metrics.ts'
import { createCollector, eventually } from '../test-collector.ts'
import { range } from '../test-readings.ts'
import { createEmbeddedEventBus } from './embedded-event-bus.ts'

const lanes = 20
const rounds = 5

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'qly-crash-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

it('keeps exactly what was acknowledged, in order, over kill -9 at random moments', async () => {
  const handled = new Set<string>()
  let next = range(0, lanes).map(() => 0)
  for (let round = 0; round < rounds; round++) {
    const lines = await runAndKill(next, 20 + Math.random() * 250)
    const acknowledged = range(0, lanes).map((lane) => next[lane] ?? 0)
    for (const [kind, device, number] of lines) {
      if (kind === 'h') handled.add(`${device} ${number}`)
      else if (kind === 'a') acknowledged[Number(device?.slice(5))] = Number(number) + 1
    }
    const stored = await readLanes()
    for (const [lane, numbers] of stored.entries()) {
      expect(numbers).toEqual(range(0, numbers.length))
      expect(numbers.length).toBeGreaterThanOrEqual(acknowledged[lane] ?? 0)
      expect(numbers.length - (acknowledged[lane] ?? 0)).toBeLessThanOrEqual(3)
    }
    next = stored.map((numbers) => numbers.length)
  }
  expect(Math.max(...next)).toBeGreaterThan(10)
  for (const line of await handleRest()) handled.add(line)
  expect(handled.size).toBe(next.reduce((sum, count) => sum + count, 0))
}, 60_000)

/** Words of the lines that the child wrote before it was killed. */
async function runAndKill(from: readonly number[], afterMs: number): Promise<string[][]> {
  const program = new URL('./test-publisher.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, directory, JSON.stringify(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  await eventually(() => output.includes('ready'), true)
  await sleep(afterMs)
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
  return output
    .slice(0, output.lastIndexOf('\n'))
    .split('\n')
    .map((line) => line.split(' '))
}

async function withBus<Result>(work: (bus: ReturnType<typeof createEmbeddedEventBus>) => Promise<Result>) {
  const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
  const bus = createEmbeddedEventBus(deps, { directory, retentionCheckSeconds: 60 })
  await bus.start()
  try {
    return await work(bus)
  } finally {
    await bus.stop()
  }
}

const readLanes = () =>
  withBus(async (bus) => {
    const got = createCollector('/crash')
    const tail = await bus.tail({ topics: ['qly.reading.v1'], from: 'earliest' }, (delivery) => got.take([delivery]))
    await eventually(() => tail.lag(), 0)
    return range(0, lanes).map((lane) => got.numbers(`lane-${lane}`))
  })

const handleRest = () =>
  withBus(async (bus) => {
    const got = createCollector('/crash')
    const group = await bus.subscribe({ topics: ['qly.reading.v1'], group: 'crash' }, async (batch) => got.take(batch))
    await eventually(() => group.lag(), 0)
    return got.deliveries.map((delivery) => `${delivery.key} ${delivery.event.data.values.ph}`)
  })
