// Eyes that look elsewhere (vision.frames: bus): frames go out as JPEGs of what models look at, words of what vision saw come back, and whole
// pictures are shown when it asks for them. To media they are eyes like any other.
import sharp from 'sharp'
import { createEvent } from '../../contracts/cloud-event.ts'
import type { VisionConfig } from '../../contracts/config/vision.ts'
import { AppError } from '../../contracts/errors.ts'
import { frameCutV1 } from '../../contracts/events/frame-cut-v1.ts'
import type { FrameLooked } from '../../contracts/events/frame-looked-v1.ts'
import { type PictureWanted, pictureShownV1 } from '../../contracts/events/picture-wanted-v1.ts'
import type { CameraEyes, CameraFrame, EyesOptions, FramePlanner } from '../../contracts/frames.ts'
import type { Subscription } from '../../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Service } from '../../kernel/lifecycle/service.ts'
import { counter } from '../../kernel/metrics/metrics.ts'
import { drawCutSheet } from './cut-sheet.ts'
import { createHeldFrames, type HeldFrames } from './held-frames.ts'

export type BusEyesDeps = Pick<Kernel, 'bus' | 'clock' | 'logger' | 'registry'> & { readonly plan: FramePlanner }

interface OpenCamera {
  readonly held: HeldFrames
  readonly onObjects: EyesOptions['onObjects']
  /** the frame before is on the bus: their order is that of the camera */
  sent: Promise<unknown>
}

/** Recorded footage is not for them: it is analysed where vision is. */
export function createBusEyes(deps: BusEyesDeps, config: VisionConfig['bus']): Service & { readonly eyes: CameraEyes } {
  const { bus, clock, logger } = deps
  const cameras = new Map<string, OpenCamera>()
  const bytes = counter(deps.registry, 'qianliyan_media_bus_bytes_total', 'JPEG bytes sent to vision.', ['camera'])
  const shown = counter(deps.registry, 'qianliyan_media_bus_pictures_total', 'Whole pictures shown to vision.')
  const unanswered = counter(
    deps.registry,
    'qianliyan_media_bus_unanswered_total',
    'Frames sent to vision that it said nothing of in time: it is away, too slow, or skipped them.',
    ['camera'],
  )
  let listening: Subscription | undefined

  const send = async (open: OpenCamera, frame: CameraFrame) => {
    const drawing = drawCutSheet(frame.cuts, config.quality)
    const before = open.sent
    const sending = drawing.then(async ({ jpeg, cuts }) => {
      await before.catch(() => undefined)
      const { cameraId, sequence, width, height, discontinuity, zonesSuspended = false } = frame
      const data = {
        cameraId,
        capturedAt: new Date(frame.capturedAt).toISOString(),
        sequence,
        width,
        height,
        discontinuity,
        zonesSuspended,
        mediaType: 'image/jpeg' as const,
        base64: jpeg.toString('base64'),
        cuts: [...cuts],
      }
      const event = createEvent(frameCutV1, { source: `/media/${cameraId}`, time: frame.capturedAt }, data)
      await bus.publish([{ topic: 'qly.frame.v1', event }])
      bytes.inc({ camera: cameraId }, jpeg.length)
    })
    open.sent = sending
    await sending
  }

  const looked = ({ cameraId, capturedAt, sequence, objects }: FrameLooked) => {
    const open = cameras.get(cameraId)
    const frame = open?.held.at(Date.parse(capturedAt))
    if (!open || frame?.sequence !== sequence) return
    open.onObjects?.(objects, frame.capturedAt)
    open.held.release(sequence)
  }

  const show = async ({ cameraId, capturedAt, maximumWidth }: PictureWanted) => {
    const frame = cameras.get(cameraId)?.held.at(Date.parse(capturedAt))
    if (!frame) return
    const { width, height, rgb } = await frame.fullFrame()
    const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .resize({ width: Math.min(width, maximumWidth) })
      .jpeg({ quality: config.quality })
      .toBuffer()
    const data = { cameraId, capturedAt, mediaType: 'image/jpeg' as const, base64: jpeg.toString('base64') }
    const event = createEvent(pictureShownV1, { source: `/media/${cameraId}`, time: frame.capturedAt }, data)
    await bus.publish([{ topic: 'qly.look.v1', event }])
    shown.inc()
  }

  const close = async (cameraId: string) => {
    const open = cameras.get(cameraId)
    cameras.delete(cameraId)
    open?.held.releaseAll()
    await open?.sent.catch(() => undefined)
  }

  const eyes: CameraEyes = {
    async open(camera, { recorded, onObjects } = {}) {
      if (recorded) throw new AppError('QLY_INTERNAL', 'footage is analysed in the process that has vision')
      await close(camera.id)
      const plan = await deps.plan(camera)
      // one is being made, the others wait for vision; slow models must not fill the memory with frames
      const most = Math.min(64, Math.ceil(plan.framesPerSecond * config.holdSeconds) + 1)
      const held = createHeldFrames(clock, { milliseconds: config.holdSeconds * 1000, most })
      cameras.set(camera.id, { held, onObjects, sent: Promise.resolve() })
      return { ...plan, framesAtOnce: most + 2 }
    },
    async see(frame, ready) {
      const open = cameras.get(frame.cameraId)
      if (!open || frame.cuts.length === 0) return
      // kept before it is sent: the answer may be there sooner than the bus says that it has it
      const released = open.held.hold(frame)
      try {
        await send(open, frame)
      } catch (error) {
        open.held.release(frame.sequence)
        throw error
      }
      ready?.()
      if (!(await released)) unanswered.inc({ camera: frame.cameraId })
    },
    close,
  }

  return {
    name: 'bus-eyes',
    level: 'drain',
    eyes,
    async start() {
      listening = await bus.tail({ topics: ['qly.look.v1'], from: 'latest' }, ({ event }) => {
        if (event.type === 'cn.qianliyan.frame.looked.v1') looked(event.data)
        if (event.type !== 'cn.qianliyan.picture.wanted.v1') return
        // not awaited: frames that are done with must not wait for a picture
        show(event.data).catch((error: unknown) => {
          logger.warn({ camera: event.data.cameraId, err: error }, 'a whole picture could not be shown to vision')
        })
      })
    },
    async stop() {
      await listening?.stop()
      listening = undefined
      await Promise.all([...cameras.keys()].map(close))
    },
  }
}
