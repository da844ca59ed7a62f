// The vision room: opens cameras with their models and saved state, sees their frames, tells what it finds.
import type { CameraConfig } from '../contracts/config/cameras.ts'
import type { Config } from '../contracts/config/config.ts'
import { AppError } from '../contracts/errors.ts'
import type { CameraEyes, EyesOptions } from '../contracts/frames.ts'
import type { Clock } from '../kernel/clock/clock.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { createInbox } from '../kernel/transactional-consumer/inbox.ts'
import { createOutbox } from '../kernel/transactional-consumer/outbox.ts'
import { createWorkLoop, type WorkLoop } from '../kernel/transactional-consumer/work-loop.ts'
import { type AppearanceReader, createAppearanceReader } from './appearance/appearance-reader.ts'
import { type CameraEye, type CameraEyeDeps, createCameraEye } from './camera-eye.ts'
import { findsBoxes } from './detection/families/families.ts'
import { createEvidencePictures } from './evidence/evidence-pictures.ts'
import { createInferenceLane } from './inference/inference-lane.ts'
import { createInferencePool, type InferencePool, type InferencePoolDeps } from './inference/inference-pool.ts'
import { isMeasured } from './inference/thread-split.ts'
import { createThreadTuner, type ThreadTuner } from './inference/thread-tuner.ts'
import { createModelRegistry, type Model, type ModelRegistry } from './model-registry/model-registry.ts'
import { zonesSeenTooRarely } from './parking/parking-rules.ts'
import { createFramePublisher, type FramePublisher } from './publishing/frame-publisher.ts'
import { type CameraShadow, type CameraShadowDeps, createCameraShadow } from './shadow/camera-shadow.ts'
import { type CameraStore, createCameraStore } from './state/camera-store.ts'
import { createSplitStore } from './state/split-store.ts'
import { type VisionTables, visionMigrations } from './state/vision-tables.ts'
import { createVisionMetrics } from './vision-metrics.ts'
import { classesOf, isParkingZone } from './zones/zone-rules.ts'

export type VisionDeps = Pick<Kernel, 'bus' | 'database' | 'objectStore' | 'clock' | 'logger' | 'registry'> &
  Pick<InferencePoolDeps, 'openLane'>

/** What exists between start and stop. */
interface Running {
  readonly pool: InferencePool
  readonly models: ModelRegistry
  readonly store: CameraStore
  readonly loop: WorkLoop
  readonly stopping: AbortController
  readonly tuner: ThreadTuner | undefined
}

