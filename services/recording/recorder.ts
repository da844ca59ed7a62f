// What runs where cameras are seen: their recorders, the consumer of alerts and frames, and the rounds: sweep, clips, watch, check.
import type { CameraConfig } from '../contracts/config/cameras.ts'
import type { Config } from '../contracts/config/config.ts'
import { AppError, asAppError } from '../contracts/errors.ts'
import type { CameraPacketSink } from '../contracts/packets.ts'
import { createCameraIndex } from '../kernel/cameras/camera-index.ts'
import type { RoomDatabase } from '../kernel/database/database.ts'
import type { Subscription } from '../kernel/event-bus/event-bus.ts'
import { createTransactionalConsumer } from '../kernel/transactional-consumer/transactional-consumer.ts'
import { checkRecordings } from './check/check-recordings.ts'
import { clipWanted, makeClips } from './clips/clip-worker.ts'
import { judgeRecording, type RecordingState, recordingNews } from './health/recording-watch.ts'
import { addMarks, addSightings, alertMark } from './index/marks.ts'
import { createMotionKeeper } from './index/motion-keeper.ts'
import { createSegmentIndex } from './index/segment-index.ts'
import { createRecordingMetrics } from './recording-metrics.ts'
import type { RecordingDeps } from './recording-service.ts'
import type { RecordingTables } from './recording-tables.ts'
import { keepingRules, rulesOfStrangers } from './retention/expiry.ts'
import { sweep } from './retention/sweep.ts'
import { createRounds } from './rounds.ts'
import { type CameraRecorder, createCameraRecorder } from './segments/camera-recorder.ts'
import { createSegmentStore } from './segments/segment-store.ts'

export interface Recorder {
  start(signal: AbortSignal): Promise<void>
  stop(): Promise<void>
  open(camera: CameraConfig): CameraPacketSink
}

export type RecorderDeps = Omit<RecordingDeps, 'database'> & {
  readonly room: RoomDatabase<RecordingTables>
  readonly directory: string
  readonly freeBytes?: () => Promise<number>
}

/** A clip waits for its last segment to be closed: a segment's length, a late key frame, a stream that comes back. */
const clipSlackMs = 45_000

