// Pilots' footage on the same path as cameras: uploaded videos and JPEGs (qly.footage.v1, group `eyes-footage`) are shown to vision one at a time,
// behind the live cameras, and what they show is told. One that was interrupted begins again with the next start; one that cannot be read has failed.
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import sharp from 'sharp'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { Config } from '../../contracts/config/config.ts'
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { FootageChanged } from '../../contracts/events/footage-changed-v1.ts'
import type { CameraEyes } from '../../contracts/frames.ts'
import type { Subscription } from '../../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Service } from '../../kernel/lifecycle/service.ts'
import { counter } from '../../kernel/metrics/metrics.ts'
import { createLimit } from '../pictures/at-once.ts'
import { type AnalysisStore, openAnalysisStore } from './analysis-store.ts'
import { placeOf } from './picture-place.ts'
import { watchFootage } from './watch-footage.ts'

export type FootageAnalysisDeps = Pick<Kernel, 'bus' | 'database' | 'objectStore' | 'clock' | 'logger' | 'registry'>

const leftoverMs = 24 * 3_600_000
/** A recording older than this at its upload: rather a drone whose clock is not set. */
const oldestMs = 30 * 24 * 3_600_000

/** Give it to app after vision, whose `eyes` it uses, so that it is stopped before. */
export function createFootageAnalysis(deps: FootageAnalysisDeps, config: Config, eyes: CameraEyes): Service {
  const { bus, objectStore, clock, logger, registry } = deps
  const directory = path.join(config.dataDir, 'footage-analysis')
  const outcomes = counter(registry, 'qianliyan_media_footage_total', 'Footage that was analysed, or failed.', [
    'outcome',
  ])
  const oneAtATime = createLimit(1)
  let store: AnalysisStore | undefined
  let subscription: Subscription | undefined
  let stopped: Promise<void> | undefined

  const take = async (known: AnalysisStore, changed: FootageChanged, signal: AbortSignal) => {
    if (changed.telemetry) await known.keepSideCar(changed, changed.telemetry)
    if (changed.state !== 'uploaded' || !isShown(changed.name) || config.footage.models.length === 0) return
    await oneAtATime(async () => {
      signal.throwIfAborted()
      if (!(await known.isDone(changed.footageId))) await analyse(known, changed, signal)
    })
  }

  const analyse = async (known: AnalysisStore, uploaded: FootageChanged, signal: AbortSignal) => {
    await known.begin(uploaded)
    const { footageId, name } = uploaded
    const file = path.join(directory, `${randomUUID()}${path.extname(name)}`)
    try {
      const telemetry = await known.telemetryOf(uploaded)
      await fetchObject(uploaded.key, file, signal)
      const location = telemetry?.location ?? (isPicture(name) ? await pictureLocation(file) : undefined)
      const camera = cameraOf(uploaded, location, config.footage)
      const beganAt = beganAtOf(uploaded, telemetry?.beganAt)
      const footage = { camera, path: file, isPicture: isPicture(name), beganAt }
      const seen = await watchFootage({ clock, logger, eyes }, config.media, footage, signal)
      const summary = { ...seen, ...(location ? { location } : {}) }
      await known.end(uploaded, { state: 'analysed', summary })
      outcomes.inc({ outcome: 'analysed' })
      logger.info({ footage: footageId, ...summary }, 'footage analysed')
    } catch (error) {
      const failure = asAppError(error)
      if (signal.aborted || failure.retryable) throw error
      await known.end(uploaded, { state: 'failed', reason: failure.message })
      outcomes.inc({ outcome: 'failed' })
      logger.warn({ footage: footageId, reason: failure.message }, 'footage cannot be analysed')
    } finally {
      await rm(file, { force: true })
    }
  }

  const fetchObject = async (key: string | undefined, file: string, signal: AbortSignal) => {
    if (key === undefined) throw new AppError('QLY_NOT_FOUND', 'it is not said where the footage is kept')
    const { stream } = await objectStore.get(key)
    try {
      await pipeline(stream, createWriteStream(file), { signal })
    } catch (error) {
      const full = (error as NodeJS.ErrnoException).code === 'ENOSPC'
      throw asAppError(error, full ? 'QLY_STORAGE_FULL' : 'QLY_STORAGE_UNAVAILABLE')
    }
  }

  return {
    name: 'footage-analysis',
    level: 'source',
    async start(signal) {
      await mkdir(directory, { recursive: true })
      await removeLeftovers(directory, clock.now() - leftoverMs)
      signal.throwIfAborted()
      const known = await openAnalysisStore(deps, signal)
      store = known
      signal.throwIfAborted()
      const options = { topics: ['qly.footage.v1'] as const, group: 'eyes-footage', maximumBatch: 1 }
      subscription = await bus.subscribe(options, async (deliveries, ending) => {
        for (const { event } of deliveries) await take(known, event.data, ending)
      })
    },
    stop() {
      stopped ??= (async () => {
        await subscription?.stop()
        store?.close()
        await store?.stop()
      })()
      return stopped
    },
  }
}

const isPicture = (name: string) => /\.jpe?g$/i.test(name)
const isShown = (name: string) => isPicture(name) || /\.(mp4|mov|mkv|ts)$/i.test(name)

/** What is no picture at all is found out when it is shown. */
async function pictureLocation(file: string): Promise<CameraConfig['location']> {
  const { exif } = await sharp(file)
    .metadata()
    .catch(() => ({ exif: undefined }))
  return placeOf(exif)
}

/** Footage as vision sees a camera: a drone that looks down on nothing in particular, so without zones. */
function cameraOf(
  { footageId, name }: FootageChanged,
  location: CameraConfig['location'],
  { models, fps }: Config['footage'],
): CameraConfig {
  const id = `footage-${footageId}`
  return {
    // an identifier, also where the id of an upload would be none
    id: /^[\w.-]{1,64}$/.test(id) ? id : `footage-${createHash('sha256').update(footageId).digest('hex').slice(0, 32)}`,
    name: name.slice(0, 128),
    kind: 'drone',
    source: 'file:///footage',
    loop: false,
    transport: 'tcp',
    fps,
    models: [...models],
    zones: [],
    ...(location ? { location } : {}),
  }
}

/** When it was recorded, as its side-car says; where that cannot be, or is not known, the time of the upload. */
function beganAtOf({ at }: FootageChanged, said: string | undefined): number {
  const [uploaded, began] = [Date.parse(at), Date.parse(said ?? '')]
  return began <= uploaded && began >= uploaded - oldestMs ? began : uploaded
}

/** Copies that a killed process left; those of another process that runs are younger. */
async function removeLeftovers(directory: string, before: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name)
    const found = await stat(file).catch(() => undefined)
    if (found && found.mtimeMs < before) await rm(file, { force: true })
  }
}
