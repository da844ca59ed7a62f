// The room on a real embedded bus and database: findings and faults as events, a restart in the middle, a crash between publish and save.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { AppError } from '../contracts/errors.ts'
import { type ReadingRecorded, readingRecordedV1 } from '../contracts/events/reading-recorded-v1.ts'
import type { TopicEvent } from '../contracts/topics.ts'
import { createManualClock } from '../kernel/clock/manual-clock.ts'
import { createSqliteDatabase } from '../kernel/database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../kernel/event-bus/embedded/embedded-event-bus.ts'
import type { EventBus } from '../kernel/event-bus/event-bus.ts'
import { silentLogger } from '../kernel/logging/logger.ts'
import { createMetrics } from '../kernel/metrics/metrics.ts'
import { createSensingService, type SensingDeps } from './sensing-service.ts'
import { reading, testConfig } from './testing.ts'

const start = Date.parse('2020-06-28T06:00:00.000Z')
const minute = 60_000
let directory: string
let stopAll: (() => Promise<unknown>)[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'qly-sensing-'))
  stopAll = []
})
afterEach(async () => {
  for (const stop of stopAll.reverse()) await stop()
  await rm(directory, { recursive: true, force: true })
})

async function createKernel(): Promise<SensingDeps & { clock: ReturnType<typeof createManualClock> }> {
  const base = { clock: createManualClock(start), logger: silentLogger, registry: createMetrics() }
  const bus = createEmbeddedEventBus(base, { directory: join(directory, 'bus'), retentionCheckSeconds: 3600 })
  const database = createSqliteDatabase(base, { directory: join(directory, 'database') })
  await bus.start()
  await database.start()
  stopAll.push(
    () => bus.stop(),
    () => database.stop(),
  )
  return { ...base, bus, database }
}

/** Everything on the two topics that sensing writes; `until` resolves once as many events are there. */
async function listen(bus: EventBus) {
  const events: TopicEvent<'qly.detection.v1' | 'qly.device.v1'>[] = []
  let wake = () => {}
  await bus.tail({ topics: ['qly.detection.v1', 'qly.device.v1'], from: 'earliest' }, ({ event }) => {
    events.push(event)
    wake()
  })
  return {
    events,
    async until(count: number) {
      while (events.length < count) await new Promise<void>((resolve) => (wake = resolve))
      return events
    },
  }
}

const publish = (bus: EventBus, data: ReadingRecorded) =>
  bus.publish([
    {
      topic: 'qly.reading.v1',
      event: createEvent(readingRecordedV1, { source: `/ingest/${data.deviceId}`, time: data.observedAt }, data),
    },
  ])
const level = (i: number, metres: number) => reading('river-01', 'river', start + i * minute, { water_level: metres })
const never = new AbortController().signal

describe('the room', () => {
  it('publishes a finding from its start to its end, over a restart, with one id', async () => {
    const kernel = await createKernel()
    const { until } = await listen(kernel.bus)
    const first = createSensingService(kernel, testConfig())
    await first.start(never)
    for (const [i, metres] of [3.7, 3.9, 3.95, 4].entries()) await publish(kernel.bus, level(i, metres))
    await until(1)
    await first.stop()
    const second = createSensingService(kernel, testConfig())
    await second.start(never)
    stopAll.push(() => second.stop())
    for (const [i, metres] of [3.7, 3.6, 3.5].entries()) await publish(kernel.bus, level(4 + i, metres))
    const events = await until(2)
    expect(events.map(({ data }) => data)).toMatchObject([
      {
        phase: 'started',
        findingId: `river-01/water_level/water_level/${start + minute}`,
        kind: 'water_level',
        severity: 'medium',
      },
      { phase: 'ended', findingId: `river-01/water_level/water_level/${start + minute}` },
    ])
    expect(new Set(events.map(({ id }) => id)).size).toBe(2)
  })

  it('makes the same events again if it died after publishing and before saving', async () => {
    const kernel = await createKernel()
    const { until, events } = await listen(kernel.bus)
    let die = true
    const dying: SensingDeps = {
      ...kernel,
      bus: {
        ...kernel.bus,
        publish: async (outgoing) => {
          await kernel.bus.publish(outgoing)
          if (die) {
            die = false
            throw new AppError('QLY_BUS_UNAVAILABLE', 'killed before the states were saved')
          }
        },
      },
    }
    const service = createSensingService(dying, testConfig())
    await service.start(never)
    stopAll.push(() => service.stop())
    for (const [i, metres] of [3.9, 3.95, 4].entries()) await publish(kernel.bus, level(i, metres))
    await until(1)
    while (events.length < 2) await kernel.clock.advance(1000) // the bus tries again after its back-off
    expect(events.filter(({ type }) => type === 'cn.qianliyan.finding.changed.v1')).toHaveLength(2)
    expect(events[1]).toEqual(events[0])
  })

  it('says which sensor is faulty on qly.device.v1 and raises nothing on it', async () => {
    const kernel = await createKernel()
    const { until, events } = await listen(kernel.bus)
    const service = createSensingService(kernel, testConfig())
    await service.start(never)
    stopAll.push(() => service.stop())
    for (let i = 0; i < 5; i++) await publish(kernel.bus, level(i, 99))
    await until(1)
    expect(events).toMatchObject([
      {
        type: 'cn.qianliyan.device.changed.v1',
        data: {
          deviceId: 'river-01',
          status: 'online',
          reason: expect.stringMatching(/^sensor fault: .*water_level.* out of range/),
        },
      },
    ])
  })

  it('recognises an odour by the shipped model', async () => {
    const kernel = await createKernel()
    const { until } = await listen(kernel.bus)
    const service = createSensingService(kernel, testConfig())
    await service.start(never)
    stopAll.push(() => service.stop())
    const air = [39.3, 23.7, 25.2, 21.4, 104.9, 57.4, 53.8, 28.5]
    const methane = [-0.727, -0.54, -0.763, -0.118, -1.178, -0.981, -1.186, -0.238]
    for (let i = 0; i < 12; i++) {
      const values = air.map((r0, s) => r0 * Math.exp((i < 6 ? 0 : (methane[s] ?? 0)) + 0.003 * Math.sin(i * 7 + s)))
      await publish(
        kernel.bus,
        reading(
          'odour-01',
          'odour',
          start + i * 10_000,
          Object.fromEntries(values.map((v, s) => [`gas_array.s${s + 1}`, v])),
        ),
      )
    }
    const [event] = await until(1)
    expect(event?.data).toMatchObject({ kind: 'odour', phase: 'started', label: 'methane' })
  })

  it('ends a finding whose device fell silent', async () => {
    const kernel = await createKernel()
    const { until } = await listen(kernel.bus)
    const service = createSensingService(kernel, testConfig('sensing: { staleSeconds: 600 }'))
    await service.start(never)
    stopAll.push(() => service.stop())
    for (const [i, metres] of [3.9, 3.95, 4].entries()) await publish(kernel.bus, level(i, metres))
    await until(1)
    await service.check?.()
    for (let i = 0; i < 14; i++) await kernel.clock.advance(minute)
    const events = await until(2)
    expect(events[1]?.data).toMatchObject({ phase: 'ended', summary: { en: expect.stringContaining('No data') } })
  })

  it('refuses to start without its model', async () => {
    const kernel = await createKernel()
    const service = createSensingService(kernel, testConfig('sensing: { odour: { model: nowhere } }'))
    await expect(service.start(never)).rejects.toMatchObject({ code: 'QLY_MODEL_UNKNOWN' })
    await service.stop()
  })
})
