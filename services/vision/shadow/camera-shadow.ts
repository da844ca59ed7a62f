// Models in shadow on one camera: they see the frames that the models that count see, what differs is counted and shown, and nobody is alerted.
// Never on the camera's own path: cuts are copied, inference is patient, and a frame that comes while the last is looked at is skipped and counted.
import { createEvent } from '../../contracts/cloud-event.ts'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { VisionConfig } from '../../contracts/config/vision.ts'
import { type ShadowSample, shadowComparedV1 } from '../../contracts/events/shadow-compared-v1.ts'
import type { CameraFrame, FrameCut, FrameCutPixels } from '../../contracts/frames.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Detection } from '../detection/detection.ts'
import { createFrameHistory } from '../detection/frame-history.ts'
import { mergeCuts } from '../detection/to-frame.ts'
import type { InferenceResult, Picture } from '../inference/inference-messages.ts'
import { pixelsOf } from '../inference/sized-input.ts'
import type { Model } from '../model-registry/model-registry.ts'
import { type Compared, compareDetections, createTally } from './compare.ts'
import { shadowCutsOf } from './shadow-cuts.ts'
import { keepShadowPicture } from './shadow-picture.ts'

export interface CameraShadow {
  /** what it wants of each frame, besides what the camera wants */
  readonly cuts: readonly FrameCut[]
  /** A frame, while it is valid, with what the models that count found in it. Returns at once. */
  compare(frame: CameraFrame, found: readonly Detection[]): void
  /** Tells what was counted since the last time. */
  close(): Promise<void>
}

export interface CameraShadowDeps extends Pick<Kernel, 'bus' | 'objectStore' | 'logger'> {
  readonly infer: (model: Model, pictures: readonly Picture[], minimumScore: number) => Promise<InferenceResult>
}

interface Window {
  readonly from: number
  to: number
  frames: number
  skipped: number
  readonly tally: ReturnType<typeof createTally>
  readonly samples: ShadowSample[]
  lastSampleAt: number
}

export function createCameraShadow(
  deps: CameraShadowDeps,
  camera: CameraConfig,
  { model, against }: { model: Model; against: readonly Model[] },
  config: VisionConfig,
): CameraShadow {
  const cuts = shadowCutsOf(camera, model, config.plan)
  const ids = new Set(cuts.map(({ id }) => id))
  const { everySeconds, iou, samplesPerReport } = config.shadow
  const { frames } = model.description
  const history = frames && createFrameHistory(frames)
  let window: Window | undefined
  let looking: Promise<void> | undefined

  const detect = async (pictures: readonly FrameCutPixels[], shown: readonly Picture[]): Promise<Detection[]> => {
    const { detections } = await deps.infer(model, shown, model.description.threshold)
    const merged = mergeCuts(
      pictures.map((placement, index) => ({ placement, detections: detections[index] ?? [] })),
      { model: model.tag, thresholdOf: model.thresholdOf, iou: model.description.nms },
    )
    return merged.filter(({ score, threshold }) => score >= threshold)
  }

  const look = async (
    at: number,
    pictures: readonly FrameCutPixels[],
    shown: readonly Picture[],
    old: readonly Detection[],
    into: Window,
  ) => {
    const compared = compareDetections(old, await detect(pictures, shown), iou)
    into.frames++
    into.tally.add(compared)
    const differs = compared.onlyOld.length + compared.onlyNew.length > 0
    const gap = (1000 * everySeconds) / samplesPerReport
    if (!differs || into.samples.length >= samplesPerReport || at - into.lastSampleAt < gap) return
    into.lastSampleAt = at
    const picture = await keepShadowPicture(deps.objectStore, camera, pictures[0] as FrameCutPixels, compared, at)
    into.samples.push({ at: new Date(at).toISOString(), picture, objects: objectsOf(compared) })
  }

  const report = async () => {
    const told = window
    window = undefined
    if (told === undefined || told.frames + told.skipped === 0) return
    const { from, to, frames, skipped, tally, samples } = told
    const [since, until] = [from, to].map((time) => new Date(time).toISOString()) as [string, string]
    const data = {
      cameraId: camera.id,
      model: model.tag,
      against: against.map(({ tag }) => tag),
      from: since,
      to: until,
      frames,
      skipped,
      labels: tally.labels(),
      samples,
    }
    const origin = { source: `/vision/${camera.id}`, id: `shadow/${model.tag}/${since}`, time: to }
    const event = createEvent(shadowComparedV1, origin, data)
    await deps.bus.publish([{ topic: 'qly.detection.v1', event }])
  }

  const failed = (error: unknown) =>
    deps.logger.warn({ camera: camera.id, model: model.tag, err: error }, 'a model in shadow could not look at a frame')

  return {
    cuts,
    compare(frame, found) {
      const at = frame.capturedAt
      window ??= { from: at, to: at, frames: 0, skipped: 0, tally: createTally(), samples: [], lastSampleAt: -1e15 }
      window.to = at
      if (frame.discontinuity) history?.clear()
      const own = frame.cuts.filter(({ cut }) => ids.has(cut.id))
      const shown = history && own.map((cut) => history.stack(cut, at))
      if (looking !== undefined) {
        window.skipped++
        return
      }
      const pictures = own.map((cut) => ({ ...cut, rgb: cut.rgb.slice() }))
      if (pictures.length === 0) return
      const comparable = found.filter(
        ({ label, score, threshold }) => score >= threshold && model.classes.includes(label),
      )
      const due = at - window.from >= 1000 * everySeconds
      looking = look(at, pictures, shown ?? pictures.map(pixelsOf), comparable, window)
        .then(() => (due ? report() : undefined))
        .catch(failed)
        .finally(() => {
          looking = undefined
        })
    },
    async close() {
      await looking
      await report().catch(failed)
    },
  }
}

function objectsOf({ both, onlyOld, onlyNew }: Compared): ShadowSample['objects'] {
  const of = (side: 'both' | 'old' | 'new', seen: Compared['onlyOld']) =>
    seen.map(({ label, score, box }) => ({ side, label, score: Math.round(score * 1000) / 1000, box }))
  return [...of('old', onlyOld), ...of('new', onlyNew), ...of('both', both)].slice(0, 200)
}
