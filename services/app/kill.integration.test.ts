// The promise of design.md §4 at full length: kill -9 at 50 random moments under load, on the embedded engines and on Kafka, InfluxDB and PostgreSQL.
import { expect, it } from 'vitest'
import { temporaryFolder } from './testing/app-process.ts'
import { killUnderLoad } from './testing/kill-scenario.ts'
import { realServers } from './testing/real-servers.ts'

const kills = 50
const limitMs = 900_000

it(
  'loses and doubles nothing over 50 kills, embedded',
  async () => {
    const folder = await temporaryFolder('kill-embedded')
    const { acknowledged } = await killUnderLoad({ kills, seed: 20_200_628, app: { dataDir: folder.path } })
    expect(acknowledged).toBeGreaterThan(5000)
    await folder.remove()
  },
  limitMs,
)

it(
  'loses and doubles nothing over 50 kills, on Kafka, InfluxDB and PostgreSQL',
  async () => {
    const folder = await temporaryFolder('kill-kafka')
    const servers = await realServers('kill')
    const app = { dataDir: folder.path, config: servers.config }
    const { acknowledged } = await killUnderLoad({ kills, seed: 20_200_628, app })
    expect(acknowledged).toBeGreaterThan(2000)
    await servers.remove()
    await folder.remove()
  },
  limitMs,
)
