// One camera: frames in, detections, tracks, zones, findings and evidence out.
import type { CameraConfig } from '../contracts/config/cameras.ts'
import type { CrowdConfig } from '../contracts/config/sensing.ts'
import type { VisionConfig } from '../contracts/config/vision.ts'
import { AppError } from '../contracts/errors.ts'
import type { Evidence } from '../contracts/evidence.ts'
import type { CameraFrame, FramePlan } from '../contracts/frames.ts'
import type { Outgoing } from '../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { PictureNotes } from '../kernel/pictures/picture-notes.ts'
import type { AppearanceReader } from './appearance/appearance-reader.ts'
import { createCameraCrowd, lineZonesOf } from './crowd/camera-crowd.ts'
import { crowdClockRuns } from './crowd/crowd-state.ts'
import type { Detection } from './detection/detection.ts'
import { findsBoxes } from './detection/families/families.ts'
import { createFrameHistory } from './detection/frame-history.ts'
import { mergeCuts } from './detection/to-frame.ts'
import type { EvidencePictures } from './evidence/evidence-pictures.ts'
import { createChangeTeller } from './findings/change-teller.ts'
import { createStandingTeller } from './findings/standing-teller.ts'
import type { InferencePool } from './inference/inference-pool.ts'
import { pixelsOf } from './inference/sized-input.ts'
import type { Model } from './model-registry/model-registry.ts'
import { createMotionGate, isCalm } from './motion/motion-gate.ts'
import { stepPaths } from './parking/blocked-path.ts'
import { stepParking } from './parking/parking-machine.ts'
import { toParkingObjects } from './parking/parking-objects.ts'
import { parkingRulesOf } from './parking/parking-rules.ts'
import { withoutTracks } from './parking/parking-state.ts'
import { personRegionsOf, planFrames } from './plan/frame-plan.ts'
import { presenceSpotsOf, stepPresence } from './presence/presence-machine.ts'
import type { FramePublisher } from './publishing/frame-publisher.ts'
import { sightingsOf } from './sightings/sightings.ts'
import type { CameraState, CameraWriter } from './state/camera-store.ts'
import { createByteTracker } from './tracking/byte-track.ts'
import { createTrackMemory, type RememberedTrack } from './tracking/track-memory.ts'
import type { VisionMetrics } from './vision-metrics.ts'
import { zonesOf } from './zones/camera-zones.ts'
import { stepSuspended } from './zones/suspension.ts'

export interface CameraEye {
  readonly plan: FramePlan
  /** Frames of one camera come in order; `ready` is called when the next one may come, which may be before this one is done with. */
  see(frame: CameraFrame, ready?: () => void): Promise<void>
  /** Waits for the frame under way, saves, flushes. */
  close(): Promise<void>
}

export interface CameraEyeDeps extends Pick<Kernel, 'logger'> {
  readonly pool: Pick<InferencePool, 'infer' | 'threads'>
  readonly evidence: EvidencePictures
  readonly publisher: FramePublisher
  readonly writer: CameraWriter
  readonly metrics: VisionMetrics
  /** absent: colours alone tell standing vehicles apart */
  readonly appearances?: AppearanceReader
  /** told, while the frame is valid, what the models with boxes found in it */
  readonly onFound?: (frame: CameraFrame, found: readonly Detection[]) => void
}

interface Found {
  readonly model: Model
  readonly detections: readonly Detection[]
}

