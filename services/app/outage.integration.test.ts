// Kafka, InfluxDB or the external MQTT broker stopped for 60 s under load: nothing acknowledged is lost, the backlog drains,
// and what does not need the missing part goes on meanwhile.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { serverNamed, startServer, stopServer } from '../../infra/servers/servers.ts'
import { type AppProcess, startAppProcess, temporaryFolder } from './testing/app-process.ts'
import { type RealServers, realServers } from './testing/real-servers.ts'
import { createRiverLoad, type RiverLoad } from './testing/river-load.ts'

const outageMs = 60_000
const limitMs = 400_000
const roles = 'broker,ingest,sensing,alerts,tickets,timeseries,api'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let servers: RealServers
let load: RiverLoad
let app: AppProcess

beforeEach(async () => {
  folder = await temporaryFolder('outage')
  servers = await realServers('outage')
  // the last station rises about a minute after the first: some before, some in and some after the outage
  load = createRiverLoad({ stations: 20, perSecond: 4 })
}, limitMs)

afterEach(async () => {
  load.end()
  await app?.end('SIGKILL')
  await servers.remove()
  await folder.remove()
}, limitMs)

async function start(more: Record<string, unknown> = {}): Promise<void> {
  app = await startAppProcess({
    dataDir: folder.path,
    roles,
    config: { ...servers.config, devices: load.devices, ...more },
  })
}

const alertCount = async () =>
  (await app.get<{ items: unknown[] }>('/api/v1/alerts?kind=water_level&limit=200')).items.length

/** Runs the load over an outage of the server, then holds the system to account. */
async function outage(name: string, meanwhile: () => Promise<void>): Promise<void> {
  await sleep(10_000)
  await stopServer(serverNamed(name))
  const end = Date.now() + outageMs
  try {
    await meanwhile()
    await sleep(Math.max(0, end - Date.now()))
  } finally {
    await startServer(serverNamed(name), () => {})
  }
  await expect.poll(() => load.complete(), { timeout: 120_000, interval: 500 }).toBe(true)
  await load.stop()
  await expect.poll(() => load.account(app), { timeout: 90_000, interval: 2000 }).toEqual([])
}

it(
  'Kafka: no reading is acknowledged meanwhile; the API still answers; all is caught up',
  async () => {
    await start()
    load.aim(app)
    await outage('kafka', async () => {
      await sleep(5000)
      const before = load.acknowledged()
      await sleep(15_000)
      expect(load.acknowledged()).toBe(before)
      await alertCount()
      expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
      expect(await (await fetch(`${app.url}/readyz`)).json()).toMatchObject({ code: 'QLY_BUS_UNAVAILABLE' })
    })
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200)
  },
  limitMs,
)

it(
  'InfluxDB: readings are acknowledged and alerts raised meanwhile; the series are caught up',
  async () => {
    await start()
    load.aim(app)
    await outage('influxdb', async () => {
      const [readings, alerts] = [load.acknowledged(), await alertCount()]
      await sleep(25_000)
      expect(load.acknowledged()).toBeGreaterThan(readings + 500)
      expect(await alertCount()).toBeGreaterThan(alerts)
    })
  },
  limitMs,
)

it(
  'the external MQTT broker: the API and what is known go on; what the broker had acknowledged arrives',
  async () => {
    const mqttUrl = process.env.QLY_TEST_MQTT_URL ?? ''
    await start({ mqtt: { url: mqttUrl } })
    load.aim({ mqttUrl })
    await outage('mosquitto', async () => {
      await sleep(10_000)
      await alertCount()
      expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
    })
  },
  limitMs,
)
