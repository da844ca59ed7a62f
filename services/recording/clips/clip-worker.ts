// Makes the clips that alerts want, once their seconds after are recorded. Wishes are rows, so a restart in between loses none;
// a clip is told in the transaction that marks it made, and its event id comes from the alert, so it is told once.
import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createEvent } from '../../contracts/cloud-event.ts'
import { asAppError } from '../../contracts/errors.ts'
import type { AlertChanged } from '../../contracts/events/alert-changed-v1.ts'
import { evidenceRecordedV1 } from '../../contracts/events/evidence-recorded-v1.ts'
import { clipPrefix } from '../../contracts/evidence.ts'
import { fromJson, type RoomDatabase } from '../../kernel/database/database.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { TransactionalConsumer } from '../../kernel/transactional-consumer/transactional-consumer.ts'
import { momentOf } from '../index/marks.ts'
import type { SegmentIndex } from '../index/segment-index.ts'
import type { RecordingMetrics } from '../recording-metrics.ts'
import type { RecordingTables } from '../recording-tables.ts'
import { planClip } from './clip-plan.ts'
import { joinSegments } from './join-segments.ts'

type Clip = RecordingTables['clip']

/** The clip that a new alert wants; undefined for steps and kinds that want none. */
export function clipWanted(
  changed: AlertChanged,
  around: { readonly beforeSeconds: number; readonly afterSeconds: number },
): Clip | undefined {
  const { alert, step } = changed
  const { camera } = alert.source
  // of a camera that is lost there is nothing to see
  if (step.action !== 'opened' || camera === undefined || alert.kind === 'device_offline') return undefined
  const moment = momentOf(changed)
  return {
    alert: alert.id,
    camera,
    moment,
    started_at: moment - around.beforeSeconds * 1000,
    ended_at: moment + around.afterSeconds * 1000,
    state: 'waiting',
    key: null,
    sha256: null,
    reason: null,
  }
}

export interface ClipWorkerDeps extends Pick<Kernel, 'clock' | 'logger' | 'objectStore'> {
  readonly room: RoomDatabase<RecordingTables>
  readonly index: Pick<SegmentIndex, 'between'>
  readonly consumer: Pick<TransactionalConsumer<RecordingTables>, 'run'>
  readonly directory: string
  readonly metrics: RecordingMetrics
}

/** Makes what can be made now, of these cameras. `waitMs`: how long after its end a clip waits for the rest of its time. */
export async function makeClips(
  deps: ClipWorkerDeps,
  isOurs: (camera: string) => boolean,
  waitMs: number,
): Promise<void> {
  const { room, index, clock, logger } = deps
  const now = clock.now()
  const due = await room.db
    .selectFrom('clip')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('ended_at', '<=', now)
    .orderBy('ended_at')
    .limit(100)
    .execute()
  for (const clip of due) {
    // nobody has the camera, e.g. after its worker died: whoever is there makes it at last
    if (!isOurs(clip.camera) && now < clip.ended_at + waitMs) continue
    const segments = await index.between(clip.camera, clip.started_at, clip.ended_at)
    const plan = planClip(clip, segments, now, waitMs)
    if (plan.do === 'wait') continue
    if (plan.do === 'give up') {
      await finish(deps, clip, { state: 'failed', reason: plan.reason })
      continue
    }
    try {
      const rows = segments.filter((row) => plan.segments.some(({ path }) => path === row.path))
      await cut(
        deps,
        clip,
        rows.map((row) => ({ ...row, keys: fromJson<number[]>(row.keys) })),
        plan.complete,
      )
    } catch (error) {
      const { retryable, message } = asAppError(error)
      logger.warn({ alert: clip.alert, camera: clip.camera, err: error }, 'a clip could not be made')
      if (!retryable) await finish(deps, clip, { state: 'failed', reason: message.slice(0, 500) })
    }
  }
}

async function cut(
  deps: ClipWorkerDeps,
  clip: Clip,
  segments: Parameters<typeof joinSegments>[1],
  complete: boolean,
): Promise<void> {
  const { directory, objectStore } = deps
  const folder = join(directory, '.clips')
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${clip.alert.replace(/[^A-Za-z0-9]/g, '_')}.mp4`)
  try {
    const { from, to } = await joinSegments(directory, segments, [clip.started_at, clip.ended_at], file)
    const { key, sha256 } = await objectStore.put(createReadStream(file), {
      prefix: clipPrefix(clip.camera),
      mediaType: 'video/mp4',
      at: clip.moment,
    })
    await finish(deps, clip, { state: 'made', key, sha256 }, { from, to, complete })
  } finally {
    await rm(file, { force: true })
  }
}

async function finish(
  { consumer, clock, metrics }: ClipWorkerDeps,
  clip: Clip,
  end: { state: 'made'; key: string; sha256: string } | { state: 'failed'; reason: string },
  told?: { from: number; to: number; complete: boolean },
): Promise<void> {
  const iso = (at: number) => new Date(at).toISOString()
  await consumer.run(async (db) => {
    const { numUpdatedRows } = await db
      .updateTable('clip')
      .set(end)
      .where('alert', '=', clip.alert)
      .where('state', '=', 'waiting')
      .executeTakeFirst()
    if (Number(numUpdatedRows) === 0 || end.state !== 'made' || !told) return []
    const origin = { source: '/recording', id: `${clip.alert}/clip`, subject: clip.camera, time: clock.now() }
    const event = createEvent(evidenceRecordedV1, origin, {
      alertId: clip.alert,
      cameraId: clip.camera,
      from: iso(told.from),
      to: iso(told.to),
      complete: told.complete,
      evidence: [
        { url: `/api/v1/evidence/${end.key}`, sha256: end.sha256, at: iso(clip.moment), role: 'clip' as const },
      ],
    })
    return [{ topic: 'qly.recording.v1' as const, event }]
  })
  metrics.clips.inc({ outcome: end.state === 'failed' ? 'failed' : told?.complete ? 'complete' : 'partial' })
}
