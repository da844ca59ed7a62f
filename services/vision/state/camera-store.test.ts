// The camera store on SQLite.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { createSqliteDatabase } from '../../kernel/database/sqlite/sqlite-database.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { cameraStoreConformance } from './camera-store.conformance.ts'

cameraStoreConformance('SQLite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'qly-vision-state-'))
  const database = createSqliteDatabase({ clock: systemClock, logger: silentLogger }, { directory })
  await database.start()
  return {
    database,
    async close() {
      await database.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
})
