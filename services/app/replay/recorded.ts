// The recording of a camera, and what vision told of it while it was live: out of the data of a deployment, or from the API of a running one.
import type { Config } from '../../contracts/config/config.ts'
import { AppError } from '../../contracts/errors.ts'
import type { RecordedPart, RecordingLibrary } from '../../contracts/recordings.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { createLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { inboxOutboxMigrations } from '../../kernel/transactional-consumer/transactional-consumer.ts'
import { createLibrary } from '../../recording/playback/library.ts'
import { recordingsFolder } from '../../recording/recording-service.ts'
import { type RecordingTables, recordingMigrations } from '../../recording/recording-tables.ts'
import { createEngines } from '../engines.ts'
import { type ToldFinding, told } from './compare.ts'
import { createRemoteLibrary, type RemoteAccess } from './remote-library.ts'

export interface Recorded {
  /** what vision told in [from, to) while it was live, in order */
  readonly findings: readonly ToldFinding[]
  /** seconds of [from, to) that are recorded */
  readonly seconds: number
  /** from `lead` before `from` on; may be read more than once */
  readonly parts: AsyncIterable<RecordedPart>
  /** where it was read */
  readonly source: string
}

/** A time of a camera: [from, to) in ms since the epoch, and how much before it is wanted as well. */
export interface WantedTime {
  readonly cameraId: string
  readonly from: number
  readonly to: number
  readonly leadMs: number
}

export type ReplayLibrary = Pick<RecordingLibrary, 'timeline' | 'findings' | 'readInOrder'>

/**
 * Looks up a time of a recording. The data is held only while that is done, so the system may be started meanwhile. Where a running system on
 * embedded engines has the data, its API is asked. QLY_NOT_FOUND where nothing is recorded then; QLY_DATA_LOCKED where the running system cannot be asked.
 */
export async function findRecorded(
  config: Config,
  wanted: WantedTime,
  { server, signal }: { server: string | undefined; signal: AbortSignal },
): Promise<Recorded> {
  const access = accessOf(config, server)
  if (server !== undefined) return lookUp(remote(access, signal), wanted, server)
  try {
    return await withOwnData(config, signal, (library) => lookUp(library, wanted, recordingsFolder(config)))
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'QLY_DATA_LOCKED') throw error
    return await lookUp(remote(access, signal, error), wanted, access.url)
  }
}

async function lookUp(
  library: ReplayLibrary,
  { cameraId, from, to, leadMs }: WantedTime,
  source: string,
): Promise<Recorded> {
  const { spans } = await library.timeline(cameraId, from, to)
  if (spans.length === 0) {
    const iso = (at: number) => new Date(at).toISOString()
    throw new AppError(
      'QLY_NOT_FOUND',
      `nothing of ${cameraId} is recorded between ${iso(from)} and ${iso(to)} in ${source}; see GET /api/v1/cameras/${cameraId}/recordings for what is`,
    )
  }
  const findings = await library.findings(cameraId, from, to)
  const seconds = spans.reduce((sum, span) => sum + Date.parse(span.to) - Date.parse(span.from), 0) / 1000
  const parts = await library.readInOrder(cameraId, from - leadMs, to)
  return { findings: findings.map(told), seconds, parts, source }
}

async function withOwnData<Result>(
  config: Config,
  signal: AbortSignal,
  use: (library: ReplayLibrary) => Promise<Result>,
): Promise<Result> {
  const deps = { clock: systemClock, logger: createLogger({ level: 'warn', pretty: true }), registry: createMetrics() }
  const { kernel } = createEngines(deps, config)
  await kernel.database.start(signal)
  try {
    const migrations = { ...inboxOutboxMigrations, ...recordingMigrations }
    const room = await kernel.database.room<RecordingTables>('recording', migrations)
    await kernel.bus.start(signal)
    try {
      return await use(createLibrary({ ...kernel, room, directory: recordingsFolder(config) }, config))
    } finally {
      await kernel.bus.stop()
    }
  } finally {
    await kernel.database.stop()
  }
}

function remote({ url, token }: { url: string; token: string | undefined }, signal: AbortSignal, cause?: AppError) {
  if (token !== undefined) return createRemoteLibrary({ url, token, signal } satisfies RemoteAccess)
  const held = cause ? `${cause.message}. A running system can be asked: ` : ''
  throw new AppError(
    cause?.code ?? 'QLY_UNAUTHENTICATED',
    `${held}set QLY_ADMIN_TOKEN to a token of ${url} that may see recordings (the one it was started with, or one of POST /api/v1/tokens)`,
    { cause },
  )
}

/** Where the system with this configuration answers, unless `server` says otherwise. */
function accessOf({ bind, http }: Config, server: string | undefined): { url: string; token: string | undefined } {
  const host = bind === '0.0.0.0' || bind === '::' ? '127.0.0.1' : bind.includes(':') ? `[${bind}]` : bind
  const own = `${http.tls ? 'https' : 'http'}://${host}:${http.port}`
  return { url: (server ?? own).replace(/\/+$/, ''), token: http.adminToken }
}
