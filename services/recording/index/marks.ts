// Why a time is worth more than its neighbours (an alert, something that moved), and what was seen in each frame, for playing back with boxes.
import type { Transaction } from 'kysely'
import type { AlertChanged } from '../../contracts/events/alert-changed-v1.ts'
import type { FrameAnalysed } from '../../contracts/events/frame-analysed-v1.ts'
import { fromJson, type RoomDatabase, toJson } from '../../kernel/database/database.ts'
import type { RecordingTables } from '../recording-tables.ts'

type Db = RoomDatabase<RecordingTables>['db'] | Transaction<RecordingTables>

export interface NewMark {
  readonly camera: string
  readonly kind: 'alert' | 'motion'
  readonly ref: string
  readonly started_at: number
  readonly ended_at: number
  readonly body: string
}

/** Idempotent by camera, kind and ref. Segments that are in the index already take it on. */
export async function addMarks(db: Db, marks: readonly NewMark[]): Promise<void> {
  for (const mark of marks) {
    const { numInsertedOrUpdatedRows: added } = await db
      .insertInto('mark')
      .values(mark)
      .onConflict((conflict) => conflict.columns(['camera', 'kind', 'ref']).doNothing())
      .executeTakeFirst()
    if (!added) continue
    await db
      .updateTable('segment')
      .set({ [mark.kind]: 1 })
      .where('camera', '=', mark.camera)
      .where('started_at', '<', mark.ended_at)
      .where('ended_at', '>', mark.started_at)
      .where(mark.kind, '=', 0)
      .execute()
  }
}

export interface AlertMark {
  readonly alertId: string
  readonly kind: string
  readonly severity: string
  readonly action: string
}

/** Steps around which pictures are worth keeping; between them an alert may last for hours in which nothing happens. */
const telling: ReadonlySet<string> = new Set(['opened', 'severity_changed', 'escalated', 'cleared'])

/** The mark of a step of an alert; undefined for steps that show nothing, and for alerts without a camera. */
export function alertMark(
  { alert, step }: AlertChanged,
  around: { readonly beforeSeconds: number; readonly afterSeconds: number },
): NewMark | undefined {
  const { camera } = alert.source
  if (camera === undefined || !telling.has(step.action)) return undefined
  const at = momentOf({ alert, step })
  const body: AlertMark = { alertId: alert.id, kind: alert.kind, severity: alert.severity, action: step.action }
  return {
    camera,
    kind: 'alert',
    ref: `${alert.id}/${step.action}/${at}`,
    started_at: at - around.beforeSeconds * 1000,
    ended_at: at + around.afterSeconds * 1000 + 1,
    body: toJson(body),
  }
}

/** When it happened, by the camera's clock where a picture of it says that. */
export function momentOf({ alert, step }: AlertChanged): number {
  const told = Date.parse(step.at)
  if (step.action !== 'opened') return told
  const pictured = alert.evidence.map(({ at }) => Date.parse(at)).filter((at) => Math.abs(at - told) < 60_000)
  return pictured.length > 0 ? Math.max(...pictured) : Date.parse(alert.openedAt)
}

/** An object in a frame, as it is kept: label, score, track, box (fractions of the picture). */
export type SightedObject = readonly [
  label: string,
  score: number,
  track: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
]

const motionBucketMs = 10_000
/** what has stood for less than this moves */
const movingSeconds = 2
const round = (value: number, by: number) => Math.round(value * by) / by

/** What is kept of analysed frames. Idempotent by camera and time; frames of several models at one time are joined by whoever reads. */
export async function addSightings(db: Db, frames: readonly FrameAnalysed[]): Promise<void> {
  const motion = new Map<string, NewMark>()
  for (const frame of frames) {
    if (frame.objects.length === 0) continue
    const at = Date.parse(frame.capturedAt)
    const objects = frame.objects.map(({ label, score, trackId, box }): SightedObject => {
      const [x1, y1, x2, y2] = box.map((value) => round(value, 10_000)) as [number, number, number, number]
      return [label, round(score, 100), trackId, x1, y1, x2, y2]
    })
    await db
      .insertInto('sighting')
      .values({ camera: frame.cameraId, at, body: toJson(objects) })
      .onConflict((conflict) => conflict.columns(['camera', 'at']).doNothing())
      .execute()
    if (!frame.objects.some(({ stationarySeconds }) => stationarySeconds < movingSeconds)) continue
    const mark = motionMark(frame.cameraId, at)
    motion.set(`${mark.camera} ${mark.ref}`, mark)
  }
  await addMarks(db, [...motion.values()])
}

/** The period in which something moved at this time. */
export function motionMark(camera: string, at: number): NewMark {
  const started_at = Math.floor(at / motionBucketMs) * motionBucketMs
  return {
    camera,
    kind: 'motion',
    ref: String(started_at),
    started_at,
    ended_at: started_at + motionBucketMs,
    body: '{}',
  }
}

export interface Sighting {
  readonly at: number
  readonly objects: readonly SightedObject[]
}

export async function sightingsBetween(
  db: Db,
  camera: string,
  from: number,
  to: number,
  limit: number,
): Promise<Sighting[]> {
  const rows = await db
    .selectFrom('sighting')
    .select(['at', 'body'])
    .where('camera', '=', camera)
    .where('at', '>=', from)
    .where('at', '<', to)
    .orderBy('at')
    .limit(limit)
    .execute()
  return rows.map(({ at, body }) => ({ at: Number(at), objects: fromJson<SightedObject[]>(body) }))
}

export async function alertMarksBetween(db: Db, camera: string, from: number, to: number) {
  const rows = await db
    .selectFrom('mark')
    .selectAll()
    .where('camera', '=', camera)
    .where('kind', '=', 'alert')
    .where('ended_at', '>', from)
    .where('started_at', '<', to)
    .orderBy('started_at')
    .limit(1000)
    .execute()
  return rows.map(({ started_at, ended_at, body }) => ({
    from: started_at,
    to: ended_at,
    ...fromJson<AlertMark>(body),
  }))
}