export function createCameraEye(
  deps: CameraEyeDeps,
  configured: CameraConfig,
  models: readonly Model[],
  restored: CameraState,
  config: VisionConfig & { timezone: string; crowdLimits: CrowdConfig },
): CameraEye {
  const { writer, publisher, metrics, logger } = deps
  const camera: CameraConfig = { ...configured, zones: [...zonesOf(configured)] }
  const looked = { ...camera, zones: [...camera.zones, ...lineZonesOf(camera, config.persons.label)] }
  // for each thread a frame that runs and one that lies ready; one more that is being tracked
  const { plan, cutsOf } = planFrames(looked, models, config.plan, 2 * deps.pool.threads + 1)
  const personRegions = personRegionsOf({ plan, cutsOf }, models, config.persons.label)
  const rules = parkingRulesOf(
    camera,
    config,
    config.timezone,
    plan.cuts.map(({ region }) => region),
  )
  const burning = { ...config.burning, personLabel: config.persons.label }
  const spots = presenceSpotsOf(camera.zones, config.presence, config.timezone)
  const { lowScore, newTrackMargin, lostSeconds } = config.tracking
  const tracker = createByteTracker({ stepMs: 1000 / camera.fps, lostMs: 1000 * lostSeconds, newTrackMargin })
  const memory = createTrackMemory(camera.zones, {
    inertiaFrames: config.zoneInertiaFrames,
    moveShare: config.parking.moveShare,
  })
  const crowd = createCameraCrowd(deps, camera, models, config)
  const histories = new Map(
    models.flatMap(({ key, description: { frames } }) => (frames ? [[key, createFrameHistory(frames)]] : [])),
  )
  let state: CameraState = { ...restored, parking: withoutTracks(restored.parking) }
  let savedAt = Number.NEGATIVE_INFINITY
  let busy: Promise<void> = Promise.resolve()
  let size = { width: 0, height: 0 }
  let suspended = false
  const gate = (camera.motion ?? config.motion.enabled) ? createMotionGate(config.motion) : undefined
  const voted = new Set(spots.map(({ rule }) => rule.label))
  /** what the models found in the last frame that was inferred */
  let found: readonly Found[] = []
  /** nothing is being decided */
  let calm = false
  let seen: PictureNotes = { regions: [], objects: [] }

  const detect = async (frame: CameraFrame, model: Model, onTaken: () => void): Promise<Detection[]> => {
    const wanted = new Set(cutsOf.get(model.key))
    const cuts = frame.cuts.filter(({ cut }) => wanted.has(cut.id))
    if (cuts.length === 0) {
      onTaken()
      return []
    }
    const history = histories.get(model.key)
    if (frame.discontinuity) history?.clear()
    const minimumScore = Math.min(lowScore, model.description.threshold)
    const { detections, seconds } = await deps.pool.infer(
      model.key,
      camera.id,
      cuts.map((cut) => history?.stack(cut, frame.capturedAt) ?? pixelsOf(cut)),
      minimumScore,
      { onTaken },
    )
    metrics.inferenceSeconds.observe({ model: model.name }, seconds)
    return mergeCuts(
      cuts.map((placement, index) => ({ placement, detections: detections[index] ?? [] })),
      { model: model.tag, thresholdOf: model.thresholdOf, iou: model.description.nms },
    )
  }

  /** All models begin at once, before the frames ahead are done with; `ready` when the last of them is taken. Undefined: nothing has changed. */
  const detectAll = async (frame: CameraFrame, ready: () => void): Promise<Found[] | undefined> => {
    if (gate?.wants(frame, calm) === false) {
      ready()
      return undefined
    }
    let waiting = models.length
    const onTaken = () => {
      if (--waiting === 0) ready()
    }
    return Promise.all(models.map(async (model) => ({ model, detections: await detect(frame, model, onTaken) })))
  }

  const look = async (frame: CameraFrame, detected: Promise<Found[] | undefined>) => {
    const at = frame.capturedAt
    if (!Number.isFinite(at) || Math.abs(at) > 8.64e15)
      throw new AppError('QLY_INTERNAL', `frame of ${camera.id} at ${at}`)
    const changedView = (frame.zonesSuspended ?? false) !== suspended
    suspended = frame.zonesSuspended ?? false
    if (frame.discontinuity || changedView || frame.width !== size.width || frame.height !== size.height) {
      tracker.reset()
      memory.reset()
      crowd.reset()
      state = { ...state, parking: withoutTracks(state.parking) }
      size = { width: frame.width, height: frame.height }
    }
    const fresh = await detected
    found = fresh ?? found
    const boxes = found.filter(({ model }) => findsBoxes(model.description.family))
    const detections = boxes.flatMap(({ detections }) => detections)
    if (fresh) deps.onFound?.(frame, detections)
    const tracked = tracker.update(detections, at, size)
    const tracks = memory.remember(tracked, at)
    // every box, also an uncertain one: they are what is blurred for roles that may not see faces and plates
    seen = {
      regions: personRegions,
      objects: boxes.flatMap(({ detections }) => detections.map(({ label, box }) => ({ label, box }))),
    }
    const hits = found.flatMap(({ detections }) => detections.filter(({ score, threshold }) => score >= threshold))
    metrics.saw(camera.id, hits)

    if (suspended) {
      const { state: waiting, effects } = stepSuspended(state, { at, hits }, spots, camera.id)
      state = waiting
      saveIfDue(await change.changes(frame, [], effects), changedView, at)
      return analysed(boxes, tracks, at)
    }
    const plain = toParkingObjects(tracked, frame, rules.groups)
    const objects = deps.appearances ? await deps.appearances.read(state.parking, plain, frame) : plain
    const parking = stepParking(state.parking, { at, objects }, rules)
    const presence = stepPresence(state.presence, { at, hits }, spots, camera.id, burning)
    for (const kind of presence.offHours) metrics.offHours.inc({ kind })
    const { state: sighted, sightings } = sightingsOf(state.parking, parking.state, at, rules)
    const { state: parked, effects: pathEffects } = stepPaths(sighted, at, rules)
    const crowded = crowd.step(state.crowd, { tracks, at, aspect: frame.width / frame.height })
    state = { parking: parked, presence: presence.state, crowd: crowded.state }
    calm = isCalm(parked) && !hits.some(({ label }) => voted.has(label))
    // at once: they share the pictures of the frame, and a violation does not wait for those of the ledger
    const events = await Promise.all([
      change.changes(frame, parking.effects, presence.effects),
      standing.sightings(frame, sightings),
      standing.paths(frame, pathEffects),
      standing.crowds(frame, crowded.tellings),
    ])
    saveIfDue(events.flat(), parking.effects.length + pathEffects.length > 0, at)
    analysed(boxes, tracks, at)
  }

  const analysed = (boxes: readonly Found[], tracks: readonly RememberedTrack[], at: number) => {
    for (const { model } of boxes) {
      const own = tracks.filter((track) => track.model === model.tag)
      publisher.analysed(camera, model.tag, own, at)
    }
  }

  const keepPathPictures = (zoneId: string, pictures: readonly Evidence[]) => {
    const path = state.parking.paths?.[zoneId]
    if (path === undefined) return
    const paths = { ...state.parking.paths, [zoneId]: { ...path, pictures } }
    state = { ...state, parking: { ...state.parking, paths } }
  }

  /** A store that fails costs the pictures, never the finding. */
  const takePictures = async (
    frame: CameraFrame,
    zoneIds: readonly string[],
    box: Detection['box'],
  ): Promise<Evidence[]> => {
    const zones = camera.zones.filter(({ id }) => zoneIds.includes(id)).map(({ polygon }) => polygon)
    try {
      return await deps.evidence.take(frame, { zones, boxes: [box] }, seen)
    } catch (error) {
      logger.error(
        { camera: camera.id, err: error },
        'evidence pictures could not be kept; the finding is told without',
      )
      return []
    }
  }

  const keepPictures = (vehicleId: string, pictures: readonly Evidence[]) => {
    const vehicles = state.parking.vehicles.map((vehicle) =>
      vehicle.id === vehicleId ? { ...vehicle, pictures: [...pictures] } : vehicle,
    )
    state = { ...state, parking: { ...state.parking, vehicles } }
  }

  const change = createChangeTeller({ takePictures, keepPictures, metrics }, camera)
  const standing = createStandingTeller({ takePictures, keepPathPictures, metrics }, camera, rules)

  const saveIfDue = (events: readonly Outgoing[], changed: boolean, at: number) => {
    const clockRuns = state.parking.vehicles.length > 0 || crowdClockRuns(state.crowd)
    const due = Math.abs(at - savedAt) >= config.saveSeconds * 1000
    if (events.length === 0 && !changed && !(clockRuns && due)) return
    savedAt = at
    writer.save(state, events)
  }

  return {
    plan: { ...plan, personRegions },
    see(frame, ready = () => undefined) {
      const detected = detectAll(frame, ready)
      // met in its turn
      detected.catch(() => {
        calm = false
      })
      const done = busy.then(() => look(frame, detected))
      busy = done.catch(() => undefined)
      return done
    },
    async close() {
      await busy
      writer.save(state, [])
      await writer.flush()
      publisher.forget(camera.id)
    },
  }
}
