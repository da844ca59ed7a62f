// Motion in a camera's picture, as media tells it several times a second, written as marks: one for each period, and the one before where it began early in it.
import type { RoomDatabase } from '../../kernel/database/database.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import type { RecordingTables } from '../recording-tables.ts'
import { addMarks, motionMark } from './marks.ts'

export interface MotionKeeper {
  /** Something moved at this event time (ms). Returns at once; never throws. */
  moved(at: number): void
  /** Resolves when all is written or given up. */
  close(): Promise<void>
}

/** What led to the motion is worth as much: so many ms before it are kept with it. */
const leadMs = 3000
/** Periods that are known to be marked; older ones are asked of the database again. */
const mostRemembered = 64

export function createMotionKeeper(
  { room, logger }: { readonly room: Pick<RoomDatabase<RecordingTables>, 'transaction'>; readonly logger: Logger },
  cameraId: string,
): MotionKeeper {
  const marked = new Set<string>()
  let writing: Promise<void> = Promise.resolve()
  return {
    moved(at) {
      const marks = [motionMark(cameraId, at - leadMs), motionMark(cameraId, at)].filter(({ ref }) => !marked.has(ref))
      if (marks.length === 0) return
      for (const { ref } of marks) marked.add(ref)
      for (const ref of marked) if (marked.size > mostRemembered) marked.delete(ref)
      writing = writing
        .then(() => room.transaction((db) => addMarks(db, marks)))
        .catch((error: unknown) => {
          // told again with the next motion of the same period
          for (const { ref } of marks) marked.delete(ref)
          logger.warn({ camera: cameraId, err: error }, 'motion could not be written')
        })
    },
    close: () => writing,
  }
}
