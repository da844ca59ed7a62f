// The ledger over HTTP, with the ledger room itself behind it: the list, one vehicle, and notice and tow with who did it.
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import type { LedgerEntry } from '../contracts/events/ledger-changed-v1.ts'
import { vehicleSightedV1 } from '../contracts/events/vehicle-sighted-v1.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import { createLedgerService } from '../ledger/ledger-service.ts'
import { type ApiService, createApiService } from './api-service.ts'

const root = path.resolve(import.meta.dirname, '../..')
const token = 'test-admin-token-0123456789'
let kernel: TestKernel
let api: ApiService
let ledger: ReturnType<typeof createLedgerService>

beforeAll(async () => {
  kernel = await startTestKernel()
  const config = parseConfig(
    `cameras: []
organisation: ${path.join(root, 'infra/huqiu/organisation.yaml')}
http: { port: 0, adminToken: ${token} }
ledger: { noticeDays: 0 }`,
    'test',
  )
  ledger = createLedgerService(kernel, config)
  api = createApiService(kernel, config, { check: async () => {} })
  await ledger.start(new AbortController().signal)
  await api.start(new AbortController().signal)
})
afterAll(async () => {
  await api.stop()
  await ledger.stop()
  await kernel.stop()
})

async function call<Body>(route: string, body?: object): Promise<{ status: number; body: Body }> {
  const response = await fetch(`http://127.0.0.1:${api.port}/api/v1/ledger${route}`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, body: (await response.json()) as Body }
}

it('lists vehicles by state, and takes a notice and a tow', async () => {
  const begun = Date.now() - 31 * 86_400_000
  for (let day = 1; day <= 31; day++) {
    const at = begun + day * 86_400_000
    const data = {
      ...vehicleSightedV1.example,
      standsSince: new Date(begun).toISOString(),
      at: new Date(at).toISOString(),
    }
    const origin = { source: '/vision/hq-lane-07', id: `sighting/${day}`, time: at }
    await kernel.bus.publish([{ topic: 'qly.detection.v1', event: createEvent(vehicleSightedV1, origin, data) }])
  }
  type Listed = { items: LedgerEntry[] }
  await expect.poll(async () => (await call<Listed>('?state=zombie')).body.items.length).toBe(1)
  const [entry] = (await call<Listed>('?camera=hq-lane-07')).body.items
  const id = entry?.id ?? ''
  expect((await call<LedgerEntry>(`/${id}`)).body).toMatchObject({
    state: 'zombie',
    cameras: ['hq-lane-07'],
    zoneId: 'bay-3',
  })
  expect((await call(`/${id}/tow`, {})).status).toBe(409)
  expect(await call(`/${id}/notice`, { comment: '已贴告知书' })).toMatchObject({
    status: 200,
    body: { state: 'noticed' },
  })
  expect(await call(`/${id}/tow`, {})).toMatchObject({ status: 200, body: { state: 'towed' } })
  await expect
    .poll(async () => (await call<LedgerEntry>(`/${id}`)).body.steps.map(({ action }) => action))
    .toEqual(['entered', 'suspected', 'zombie', 'noticed', 'towed'])
  expect((await call('/nothing')).status).toBe(404)
})
