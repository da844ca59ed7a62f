// Several alerts processes on one PostgreSQL: still one open alert per key, each timer once.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../contracts/errors.ts'
import { systemClock } from '../kernel/clock/system-clock.ts'
import type { Database } from '../kernel/database/database.ts'
import {
  createFreshDatabase,
  createLocalPostgres,
  findPostgres,
  type LocalPostgres,
} from '../kernel/database/postgres/local-postgres.ts'
import { createPostgresDatabase } from '../kernel/database/postgres/postgres-database.ts'
import { createEmbeddedEventBus } from '../kernel/event-bus/embedded/embedded-event-bus.ts'
import type { EventBus } from '../kernel/event-bus/event-bus.ts'
import { silentLogger } from '../kernel/logging/logger.ts'
import { createMetrics } from '../kernel/metrics/metrics.ts'
import { createAlertMetrics } from './alert-metrics.ts'
import { openTestbed, type Testbed, until } from './alerts-testbed.ts'
import { handleFinding } from './desk/handle-finding.ts'
import { beginWork } from './desk/work.ts'
import { alertsConfig, findingOf } from './life-cycle/story.ts'

const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }

describe('alerts on PostgreSQL', () => {
  const given = process.env.QLY_TEST_POSTGRES_URL
  let own: LocalPostgres | undefined
  let directory: string
  let bus: EventBus
  let url: string
  let drop: () => Promise<void>
  const databases: Database[] = []
  const beds: Testbed[] = []

  beforeEach(async () => {
    const binaries = findPostgres()
    if (!given && !binaries)
      throw new Error('no PostgreSQL: `npm run servers -- up` and set QLY_TEST_POSTGRES_URL, or install postgresql')
    if (!given && binaries) {
      own = await createLocalPostgres(binaries)
      await own.start()
    }
    const fresh = await createFreshDatabase(given ?? own?.url ?? '')
    url = fresh.url
    drop = fresh.drop
    directory = await mkdtemp(join(tmpdir(), 'qly-alerts-pg-'))
    bus = createEmbeddedEventBus(deps, { directory, retentionCheckSeconds: 3600 })
    await bus.start()
  })
  afterEach(async () => {
    for (const bed of beds.splice(0)) await bed.stop()
    await bus.stop()
    for (const database of databases.splice(0)) await database.stop()
    await drop()
    await own?.remove()
    await rm(directory, { recursive: true, force: true })
  })
  const program = async (config: object = {}) => {
    const database = createPostgresDatabase(deps, { url, maximumConnections: 4 })
    databases.push(database)
    await database.start()
    const bed = await openTestbed(directory, { bus, database, config: { alerts: config } })
    beds.push(bed)
    return bed
  }

  it('make one alert of 1,000 triggers that two processes take at once', async () => {
    const rooms = [await program(), await program()].map((bed) => bed.room)
    const desk = {
      config: alertsConfig(),
      places: new Map(),
      metrics: createAlertMetrics(createMetrics()),
      logger: silentLogger,
      onTimer() {},
    }
    const trigger = async (index: number): Promise<void> => {
      for (;;) {
        try {
          return await rooms[index % 2]!.transaction(async (db) => {
            await handleFinding(
              beginWork(desk, db, systemClock.now()),
              findingOf('smoke', { findingId: `f${index}` }),
              systemClock.now(),
            )
          })
        } catch (error) {
          // What the consumer does with a retryable error: again.
          if (!(error instanceof AppError && error.retryable)) throw error
        }
      }
    }
    await Promise.all(Array.from({ length: 1000 }, (_, index) => trigger(index)))
    const rows = await rooms[0]!.db.selectFrom('alert').selectAll().execute()
    expect(rows).toHaveLength(1)
    expect(JSON.parse(rows[0]!.record).alert.count).toBe(1000)
  })

  it('share the work: every alert opened once, ticketed once, cleared once', async () => {
    const settings = { clearAfterQuietSeconds: 1 }
    const one = await program(settings)
    const two = await program(settings)
    const keys = Array.from({ length: 60 }, (_, index) => ({ subject: `car-${index}`, cameraId: `cam-${index % 12}` }))
    await Promise.all(keys.map((key) => one.finding({ ...key, findingId: key.subject })))
    await until(() => one.steps.filter(({ step }) => step.action === 'opened').length === keys.length)
    const ids = one.steps.map(({ alert }) => alert.id)
    await Promise.all([
      ...ids.map((id, index) => one.ticketed({ id: `ticket-${index}`, alertIds: [id] })),
      ...keys.map((key) => two.finding({ ...key, findingId: key.subject, phase: 'ended' })),
      ...Array.from({ length: 12 }, (_, index) => two.device(`cam-${index}`, 'offline')),
    ])
    await until(() => two.steps.filter(({ step }) => step.action === 'cleared').length === keys.length)
    const count = (action: string) => two.steps.filter(({ step }) => step.action === action).length
    expect([count('opened'), count('ticketed'), count('cleared')]).toEqual([60, 60, 60])
    expect(new Set(two.steps.map(({ alert }) => alert.id)).size).toBe(60)
    expect(await two.openAlerts()).toBe(0)
  })

  it('hold back by one false mark, whichever process takes the finding, until it is revoked', async () => {
    const one = await program()
    const two = await program()
    const fume = (n: number) => ({ kind: 'smoke', findingId: `f${n}`, subject: `f${n}`, cameraId: 'cam-0' }) as const
    await one.finding(fume(0))
    const { alert } = await until(() => one.steps.find(({ step }) => step.action === 'opened'))
    const { result } = await one.command('alert', alert.id, 'dismiss', { reason: 'steam', falseAlarm: true })
    const id = (result as { falseMarkId: string }).falseMarkId
    for (let n = 1; n <= 5; n++) await (n % 2 ? one : two).finding(fume(n))
    await until(async () => {
      const row = await two.room.db.selectFrom('false_mark').select('record').executeTakeFirst()
      return JSON.parse(row?.record ?? '{}').mark?.count === 5 || undefined
    })
    expect(await two.openAlerts()).toBe(0)
    expect(await two.command('false_mark', id, 'revoke')).toMatchObject({ accepted: true, result: { count: 5 } })
    await two.finding(fume(6))
    await until(async () => (await two.openAlerts()) === 1 || undefined)
  })
})