/** `eyes` is what media shows its frames to. Cameras are opened between start and stop. */
export function createVisionService(deps: VisionDeps, config: Config): Service & { readonly eyes: CameraEyes } {
  const { registry, clock } = deps
  const { logger } = deps
  const settings = { ...config.vision, timezone: config.timezone, crowdLimits: config.sensing.crowd }
  const metrics = createVisionMetrics(registry)
  const evidence = createEvidencePictures(deps, { ...settings.evidence, timezone: config.timezone })
  const publisher = createFramePublisher(
    { ...deps, logger },
    { publishFrames: settings.publishFrames, moveShare: settings.parking.moveShare },
  )
  const poolDeps: InferencePoolDeps = {
    logger,
    onLoaded(model, { provider, refused }) {
      const { name } = model
      running?.tuner?.loaded(model, provider)
      for (const { provider: preferred, reason } of refused) {
        logger.warn({ model: name, reason }, `${preferred} does not take the model; it runs on ${provider}`)
        metrics.provider.set({ model: name, provider: preferred }, 0)
      }
      metrics.provider.set({ model: name, provider }, 1)
    },
    onThreadDied: () => metrics.threadDeaths.inc(),
    onBatch: (pictures) => metrics.batch.observe(pictures),
    ...(deps.openLane ? { openLane: deps.openLane } : {}),
  }
  const cameras = new Map<string, Promise<CameraEye>>()
  let running: Running | undefined
  /** said once, not for every camera */
  let looksRefused = false
  let stopped: Promise<void> | undefined

  const openCamera = async (camera: CameraConfig, { recorded, onObjects }: EyesOptions): Promise<CameraEye> => {
    if (running === undefined || stopped)
      throw new AppError('QLY_INTERNAL', 'vision is not running', { retryable: true })
    const { pool, models, store } = running
    const opened = []
    for (const name of camera.models) opened.push(await models.open(name))
    warnOfIdleZones(camera, opened)
    if (recorded) await store.forget(camera.id)
    const { state, version } = await store.load(camera.id)
    const writer = store.writer(camera.id, version)
    const shared = { evidence, writer, metrics, logger }
    const look = camera.zones.some(isParkingZone) ? await openLook(running) : undefined
    if (!recorded) {
      const shadows = await openShadows(camera, opened, running)
      const onFound: CameraEyeDeps['onFound'] = (frame, found) => {
        for (const shadow of shadows) shadow.compare(frame, found)
      }
      const publisher = heardBy(onObjects)
      return withShadows(
        createCameraEye(
          { ...shared, pool, publisher, onFound, ...readerOf(look, pool) },
          camera,
          opened,
          state,
          settings,
        ),
        shadows,
      )
    }
    const patient: Pick<InferencePool, 'infer' | 'threads'> = {
      threads: pool.threads,
      infer: (key, owner, pictures, minimumScore, options) =>
        pool.infer(key, owner, pictures, minimumScore, { ...options, patient: true }),
    }
    // its counts of persons are no readings: no counter stands there now
    const quiet = { ...heardBy(onObjects), figures: () => {} }
    // every frame of it, so that it is told the same each time
    const whole = { ...camera, motion: false }
    const eye = createCameraEye(
      { ...shared, pool: patient, publisher: quiet, ...readerOf(look, patient) },
      whole,
      opened,
      state,
      settings,
    )
    const close = async () => {
      await eye.close()
      await store.forget(camera.id)
    }
    return { ...eye, close }
  }

  /** Without the embedding standing vehicles are told apart by their colours, so that it cannot be opened stops no camera. */
  const openLook = async ({ models }: Running): Promise<Model | undefined> => {
    const { model: name } = settings.parking.appearance
    if (name === '' || looksRefused) return undefined
    try {
      const model = await models.open(name)
      if (model.description.family === 'embedding') return model
      throw new AppError('QLY_MODEL_INVALID', `${name} is no embedding`)
    } catch (error) {
      looksRefused = true
      logger.warn({ model: name, err: error }, 'no embedding of vehicles: their colours alone tell them apart')
      return undefined
    }
  }

  const readerOf = (
    model: Model | undefined,
    pool: Pick<InferencePool, 'infer'>,
  ): { appearances?: AppearanceReader } => {
    if (model === undefined) return {}
    const { parking } = settings
    const rules = { samePlaceIou: parking.samePlaceIou, refreshMs: 1000 * parking.appearance.refreshSeconds }
    const onRun = (name: string, seconds: number) => metrics.inferenceSeconds.observe({ model: name }, seconds)
    return { appearances: createAppearanceReader({ pool, logger, onRun }, model, rules) }
  }

  /** A model in shadow that cannot be opened never keeps the camera from being looked at. */
  const openShadows = async (camera: CameraConfig, against: readonly Model[], { pool, models }: Running) => {
    const shadows: CameraShadow[] = []
    const infer: CameraShadowDeps['infer'] = (model, pictures, minimumScore) =>
      pool.infer(model.key, `shadow of ${camera.id}`, pictures, minimumScore, { patient: true })
    for (const name of camera.shadow ?? []) {
      try {
        const model = await models.open(name)
        if (!findsBoxes(model.description.family))
          throw new AppError('QLY_MODEL_INVALID', `${name} finds no boxes to be compared`)
        shadows.push(createCameraShadow({ ...deps, infer }, camera, { model, against }, settings))
      } catch (error) {
        logger.error({ camera: camera.id, model: name, err: error }, 'a model cannot be run in shadow')
      }
    }
    return shadows
  }

  const withShadows = (eye: CameraEye, shadows: readonly CameraShadow[]): CameraEye => ({
    ...eye,
    plan: { ...eye.plan, cuts: [...eye.plan.cuts, ...shadows.flatMap(({ cuts }) => cuts)] },
    async close() {
      await eye.close()
      await within(clock, 1000, Promise.all(shadows.map((shadow) => shadow.close())))
    },
  })

  const heardBy = (onObjects: EyesOptions['onObjects']): FramePublisher => ({
    ...publisher,
    analysed(camera, model, tracks, at) {
      publisher.analysed(camera, model, tracks, at)
      onObjects?.(tracks, at)
    },
  })

  /** A zone whose classes no model of the camera knows would be silent for ever; one that is seen too rarely would not be reliable. */
  const warnOfIdleZones = (camera: CameraConfig, models: readonly Model[]) => {
    for (const rarely of zonesSeenTooRarely(camera, settings)) {
      const says = 'too few frames within the dwell: vehicles that stop in turn may be taken for one that parks'
      logger.warn({ camera: camera.id, fps: camera.fps, ...rarely }, says)
    }
    const known = new Set(models.flatMap(({ classes }) => classes))
    for (const zone of camera.zones) {
      const wanted = classesOf(zone)
      if (wanted === undefined || wanted.some((label) => known.has(label))) continue
      const names = { camera: camera.id, zone: zone.id, wanted, models: camera.models }
      logger.warn(names, 'no model of the camera finds a class that counts in this zone')
    }
  }

  const closeCamera = async (cameraId: string): Promise<void> => {
    const eye = cameras.get(cameraId)
    cameras.delete(cameraId)
    metrics.cameras.set(cameras.size)
    await (await eye?.catch(() => undefined))?.close()
  }

  const eyes: CameraEyes = {
    async open(camera, options = {}) {
      await closeCamera(camera.id)
      const opening = openCamera(camera, options)
      cameras.set(camera.id, opening)
      metrics.cameras.set(cameras.size)
      try {
        return (await opening).plan
      } catch (error) {
        if (cameras.get(camera.id) === opening) cameras.delete(camera.id)
        metrics.cameras.set(cameras.size)
        throw error
      }
    },
    async see(frame, ready) {
      const eye = await cameras.get(frame.cameraId)
      // A frame of a camera that was just closed is late, not wrong.
      if (eye === undefined) return
      await eye.see(frame, ready)
      metrics.queue.set(running?.pool.queued ?? 0)
    },
    close: closeCamera,
  }

  return {
    name: 'vision',
    level: 'drain',
    eyes,
    async start(signal) {
      const room = await deps.database.room<VisionTables>('vision', visionMigrations)
      signal.throwIfAborted()
      const inner = { ...deps, logger, room: room as never }
      const loop = createWorkLoop(inner, createInbox(inner, 'vision'), createOutbox(inner, 'vision'))
      // With an unreachable bus this waits for it, until start-up is given up.
      signal.addEventListener('abort', loop.close, { once: true })
      await loop.start()
      signal.removeEventListener('abort', loop.close)
      signal.throwIfAborted()
      const pool = createInferencePool(poolDeps, { ...settings, providers: settings.executionProviders })
      const stopping = new AbortController()
      const openLane = deps.openLane ?? createInferenceLane
      running = {
        pool,
        tuner: isMeasured(settings)
          ? createThreadTuner({ clock, logger, pool, openLane, store: createSplitStore(room) })
          : undefined,
        models: createModelRegistry({ pool }, { directory: settings.modelsDirectory }),
        store: createCameraStore({ clock, logger, room, loop, signal: stopping.signal }),
        loop,
        stopping,
      }
    },
    stop() {
      stopped ??= (async () => {
        if (running === undefined) return
        const { pool, loop, stopping, tuner } = running
        const tuned = tuner?.stop()
        const closing = Promise.allSettled([...cameras.keys()].map(closeCamera))
        // The cameras' last saves get a moment; with an engine that does not answer, what is not committed is found again after the next start.
        await within(clock, 1000, Promise.all([closing, publisher.drain()]))
        stopping.abort()
        loop.close()
        await Promise.allSettled([closing, loop.stop()])
        await tuned
        await pool.stop()
      })()
      return stopped
    },
  }
}

/** Waits for work, but not longer than this. */
async function within(clock: Clock, milliseconds: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController()
  const limit = clock.sleep(milliseconds, done.signal).catch(() => undefined)
  await Promise.race([work, limit])
  done.abort()
}
