// The console as an operator sees it: Chromium on the running app, an alert from a device's readings to a ticket closed with proof.
import mqtt, { type MqttClient } from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AppProcess, startAppProcess, temporaryFolder } from '../app/testing/app-process.ts'
import type { Alert } from '../contracts/events/alert-changed-v1.ts'
import type { Ticket } from '../contracts/events/ticket-changed-v1.ts'
import type { FalseMark } from '../contracts/false-marks.ts'
import { buildConsole, logIn, openBrowser } from './testing/browser.ts'

/** over the warning level of 3.8 m */
const flood = 4.14
const stations = ['river-a', 'river-b'].map((id, index) => ({
  id,
  kind: 'river',
  password: `${id}-secret`,
  location: [120.562 + index * 0.02, 31.308 + index * 0.01],
}))

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let app: AppProcess
let browser: Browser
let page: Page
const clients: MqttClient[] = []
const [faults, foreign]: [string[], string[]] = [[], []]

beforeAll(async () => {
  buildConsole()
  browser = await openBrowser()
  folder = await temporaryFolder('console')
  const roles = 'broker,ingest,sensing,alerts,tickets,api'
  app = await startAppProcess({ dataDir: folder.path, roles, config: { devices: stations } })
  page = await browser.newPage({ viewport: { width: 1600, height: 900 }, locale: 'zh-CN' })
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    // who is not logged in yet is answered 401, and Chromium says so
    if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(app.url) && !/^(data|blob):/.test(request.url())) foreign.push(request.url())
  })
})

afterAll(async () => {
  for (const client of clients) client.end(true)
  await browser?.close()
  await app?.end('SIGTERM')
  await folder?.remove()
})

/** Five readings over the limit, a second apart, and the alert that they raise. */
async function rise(station: (typeof stations)[number]): Promise<Alert> {
  const client = await mqtt.connectAsync(app.mqttUrl, {
    username: station.id,
    password: station.password,
    clientId: station.id,
  })
  clients.push(client)
  const begun = Date.now() - 5000
  for (let n = 0; n < 5; n++) {
    const at = new Date(begun + n * 1000).toISOString()
    const body = JSON.stringify({ id: `${station.id}-${n}`, at, values: { water_level: flood } })
    await client.publishAsync(`qly/v1/river/${station.id}/readings`, body, { qos: 1 })
  }
  const route = `/api/v1/alerts?kind=water_level&source=${station.id}`
  const alerts = async () => (await app.get<{ items: Alert[] }>(route)).items
  await expect.poll(() => alerts().then(({ length }) => length), { timeout: 20_000 }).toBe(1)
  return (await alerts())[0] as Alert
}

const cardOf = (alert: Alert) => page.locator(`[data-alert="${alert.id}"]`)

/** Buttons, inputs, links, dialogs and pictures that a screen reader could not name. */
async function nameless(): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  const roles = ['button', 'textbox', 'link', 'dialog', 'image', 'img']
  return nodes.flatMap(({ ignored, role, name }) =>
    !ignored && roles.includes(String(role?.value)) && !name?.value ? [String(role?.value)] : [],
  )
}

describe('the console', () => {
  it('lets nobody in with a wrong password, and in with the first login', async () => {
    if (!app.firstLogin) throw new Error('no first login')
    await page.goto(app.url)
    await page.locator('input[name=password]').fill('wrong')
    expect(await nameless()).toEqual([])
    await page.locator('button[type=submit]').click()
    await page.getByText('用户名或密码错误').waitFor()
    await logIn(page, app.url, app.firstLogin)
    await page.getByText('当前没有告警').waitFor()
  })

  it('shows an alert as it is raised, in words; j and a acknowledge it', async () => {
    const alert = await rise(stations[0] as (typeof stations)[number])
    const card = cardOf(alert)
    await card.getByText(alert.summary.zh).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('a')
    await card.getByText('已确认 admin').waitFor()
    expect(await card.getByRole('button', { name: '确认' }).count()).toBe(0)
    expect(await app.get(`/api/v1/alerts/${alert.id}`)).toMatchObject({
      state: 'acknowledged',
      acknowledgedBy: 'admin',
    })
  })

  it('moves its ticket from dispatch to proof and closure', async () => {
    const { items } = await app.get<{ items: Ticket[] }>('/api/v1/tickets')
    const ticket = items[0] as Ticket
    const card = page.getByRole('region', { name: '在办案卷' }).locator('li', { hasText: ticket.number })
    await card.getByRole('button', { name: '接收' }).click()
    await card.getByRole('button', { name: '反馈' }).click()
    const dialog = page.getByRole('dialog')
    expect(await nameless()).toEqual([])
    const buffer = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'green' } })
      .jpeg()
      .toBuffer()
    await dialog.locator('input[type=file]').setInputFiles({ name: 'done.jpg', mimeType: 'image/jpeg', buffer })
    await dialog.getByRole('button', { name: '提交' }).click()
    await card.getByRole('button', { name: '核查通过' }).click()
    await card.waitFor({ state: 'detached' })
    const closed = await app.get<Ticket>(`/api/v1/tickets/${ticket.id}`)
    expect(closed.stage).toBe('closed')
    expect(closed.proof).toMatchObject([{ role: 'proof', url: expect.stringMatching(/^\/api\/v1\/evidence\//) }])
  })

  it('dismisses a false alarm with a reason by its dialog', async () => {
    const alert = await rise(stations[1] as (typeof stations)[number])
    await cardOf(alert).getByRole('button', { name: '误报' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: '提交' }).click()
    expect(await dialog.isVisible()).toBe(true) // a reason is demanded
    await dialog.locator('textarea').fill('水尺被遮挡')
    const notHereAgain = dialog.getByRole('checkbox', { name: '误报：此处同类以后不再报' })
    expect(await notHereAgain.isChecked()).toBe(false)
    await notHereAgain.check()
    await dialog.getByRole('button', { name: '提交' }).click()
    await cardOf(alert).waitFor({ state: 'detached' })
    expect(await app.get(`/api/v1/alerts/${alert.id}`)).toMatchObject({ state: 'dismissed' })
  })

  it('shows the false mark that the tick has made, and revokes it', async () => {
    await page.locator('details.panel summary').click()
    const line = page.locator('[data-false-mark]', { hasText: '水尺被遮挡' })
    await line.getByText('已拦截 0').waitFor()
    const { items } = await app.get<{ items: FalseMark[] }>('/api/v1/false-marks?active=true')
    expect(items).toMatchObject([{ kind: 'water_level', source: { device: 'river-b' }, author: 'admin' }])
    await line.getByRole('button', { name: '撤销' }).click()
    await line.waitFor({ state: 'detached' })
    await page.locator('details.panel summary').click()
  })

  it('speaks English when told so, and remembers it', async () => {
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Live alerts' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Live alerts' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await nameless()).toEqual([])
  })

  it('had no fault in the page, and asked no other host', () => {
    expect(faults).toEqual([])
    expect(foreign).toEqual([])
  })
})
