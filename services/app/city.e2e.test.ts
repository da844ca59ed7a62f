// `npm start` as a newcomer sees it: the simulated city over its real protocols, our own models, and soon the first alert with a picture and a ticket.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Alert } from '../contracts/events/alert-changed-v1.ts'
import { type AppProcess, startAppProcess, temporaryFolder, testAdminToken } from './testing/app-process.ts'
import { firstAlert } from './testing/first-alert.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let app: AppProcess

beforeAll(async () => {
  folder = await temporaryFolder('city')
  app = await startAppProcess({ dataDir: folder.path, config: { simulators: { enabled: true } } })
})
afterAll(async () => {
  await app?.end('SIGTERM')
  await folder?.remove()
})

// 30 s on a machine of its own (`npm run bench -- start`); here others test beside it
it('raises its first illegal parking alert from pictures, with evidence, and makes it a ticket', async () => {
  const alert = await firstAlert(app, 'illegal_parking', 90_000)
  expect(alert.source).toMatchObject({ camera: expect.stringMatching(/^hq-/) })
  const current = () => app.get<Alert>(`/api/v1/alerts/${alert.id}`)
  await expect.poll(() => current().then(({ ticketId }) => ticketId), { timeout: 10_000 }).not.toBeNull()
  const { evidence } = await current()
  expect(evidence.map(({ role }) => role)).toEqual(expect.arrayContaining(['clean', 'boxed']))
  const boxed = evidence.find(({ role }) => role === 'boxed')
  const picture = await fetch(`${app.url}${boxed?.url}`, { headers: { authorization: `Bearer ${testAdminToken}` } })
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
})

it('hears from every kind of sensor, and its drone flies', async () => {
  const { items } = await app.get<{ items: { kind: string }[] }>('/api/v1/devices?status=online&limit=200')
  const heard = new Set(items.map(({ kind }) => kind))
  expect([...heard]).toEqual(expect.arrayContaining(['river', 'crowd', 'odour', 'noise', 'gas', 'dock', 'drone']))
})
