// Which inference threads were measured to be best for a model on a machine (inference/thread-tuner.ts).
import type { RoomDatabase } from '../../kernel/database/database.ts'
import type { SplitStore } from '../inference/thread-tuner.ts'
import type { VisionTables } from './vision-tables.ts'

export function createSplitStore(room: RoomDatabase<VisionTables>): SplitStore {
  return {
    async find(key) {
      const row = await room.db
        .selectFrom('inference_threads')
        .select(['workers', 'threads'])
        .where('machine_model', '=', key)
        .executeTakeFirst()
      return row && { workers: Number(row.workers), threads: Number(row.threads) }
    },
    async keep(key, { workers, threads, framesPerSecond }, at) {
      const found = { workers, threads, frames_per_second: Math.round(framesPerSecond), measured_at: at }
      await room.db
        .insertInto('inference_threads')
        .values({ machine_model: key, ...found })
        .onConflict((conflict) => conflict.column('machine_model').doUpdateSet(found))
        .execute()
    },
  }
}
