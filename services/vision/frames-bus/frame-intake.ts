// Frames from qly.frame.v1 (group `vision-frames`) to vision's eyes, where decoding and inference sit apart. A camera's frames share a partition,
// so one worker gets them, in order; when a partition has been elsewhere meanwhile, its cameras are opened anew, with the state saved there.
import { createEvent } from '../../contracts/cloud-event.ts'
import type { Config } from '../../contracts/config/config.ts'
import { asAppError } from '../../contracts/errors.ts'
import type { FrameCutOut } from '../../contracts/events/frame-cut-v1.ts'
import { frameLookedV1 } from '../../contracts/events/frame-looked-v1.ts'
import type { CameraEyes, CameraFrame, Pixels, SeenObject } from '../../contracts/frames.ts'
import type { Delivery, Subscription } from '../../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Service } from '../../kernel/lifecycle/service.ts'
import { counter } from '../../kernel/metrics/metrics.ts'
import { createBusCameras } from './bus-cameras.ts'
import { framesToSee } from './late-frames.ts'
import { pasteCuts, readCutSheet } from './read-cut-sheet.ts'
import { createWholePictures } from './whole-pictures.ts'

const maximumBatch = 32

interface Waiting {
  readonly cameraId: string
  readonly storedAt: number
  readonly partition: number
  readonly data: FrameCutOut
}

export function createFrameIntake(
  deps: Pick<Kernel, 'bus' | 'clock' | 'logger' | 'registry'>,
  config: Config,
  eyes: CameraEyes,
): Service {
  const { bus, clock, logger } = deps
  const { bus: settings, evidence } = config.vision
  const skipped = counter(
    deps.registry,
    'qianliyan_vision_frames_skipped_total',
    'Frames from the bus that were not looked at, because they came late or their camera cannot be opened.',
    ['camera'],
  )
  const cameras = createBusCameras(deps, config, eyes)
  const pictures = createWholePictures(deps, {
    maximumWidth: evidence.maximumWidth,
    waitMs: settings.holdSeconds * 1000,
  })
  const isMasked = (cameraId: string) =>
    (config.cameras.find(({ id }) => id === cameraId)?.privacyMasks ?? []).length > 0
  let subscription: Subscription | undefined

  const tell = ({ cameraId, capturedAt, sequence }: FrameCutOut, objects: readonly SeenObject[]) => {
    const data = { cameraId, capturedAt, sequence, objects: objects.slice(0, 10_000).map((each) => ({ ...each })) }
    const event = createEvent(frameLookedV1, { source: `/vision/${cameraId}`, time: clock.now() }, data)
    // not awaited: without the word media lets the frame go by itself
    bus.publish([{ topic: 'qly.look.v1', event }]).catch((error: unknown) => {
      logger.debug({ camera: cameraId, err: error }, 'media was not told of a frame')
    })
  }

  const frameOf = async (data: FrameCutOut, broken: boolean): Promise<CameraFrame> => {
    const { cameraId, sequence, width, height, discontinuity, zonesSuspended } = data
    const capturedAt = Date.parse(data.capturedAt)
    const cuts = await readCutSheet(data)
    let whole: Promise<Pixels> | undefined
    return {
      cameraId,
      sequence,
      capturedAt,
      width,
      height,
      discontinuity: discontinuity || broken,
      zonesSuspended,
      cuts,
      fullFrame() {
        whole ??= pictures.of(cameraId, capturedAt).catch((error: unknown) => {
          // the cuts are not masked
          if (isMasked(cameraId)) throw error
          logger.warn({ camera: cameraId, reason: asAppError(error).message }, 'evidence shows only what models saw')
          return pasteCuts({ width, height }, cuts)
        })
        return whole
      },
    }
  }

  const look = async ({ data, partition }: Waiting) => {
    const { cameraId } = data
    const camera = await cameras.open(data, partition)
    if (!camera) return skipped.inc({ camera: cameraId })
    const capturedAt = Date.parse(data.capturedAt)
    // again, after a batch that was not finished: what was seen once is not seen twice
    if (capturedAt <= camera.lastAt) return
    const frame = await frameOf(data, camera.interrupted(data.sequence))
    camera.lastAt = capturedAt
    try {
      await eyes.see(frame)
    } catch (error) {
      logger.error({ camera: cameraId, err: error }, 'a frame could not be looked at')
    }
    tell(data, camera.objectsOf(capturedAt))
  }

  const handle = async (batch: readonly Delivery<'qly.frame.v1'>[], signal: AbortSignal) => {
    for (const { partition, offset } of batch) await cameras.noticeAbsence(partition, BigInt(offset))
    const waiting = batch.flatMap(({ event, storedAt, partition }): Waiting[] =>
      event.type === 'cn.qianliyan.frame.cut.v1'
        ? [{ cameraId: event.data.cameraId, storedAt, partition, data: event.data }]
        : [],
    )
    const limits = { lateMs: settings.lateSeconds * 1000, dropMs: settings.dropSeconds * 1000 }
    const byCamera = Map.groupBy(waiting, ({ cameraId }) => cameraId)
    await Promise.all(
      [...byCamera].map(async ([camera, frames]) => {
        // what is late is judged anew before each frame: looking takes its time
        for (let left = frames; left.length > 0 && !signal.aborted; ) {
          const wanted = framesToSee(left, clock.now(), limits)
          skipped.inc({ camera }, left.length - wanted.length)
          const [next, ...rest] = wanted
          if (next) await look(next)
          left = rest
        }
      }),
    )
    signal.throwIfAborted()
  }

  return {
    name: 'frame-intake',
    level: 'source',
    async start() {
      await pictures.start()
      const options = {
        topics: ['qly.frame.v1'] as const,
        group: 'vision-frames',
        from: 'latest',
        maximumBatch,
      } as const
      subscription = await bus.subscribe(options, handle)
    },
    async stop() {
      await subscription?.stop()
      subscription = undefined
      await pictures.stop()
      await cameras.close()
    },
  }
}
