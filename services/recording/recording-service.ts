// The recording room: keeps what cameras show, for as long as its class is kept; cuts evidence clips for alerts; says when it cannot.
// Every process that sees the folder has its library; only `eyes` processes record.
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { CameraConfig } from '../contracts/config/cameras.ts'
import type { Config } from '../contracts/config/config.ts'
import { AppError } from '../contracts/errors.ts'
import type { CameraPackets } from '../contracts/packets.ts'
import type { RecordingLibrary } from '../contracts/recordings.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { inboxOutboxMigrations } from '../kernel/transactional-consumer/transactional-consumer.ts'
import { createLibrary } from './playback/library.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { type RecordingTables, recordingMigrations } from './recording-tables.ts'
import { keepingRules } from './retention/expiry.ts'

export type RecordingDeps = Pick<Kernel, 'bus' | 'database' | 'objectStore' | 'clock' | 'logger' | 'registry'>

export interface RecordingService extends Service {
  readonly packets: CameraPackets
  /** answers QLY_STORAGE_UNAVAILABLE until the start */
  readonly library: RecordingLibrary
}

export interface RecordingOptions {
  /** this process records; false: it only shows what is recorded */
  readonly records: boolean
  /** how much space is free where segments are written; default: the file system is asked */
  readonly freeBytes?: () => Promise<number>
}

export const recordingsFolder = (config: Pick<Config, 'dataDir' | 'recording'>): string =>
  config.recording.directory ?? path.join(config.dataDir, 'recordings')

export function createRecordingService(
  deps: RecordingDeps,
  config: Config,
  { records, freeBytes }: RecordingOptions,
): RecordingService {
  const directory = recordingsFolder(config)
  // SQLite belongs to one process, and that is the one that records
  const elsewhere = !records && config.database.url === undefined
  let library: RecordingLibrary | undefined
  let recorder: Recorder | undefined
  const started = () => {
    if (elsewhere) {
      throw new AppError(
        'QLY_NOT_FOUND',
        'recordings are in the database of the process that records: give both one PostgreSQL (QLY_DATABASE_URL) and one recording.directory',
      )
    }
    if (!library) throw new AppError('QLY_STORAGE_UNAVAILABLE', 'recording has not started yet')
    return library
  }

  return {
    name: 'recording',
    level: 'drain',
    async start(signal) {
      if (elsewhere) return
      await mkdir(directory, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
        throw new AppError('QLY_STORAGE_UNAVAILABLE', `cannot make the folder of recordings ${directory}`, { cause })
      })
      const room = await deps.database.room<RecordingTables>('recording', {
        ...inboxOutboxMigrations,
        ...recordingMigrations,
      })
      signal.throwIfAborted()
      library = createLibrary({ ...deps, room, directory }, config)
      if (!records) return
      recorder = createRecorder({ ...deps, room, directory, ...(freeBytes ? { freeBytes } : {}) }, config)
      await recorder.start(signal)
    },
    async stop() {
      await recorder?.stop()
    },
    packets: {
      role: 'record',
      wants: (camera) => keepingRules(config.recording, camera.recording) !== undefined,
      open(camera: CameraConfig) {
        if (!recorder) throw new AppError('QLY_INTERNAL', 'media opens cameras before recording has started')
        return recorder.open(camera)
      },
    },
    library: {
      timeline: async (...given) => started().timeline(...given),
      playlist: async (...given) => started().playlist(...given),
      segment: async (...given) => started().segment(...given),
      extract: async (...given) => started().extract(...given),
      sightings: async (...given) => started().sightings(...given),
      findings: async (...given) => started().findings(...given),
      readInOrder: async (...given) => started().readInOrder(...given),
      check: async (...given) => started().check(...given),
    },
  }
}
