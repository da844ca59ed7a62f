// The camera store on PostgreSQL, where several workers share it.
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { createFreshDatabase } from '../../kernel/database/postgres/local-postgres.ts'
import { createPostgresDatabase } from '../../kernel/database/postgres/postgres-database.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { cameraStoreConformance } from './camera-store.conformance.ts'

const server = process.env.QLY_TEST_POSTGRES_URL
if (!server) throw new Error('QLY_TEST_POSTGRES_URL is not set: run `npm run servers -- up`')

cameraStoreConformance('PostgreSQL', async () => {
  const fresh = await createFreshDatabase(server)
  const database = createPostgresDatabase(
    { clock: systemClock, logger: silentLogger },
    { url: fresh.url, maximumConnections: 4 },
  )
  await database.start()
  return {
    database,
    async close() {
      await database.stop()
      await fresh.drop()
    },
  }
})
