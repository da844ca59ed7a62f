// kill -9 at random moments under load, then the account: every acknowledged message is there, no alert or ticket lost or doubled.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { createRandom } from '../../../simulators/random.ts'
import { type AppProcess, type AppProcessOptions, startAppProcess } from './app-process.ts'
import { createRiverLoad } from './river-load.ts'

export interface KillScenario {
  readonly kills: number
  readonly seed: number
  readonly app: AppProcessOptions
}

const roles = 'broker,ingest,sensing,alerts,tickets,timeseries,api'

export async function killUnderLoad({ kills, seed, app: options }: KillScenario): Promise<{ acknowledged: number }> {
  const load = createRiverLoad({ stations: 20, perSecond: 20 })
  // event times run a second a reading, so that persistence windows fill fast: far from receive time, which is only flagged
  const start = (): Promise<AppProcess> =>
    startAppProcess({ ...options, roles, config: { ...options.config, devices: load.devices } })
  const random = createRandom(seed)
  let app = await start()
  try {
    load.aim(app)
    for (let kill = 0; kill < kills; kill++) {
      await sleep(50 + random.next() * 1200)
      await app.end('SIGKILL')
      app = await start()
      load.aim(app)
    }
    await expect.poll(() => load.complete(), { timeout: 120_000, interval: 200 }).toBe(true)
    await load.stop()
    await expect.poll(() => load.account(app), { timeout: 60_000, interval: 1000 }).toEqual([])
    return { acknowledged: load.acknowledged() }
  } finally {
    load.end()
    await app.end('SIGKILL')
  }
}
