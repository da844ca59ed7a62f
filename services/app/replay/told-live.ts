// The recording of a camera, and what vision told of it while it was live, out of the data of a deployment.
import { eventIdentity } from '../../contracts/cloud-event.ts'
import type { Config } from '../../contracts/config/config.ts'
import { AppError } from '../../contracts/errors.ts'
import type { RecordedPart } from '../../contracts/recordings.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import type { EventBus } from '../../kernel/event-bus/event-bus.ts'
import { createLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { inboxOutboxMigrations } from '../../kernel/transactional-consumer/transactional-consumer.ts'
import { createLibrary } from '../../recording/playback/library.ts'
import { recordingsFolder } from '../../recording/recording-service.ts'
import { type RecordingTables, recordingMigrations } from '../../recording/recording-tables.ts'
import { createEngines } from '../engines.ts'
import { type ToldFinding, told } from './compare.ts'

export interface Recorded {
  /** what vision told in [from, to), in order; the bus keeps it for `retention` of qly.detection.v1 (7 days) */
  readonly findings: readonly ToldFinding[]
  /** seconds of [from, to) that are recorded */
  readonly seconds: number
  parts(from: number, to: number): AsyncIterable<RecordedPart>
}

/**
 * Opens the data of a deployment for `use`. QLY_NOT_FOUND where nothing of the camera is recorded in [from, to), ms since the epoch; QLY_DATA_LOCKED
 * where a running system on embedded engines holds it: stop that, or give it PostgreSQL and Kafka.
 */
export async function withRecorded<Result>(
  config: Config,
  cameraId: string,
  [from, to]: readonly [number, number],
  signal: AbortSignal,
  use: (recorded: Recorded) => Promise<Result>,
): Promise<Result> {
  const deps = { clock: systemClock, logger: createLogger({ level: 'warn', pretty: true }), registry: createMetrics() }
  const { kernel } = createEngines(deps, config)
  await kernel.database.start(signal)
  try {
    const room = await kernel.database.room<RecordingTables>('recording', {
      ...inboxOutboxMigrations,
      ...recordingMigrations,
    })
    const library = createLibrary({ ...kernel, room, directory: recordingsFolder(config) }, config)
    const { spans } = await library.timeline(cameraId, from, to)
    if (spans.length === 0) {
      const iso = (at: number) => new Date(at).toISOString()
      throw new AppError(
        'QLY_NOT_FOUND',
        `nothing of ${cameraId} is recorded between ${iso(from)} and ${iso(to)} in ${recordingsFolder(config)}; see GET /api/v1/cameras/${cameraId}/recordings for what is`,
      )
    }
    const seconds = spans.reduce((sum, span) => sum + Date.parse(span.to) - Date.parse(span.from), 0) / 1000
    await kernel.bus.start(signal)
    try {
      const findings = await toldBetween(kernel.bus, cameraId, [from, to], signal)
      return await use({ findings, seconds, parts: (begin, end) => library.readInOrder(cameraId, begin, end) })
    } finally {
      await kernel.bus.stop()
    }
  } finally {
    await kernel.database.stop()
  }
}

/** What is told of a frame is on the bus a moment after it, never before. */
async function toldBetween(
  bus: EventBus,
  cameraId: string,
  [from, to]: readonly [number, number],
  signal: AbortSignal,
): Promise<ToldFinding[]> {
  const findings = new Map<string, ToldFinding>()
  const reading = await bus.tail({ topics: ['qly.detection.v1'], from: { time: from }, signal }, ({ event }) => {
    if (event.type !== 'cn.qianliyan.finding.changed.v1' || event.data.cameraId !== cameraId) return
    const at = Date.parse(event.data.at)
    if (event.source === `/vision/${cameraId}` && at >= from && at < to)
      findings.set(eventIdentity(event), told(event.data))
  })
  while ((await reading.lag()) > 0) await systemClock.sleep(5, signal)
  await reading.stop()
  return [...findings.values()]
}
