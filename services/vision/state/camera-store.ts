// Saves what vision knows of a camera, and publishes what it found, so that a kill at any point tells everything exactly once:
// state and events go into ONE transaction (the events into the outbox), the outbox is published after the commit and emptied after that.
// Killed before the commit, the older state sees the same frames' follow-up and finds the same thing under the same finding id; killed after it,
// the next start publishes the outbox, whose events keep their ids, which every consumer knows as duplicates. State is never saved ahead of events.
import type { AppError } from '../../contracts/errors.ts'
import { fromJson, type RoomDatabase, toJson } from '../../kernel/database/database.ts'
import { backoffMs } from '../../kernel/event-bus/backoff.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { WorkLoop } from '../../kernel/transactional-consumer/work-loop.ts'
import { type CrowdState, emptyCrowd } from '../crowd/crowd-state.ts'
import { emptyParking, type ParkingState } from '../parking/parking-state.ts'
import { emptyPresence, type PresenceState } from '../presence/presence-machine.ts'
import type { VisionTables } from './vision-tables.ts'

export interface CameraState {
  readonly parking: ParkingState
  readonly presence: PresenceState
  readonly crowd: CrowdState
}

export interface CameraWriter {
  /** Saves state and events; returns at once. While a save is under way the newest state waits with all events so far. */
  save(state: CameraState, events: readonly Outgoing[]): void
  /** Resolves once everything saved so far is durable and published; rejects if that was given up. */
  flush(): Promise<void>
}

export interface CameraStore {
  load(cameraId: string): Promise<{ state: CameraState; version: number }>
  writer(cameraId: string, version: number): CameraWriter
  /** Nothing is known of the camera any more. */
  forget(cameraId: string): Promise<void>
}

export function createCameraStore(
  deps: Pick<Kernel, 'clock' | 'logger'> & { room: RoomDatabase<VisionTables>; loop: WorkLoop; signal: AbortSignal },
): CameraStore {
  const { clock, logger, room, loop, signal } = deps
  return {
    async load(cameraId) {
      const row = await room.db
        .selectFrom('camera_state')
        .selectAll()
        .where('camera_id', '=', cameraId)
        .executeTakeFirst()
      if (row === undefined)
        return { state: { parking: emptyParking, presence: emptyPresence, crowd: emptyCrowd }, version: 0 }
      const state = {
        parking: fromJson<ParkingState>(row.parking),
        presence: fromJson<PresenceState>(row.presence),
        crowd: row.crowd === null ? emptyCrowd : fromJson<CrowdState>(row.crowd),
      }
      return { state, version: row.version }
    },
    async forget(cameraId) {
      await room.db.deleteFrom('camera_state').where('camera_id', '=', cameraId).execute()
    },
    writer(cameraId, lastVersion) {
      let version = lastVersion
      let waiting: { state: CameraState; events: Outgoing[] } | undefined
      let running: Promise<void> | undefined

      const write = async (state: CameraState, events: readonly Outgoing[]) => {
        const row = {
          version: ++version,
          saved_at: clock.now(),
          parking: toJson(state.parking),
          presence: toJson(state.presence),
          crowd: toJson(state.crowd),
        }
        await loop.add(events.length, async (transaction) => {
          // The loop knows its own tables only; the transaction is of the whole room.
          await upsert(transaction as unknown as RoomDatabase<VisionTables>['db'], cameraId, row)
          return events
        })
      }

      const writeAll = async () => {
        for (let attempt = 0; waiting !== undefined; ) {
          const { state, events } = waiting
          waiting = undefined
          try {
            await write(state, events)
            attempt = 0
          } catch (thrown) {
            const error = thrown as AppError
            if (signal.aborted || !error.retryable) throw error
            logger.warn({ camera: cameraId, err: error }, 'state of a camera cannot be saved; will be tried again')
            const newer = waiting as { state: CameraState; events: Outgoing[] } | undefined
            waiting = { state: newer?.state ?? state, events: [...events, ...(newer?.events ?? [])] }
            await clock.sleep(backoffMs(attempt++), signal)
          }
        }
      }

      return {
        save(state, events) {
          waiting = { state, events: [...(waiting?.events ?? []), ...events] }
          running ??= writeAll()
            .catch((error: unknown) => {
              if (!signal.aborted)
                logger.error({ camera: cameraId, err: error }, 'state of a camera could not be saved')
            })
            .finally(() => {
              running = undefined
            })
        },
        async flush() {
          await running
        },
      }
    },
  }
}

async function upsert(
  db: RoomDatabase<VisionTables>['db'],
  cameraId: string,
  row: Omit<VisionTables['camera_state'], 'camera_id'>,
): Promise<void> {
  await db
    .insertInto('camera_state')
    .values({ camera_id: cameraId, ...row })
    .onConflict((conflict) =>
      conflict.column('camera_id').doUpdateSet(row).where('camera_state.version', '<', row.version),
    )
    .execute()
}
