// Shows one file of footage to vision, frame by frame or as one picture, on no more than one core, and says what was seen.
import { readFile, stat } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { MediaConfig } from '../../contracts/config/media.ts'
import { AppError } from '../../contracts/errors.ts'
import type { FootageSummary } from '../../contracts/events/footage-changed-v1.ts'
import type { CameraEyes, CameraFrame, FramePlan } from '../../contracts/frames.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { createAttempt } from '../camera-source/attempt.ts'
import { openFile } from '../camera-source/file-input.ts'
import { createFrameMailbox } from '../camera-source/frame-mailbox.ts'
import { playVideo } from '../camera-source/play-video.ts'
import { cutPicture, readPicture } from '../pictures/read-picture.ts'
import { createObjectCounts } from './object-counts.ts'

export interface Footage {
  readonly camera: CameraConfig
  /** where the file lies on this machine */
  readonly path: string
  readonly isPicture: boolean
  /** event time of its first frame, milliseconds since the epoch */
  readonly beganAt: number
}

/** A picture of 100 megapixels is smaller. */
const largestPictureBytes = 256 * 1024 * 1024
/** Files of hours take long to open; and behind live cameras a frame may wait long. */
const patience = { openSeconds: 60, stallSeconds: 600 }

/**
 * Resolves with what was seen. Rejects with a retryable error when it was interrupted or vision cannot work now, with another (QLY_STREAM_UNREADABLE
 * and QLY_PAYLOAD_… not retryable, QLY_MODEL_…) when trying again gives the same.
 */
export async function watchFootage(
  deps: Pick<Kernel, 'clock' | 'logger'> & { readonly eyes: CameraEyes },
  config: MediaConfig,
  footage: Footage,
  signal: AbortSignal,
): Promise<FootageSummary> {
  const { eyes, logger } = deps
  const { camera } = footage
  const counts = createObjectCounts()
  let failure: unknown
  const see = async (frame: CameraFrame) => {
    if (signal.aborted) return
    await eyes.see(frame)
    counts.frame(frame.capturedAt)
  }
  const onFailed = (error: unknown) => {
    if (failure === undefined) logger.warn({ camera: camera.id, err: error }, 'a frame of footage was not analysed')
    failure = error
  }
  const plan = await eyes.open(camera, { recorded: true, onObjects: counts.saw })
  try {
    if (footage.isPicture) await showPicture(config, footage, plan, see)
    else await showVideo(deps, config, footage, plan, { see, onFailed }, signal)
  } finally {
    await eyes.close(camera.id)
  }
  signal.throwIfAborted()
  const summary = counts.summary()
  if (summary.frames > 0) return summary
  throw failure ?? forGood(new AppError('QLY_STREAM_UNREADABLE', 'no picture in it could be decoded'))
}

async function showVideo(
  { clock }: Pick<Kernel, 'clock'>,
  config: MediaConfig,
  { path, beganAt }: Footage,
  plan: FramePlan,
  to: { see(frame: CameraFrame): Promise<void>; onFailed(error: unknown): void },
  signal: AbortSignal,
): Promise<void> {
  const attempt = createAttempt(clock, { ...config, ...patience }, signal)
  const nothing = () => {}
  const events = { onSkipped: nothing, onDelivered: nothing, onFailed: to.onFailed }
  const mailbox = createFrameMailbox(plan, to.see, events, { cutAhead: false })
  const source = pathToFileURL(path).href
  const open = (inner: AbortSignal) => openFile(source, { now: () => beganAt }, inner)
  try {
    await playVideo(
      clock,
      { ...config, hardwareThreads: 1 },
      { plan, open, see: to.see, loop: false, mode: 'gentle' },
      { ...events, onHealth: nothing, onDecoded: nothing, onDamaged: nothing, onReconnect: nothing },
      { attempt, mailbox, lastTime: { value: Number.NEGATIVE_INFINITY }, onPicture: attempt.alive },
    )
  } catch (error) {
    signal.throwIfAborted()
    throw forGood(error, source)
  } finally {
    attempt.end()
    await mailbox.close()
  }
}

async function showPicture(
  config: MediaConfig,
  { camera, path, beganAt }: Footage,
  plan: FramePlan,
  see: (frame: CameraFrame) => Promise<void>,
): Promise<void> {
  if ((await stat(path)).size > largestPictureBytes) {
    throw new AppError('QLY_PAYLOAD_TOO_LARGE', `a picture has at most ${largestPictureBytes / 1024 / 1024} MiB`)
  }
  const picture = await readPicture(await readFile(path), config.maximumPixels)
  await see({
    cameraId: camera.id,
    sequence: 1,
    capturedAt: beganAt,
    width: picture.width,
    height: picture.height,
    discontinuity: true,
    cuts: await Promise.all(plan.cuts.map((cut) => cutPicture(picture, cut))),
    fullFrame: () => Promise.resolve(picture),
  })
}

/** A stream may come back; a file that cannot be read stays so. Its place on our disk is nobody's business. */
function forGood(error: unknown, source?: string): unknown {
  if (!(error instanceof AppError) || error.code !== 'QLY_STREAM_UNREADABLE') return error
  const message = source ? error.message.replace(source, 'the file') : error.message
  return new AppError(error.code, message, { cause: error, retryable: false })
}
