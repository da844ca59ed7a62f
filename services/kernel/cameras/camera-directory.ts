// Cameras that were added through the API, beside those of the configuration file. They stand in the database, their sources sealed (ADR 0006), and take effect
// in every process without a restart: at once where they were changed, elsewhere within `pollSeconds`. `config.cameras` is replaced by a new list each time.
import type { Migration } from 'kysely'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { AppError } from '../../contracts/errors.ts'
import { fromJson, type RoomDatabase, toJson } from '../database/database.ts'
import type { Kernel } from '../kernel.ts'
import type { Service } from '../lifecycle/service.ts'
import type { Sealing } from '../secrets/sealing.ts'

export interface CameraDirectory extends Service {
  /** True for a camera of the configuration file, which is changed there. */
  isConfigured(id: string): boolean
  /** QLY_CONFLICT for an id that is taken, or of the configuration file. Resolves once it is durable and in effect here. */
  add(camera: CameraConfig, by: string): Promise<void>
  /** QLY_NOT_FOUND for one that was not added, QLY_CONFLICT for one of the configuration file. */
  replace(camera: CameraConfig, by: string): Promise<void>
  remove(id: string): Promise<void>
  /** Called after every change of the list; returns how to stop that. */
  onChange(listener: () => void): () => void
}

interface CameraTables {
  camera: {
    id: string
    /** another one after every change */
    version: number
    /** all but the source */
    config: string
    source: string
    changed_by: string
  }
}

const migrations: Readonly<Record<string, Migration>> = {
  '0001-camera': {
    async up(db) {
      await db.schema
        .createTable('camera')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('config', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('changed_by', 'text', (column) => column.notNull())
        .execute()
    },
  },
}

const mostCameras = 5000
const purposeOf = (id: string) => `camera-source:${id}`

export function createCameraDirectory(
  deps: Pick<Kernel, 'database' | 'clock' | 'logger'> & { readonly sealing: Sealing },
  config: { cameras: CameraConfig[] },
  { pollSeconds = 5 }: { readonly pollSeconds?: number } = {},
): CameraDirectory {
  const { clock, logger, sealing } = deps
  const configured = [...config.cameras]
  const configuredIds = new Set(configured.map(({ id }) => id))
  const listeners = new Set<() => void>()
  let added = new Map<string, { readonly version: number; readonly camera: CameraConfig | undefined }>()
  let room: RoomDatabase<CameraTables> | undefined
  let cancel: () => void = () => {}
  let reading: Promise<void> = Promise.resolve()
  let stopped = false

  const opened = () => {
    if (!room) throw new AppError('QLY_STORAGE_UNAVAILABLE', 'the cameras have not been read yet')
    return room
  }

  const read = async () => {
    const rows = await opened().db.selectFrom('camera').selectAll().orderBy('id').execute()
    const now: typeof added = new Map()
    let changed = rows.length !== added.size
    for (const { id, version, config: text, source } of rows) {
      const known = added.get(id)
      if (known?.version === version) {
        now.set(id, known)
        continue
      }
      changed = true
      const open = sealing.open(source, purposeOf(id))
      if (open === undefined)
        logger.error({ camera: id }, 'the source of a camera was sealed under another key; see secretsKeyFile')
      const camera = open === undefined ? undefined : { ...fromJson<CameraConfig>(text), source: open }
      now.set(id, { version, camera })
    }
    added = now
    if (!changed) return
    const taking = [...now.values()].flatMap(({ camera }) => (camera && !configuredIds.has(camera.id) ? [camera] : []))
    config.cameras = [...configured, ...taking]
    for (const listener of listeners) listener()
  }

  /** One after another: an older list never replaces a newer one. */
  const readInTurn = (): Promise<void> => {
    const done = reading.then(read)
    reading = done.catch(() => undefined)
    return done
  }

  const poll = () => {
    if (stopped) return
    cancel = clock.after(pollSeconds * 1000, () => {
      readInTurn()
        .catch((error: unknown) => logger.warn({ err: error }, 'the list of cameras could not be read'))
        .finally(poll)
    })
  }

  const refuseConfigured = (id: string) => {
    if (configuredIds.has(id))
      throw new AppError('QLY_CONFLICT', `camera "${id}" is in the configuration file; change it there`)
  }

  const rowOf = ({ source, ...rest }: CameraConfig, by: string, before = 0) => ({
    version: Math.max(clock.now(), before + 1),
    config: toJson(rest),
    source: sealing.seal(source, purposeOf(rest.id)),
    changed_by: by,
  })

  return {
    name: 'cameras',
    level: 'engine',
    isConfigured: (id) => configuredIds.has(id),
    async start() {
      room = await deps.database.room<CameraTables>('cameras', migrations)
      await readInTurn()
      poll()
    },
    async add(camera, by) {
      refuseConfigured(camera.id)
      if (config.cameras.length >= mostCameras)
        throw new AppError('QLY_CONFLICT', `there are ${mostCameras} cameras already`)
      const stored = await opened()
        .db.insertInto('camera')
        .values({ id: camera.id, ...rowOf(camera, by) })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .execute()
      if (stored.length === 0) throw new AppError('QLY_CONFLICT', `there is a camera "${camera.id}" already`)
      await readInTurn()
    },
    async replace(camera, by) {
      refuseConfigured(camera.id)
      const row = rowOf(camera, by, added.get(camera.id)?.version)
      const stored = await opened()
        .db.updateTable('camera')
        .set(row)
        .where('id', '=', camera.id)
        .returning('id')
        .execute()
      if (stored.length === 0) throw new AppError('QLY_NOT_FOUND', `no camera "${camera.id}" was added`)
      await readInTurn()
    },
    async remove(id) {
      refuseConfigured(id)
      const gone = await opened().db.deleteFrom('camera').where('id', '=', id).returning('id').execute()
      if (gone.length === 0) throw new AppError('QLY_NOT_FOUND', `no camera "${id}" was added`)
      await readInTurn()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async stop() {
      stopped = true
      cancel()
      await reading
    },
  }
}
