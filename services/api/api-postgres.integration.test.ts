// The api's view and lists on PostgreSQL: every topic, told in order and again, newest state, cursors, filters, counts.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { deviceChangedV1 } from '../contracts/events/device-changed-v1.ts'
import { findingChangedV1 } from '../contracts/events/finding-changed-v1.ts'
import { footageChangedV1 } from '../contracts/events/footage-changed-v1.ts'
import { letterDiedV1 } from '../contracts/events/letter-died-v1.ts'
import { ticketChangedV1 } from '../contracts/events/ticket-changed-v1.ts'
import type { Database, RoomDatabase } from '../kernel/database/database.ts'
import { createFreshDatabase } from '../kernel/database/postgres/local-postgres.ts'
import { createPostgresDatabase } from '../kernel/database/postgres/postgres-database.ts'
import type { Subscription } from '../kernel/event-bus/event-bus.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import { createAccounts } from './auth/accounts.ts'
import { createAudit } from './auth/audit.ts'
import { project } from './projection/projector.ts'
import { createViews } from './projection/views.ts'
import { type ApiTables, apiMigrations } from './tables.ts'
import { toldAlert, toldFalseMark, toldNotice, toldSilence } from './testing/told.ts'

let kernel: TestKernel
let database: Database
let room: RoomDatabase<ApiTables>
let drop: () => Promise<void>
let projection: Subscription
const origin = { source: '/t', time: Date.now() }
type Named = { id: string }

beforeAll(async () => {
  const server = process.env.QLY_TEST_POSTGRES_URL
  if (!server) throw new Error('QLY_TEST_POSTGRES_URL is not set: start the servers with `npm run servers -- up`')
  const fresh = await createFreshDatabase(server)
  drop = fresh.drop
  kernel = await startTestKernel()
  database = createPostgresDatabase(kernel, { url: fresh.url, maximumConnections: 4 })
  await database.start()
  room = await database.room<ApiTables>('api', apiMigrations)
  projection = await project({ bus: kernel.bus, room })
})

afterAll(async () => {
  await projection?.stop()
  await database?.stop()
  await kernel?.stop()
  await drop?.()
})

it('keeps every topic in its newest state, and an older event told again changes nothing', async () => {
  const views = createViews(room)
  const of = { ...deviceChangedV1.example, deviceId: 'd1' }
  const [open, cleared] = [
    toldAlert('a1'),
    toldAlert('a1', { state: 'cleared', clearedAt: '2020-06-28T07:00:00.000Z' }),
  ]
  await kernel.bus.publish([
    open,
    cleared,
    ...Array.from({ length: 25 }, (_, n) =>
      toldAlert(`n${n}`, { kind: 'noise', openedAt: new Date(1e12 + n).toISOString() }),
    ),
    { topic: 'qly.ticket.v1', event: createEvent(ticketChangedV1, origin, ticketChangedV1.example) },
    { topic: 'qly.device.v1', event: createEvent(deviceChangedV1, origin, { ...of, patch: { battery: { a: 1 } } }) },
    { topic: 'qly.device.v1', event: createEvent(deviceChangedV1, origin, { ...of, patch: { battery: { b: 2 } } }) },
    { topic: 'qly.detection.v1', event: createEvent(findingChangedV1, origin, findingChangedV1.example) },
    { topic: 'qly.footage.v1', event: createEvent(footageChangedV1, origin, footageChangedV1.example) },
    { topic: 'qly.dead-letter.v1', event: createEvent(letterDiedV1, origin, letterDiedV1.example) },
    toldSilence('s1', {}),
    toldSilence('s1', { endedAt: '2020-06-28T07:00:00.000Z', endedBy: 'x' }),
    toldFalseMark('m1', { count: 4 }),
    toldFalseMark('m2', { endedAt: '2020-06-28T07:00:00.000Z', endedBy: 'system:alerts' }),
    ...Array.from({ length: 1010 }, (_, n) => toldNotice(`g${n}`, 1e12 + n)),
  ])
  const all = async (table: Parameters<typeof views.all>[0]) => (await views.all<Named>(table)).length
  await expect
    .poll(async () => [await all('alerts'), await all('notices'), await all('letters')], { timeout: 20_000 })
    .toEqual([26, 1000, 1])
  expect([await all('tickets'), await all('findings'), await all('footage')]).toEqual([1, 1, 1])
  expect(await views.one('alerts', 'a1')).toMatchObject({ state: 'cleared' })
  expect(await views.one('silences', 's1')).toMatchObject({ endedBy: 'x' })
  expect(await views.one('false_marks', 'm1')).toMatchObject({ count: 4 })
  expect((await views.list('false_marks', { limit: 5, filters: { state: ['expired'] } })).items).toMatchObject([
    { id: 'm2' },
  ])
  expect(await views.one('devices', 'd1')).toMatchObject({ twin: { battery: { a: 1, b: 2 } } })
  expect(await views.steps('a1')).toHaveLength(2)
  expect(await views.count('alerts', 'kind', { state: ['open'] })).toEqual({ noise: 25 })

  const seen: string[] = []
  let cursor: { at: number; id: string } | undefined
  do {
    const page = await views.list<Named>('alerts', { limit: 10, cursor, filters: { kind: ['noise'] } })
    seen.push(...page.items.map(({ id }) => id))
    const [at, id] = page.nextCursor ? JSON.parse(Buffer.from(page.nextCursor, 'base64url').toString()) : []
    cursor = id === undefined ? undefined : { at, id }
  } while (cursor)
  expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => `n${24 - n}`))
  expect((await views.list('silences', { limit: 5, filters: { active: [1] } })).items).toEqual([])
})

it('keeps people, tokens and the trail', async () => {
  const accounts = createAccounts({ room, clock: kernel.clock }, { sessionHours: 1 } as never)
  const first = await accounts.firstLogin()
  expect(first?.user).toBe('admin')
  expect(await accounts.firstLogin()).toBeUndefined()
  await createAudit({ room, clock: kernel.clock }).record('admin', 'test', 'x', { a: 1 })
  expect(await room.db.selectFrom('audit').select('action').execute()).toEqual([{ action: 'test' }])
})