export function createRecorder(deps: RecorderDeps, config: Config): Recorder {
  const { bus, room, clock, logger, directory } = deps
  const { recording } = config
  const metrics = createRecordingMetrics(deps.registry)
  const index = createSegmentIndex(room)
  const cameras = createCameraIndex(config)
  const rulesOf = (id: string) => keepingRules(recording, cameras.get(id)?.recording)
  const recorded = (id: string | undefined) =>
    id !== undefined && cameras.get(id) !== undefined && rulesOf(id) !== undefined
  const open = new Map<string, { camera: CameraConfig; recorder: CameraRecorder; said: RecordingState | undefined }>()
  /** monotonic ms of the newest analysed picture of each camera */
  const seen = new Map<string, number>()
  let full: string | undefined
  let frames: Subscription | undefined

  const store = createSegmentStore({
    directory,
    add: index.add,
    refuse: () => (full === undefined ? undefined : new AppError('QLY_STORAGE_FULL', full)),
  })
  const consumer = createTransactionalConsumer<RecordingTables, 'qly.alert.v1'>(deps, {
    name: 'recording',
    topics: ['qly.alert.v1'],
    from: { time: clock.now() - recording.bufferSeconds * 1000 },
    wants: ({ event }) => recorded(event.data.alert.source.camera),
    async handle({ event }, db) {
      const mark = alertMark(event.data, recording.clip)
      if (mark) await addMarks(db, [mark])
      const clip = clipWanted(event.data, recording.clip)
      if (clip) {
        await db
          .insertInto('clip')
          .values(clip)
          .onConflict((conflict) => conflict.column('alert').doNothing())
          .execute()
      }
      return []
    },
  })

  async function sweepOnce(): Promise<void> {
    const strangers = rulesOfStrangers(recording)
    const rules = { ...recording, ofCamera: (id: string) => rulesOf(id) ?? strangers }
    const swept = await sweep(room, directory, rules, clock.now(), deps.freeBytes)
    metrics.used.set(swept.usedBytes)
    metrics.free.set(swept.freeBytes)
    metrics.removed.inc({ why: 'expired' }, swept.expired)
    metrics.removed.inc({ why: 'evicted' }, swept.evicted)
    const says = swept.full
      ? `${directory} has less than ${recording.minimumFreeBytes} bytes free, and there is no recording left to remove`
      : undefined
    if (says !== full) logger[says ? 'error' : 'info']({ ...swept }, says ?? 'there is room for recordings again')
    full = says
  }

  async function watch(): Promise<void> {
    const now = clock.monotonic()
    for (const entry of open.values()) {
      const { camera, recorder, said } = entry
      const state = judgeRecording(recorder.state, seen.get(camera.id), now, recording.failAfterSeconds * 1000)
      metrics.working.set({ camera: camera.id }, state === 'failing' ? 0 : 1)
      if (state === said) continue
      const reason = recorder.state.fault ?? full
      if (state === 'failing') logger.error({ camera: camera.id, reason }, 'a camera that plays is not recorded')
      await bus.publish(recordingNews(camera, said, state, reason, clock.now()))
      entry.said = state
    }
  }

  async function check(options: { untouchedSince?: number; evidence: boolean }): Promise<void> {
    const found = await checkRecordings({ ...deps, index }, { repair: true, ...options })
    for (const [what, list] of Object.entries(found)) {
      if (Array.isArray(list)) metrics.orphans.set({ what }, list.length)
    }
    const faults = found.unreadable.length + found.rowsWithoutFiles.length
    const proof = found.evidenceMissing.length + found.evidenceWrong.length
    if (proof > 0) logger.error({ ...found }, 'evidence is missing or was changed')
    else if (faults + found.takenIn > 0) logger.warn({ ...found }, 'recordings and their index differed; repaired')
  }

  const rounds = createRounds({ clock, logger }, [
    { name: 'sweep', everyMs: recording.sweepSeconds * 1000, run: sweepOnce },
    {
      name: 'clips',
      everyMs: 1000,
      run: () => makeClips({ ...deps, index, consumer, metrics }, (id) => open.has(id), clipWaitMs(recording)),
    },
    { name: 'watch', everyMs: Math.min(5000, (recording.failAfterSeconds * 1000) / 4), run: watch },
    {
      name: 'check',
      everyMs: recording.checkHours * 3_600_000,
      run: () => check({ evidence: true }),
      first: 'after a round',
    },
  ])

  return {
    async start(signal) {
      const startedAt = clock.now()
      await consumer.start(signal)
      frames = await bus.subscribe(
        { topics: ['qly.detection.v1'], group: 'recording-frames', from: 'latest' },
        async (batch) => {
          const analysed = batch.flatMap(({ event }) =>
            event.type === 'cn.qianliyan.frame.analysed.v1' && recorded(event.data.cameraId) ? [event.data] : [],
          )
          for (const { cameraId } of analysed) seen.set(cameraId, clock.monotonic())
          if (analysed.length > 0) await room.transaction((db) => addSightings(db, analysed))
        },
      )
      // what a killed process left is taken in before any clip is judged; with one process for the database nobody else writes here
      const alone = room.engine === 'sqlite' ? { untouchedSince: startedAt } : {}
      rounds.start(() => check({ ...alone, evidence: false }))
    },
    open(camera) {
      if (!recorded(camera.id)) return notRecorded
      const recorder = createCameraRecorder({ clock, store }, camera.id, recording, {
        onBytes: (count) => metrics.bytes.inc({ camera: camera.id }, count),
        onGivenUp: (count) => metrics.givenUp.inc({ camera: camera.id }, count),
        onFault(error) {
          metrics.faults.inc({ camera: camera.id })
          logger.debug({ camera: camera.id, err: error }, 'a segment could not be written')
        },
      })
      open.set(camera.id, { camera, recorder, said: undefined })
      const rules = rulesOf(camera.id)
      // where motion keeps nothing for longer, nobody needs to look for it
      const motion =
        rules && rules.motionMs > rules.plainMs ? createMotionKeeper({ room, logger }, camera.id) : undefined
      return {
        begin: (stream) => recorder.begin(stream),
        take: (packet) => recorder.take(packet),
        end: (reason) => recorder.end(reason),
        ...(motion ? { motion: motion.moved } : {}),
        async close() {
          open.delete(camera.id)
          metrics.working.remove({ camera: camera.id })
          await Promise.all([recorder.close(), motion?.close()])
        },
      }
    },
    async stop() {
      await rounds.stop()
      await frames?.stop()
      await consumer.stop().catch((error: unknown) => logger.warn({ err: asAppError(error) }, 'recording stopped late'))
    },
  }
}

const clipWaitMs = ({ segmentSeconds }: Config['recording']): number => clipSlackMs + 2000 * segmentSeconds

const notRecorded: CameraPacketSink = {
  begin() {},
  take() {},
  end() {},
  close: async () => {},
}
