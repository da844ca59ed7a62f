// Watches the view of one camera: takes a small grey picture of a frame now and then, has it judged, and tells what changed.
import sharp from 'sharp'
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { CameraFrame } from '../../contracts/frames.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import type { GreyPicture } from './picture-measures.ts'
import { freshView, judgeView, type ViewFault } from './view-judge.ts'

export interface ViewWatch {
  /** Takes the frame if one is due; returns at once. */
  offer(frame: CameraFrame): void
  /** Resolves when no picture is being judged. */
  close(): Promise<void>
}

/** Small enough to be cheap, large enough that two hundredths of the width are two pixels. */
const size = { width: 96, height: 54 }

/** `tell` is called with all faults of the view whenever they change, and first with none. */
export function createViewWatch(
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  config: MediaConfig['view'],
  camera: { readonly id: string; readonly kind: string },
  tell: (faults: readonly ViewFault[], at: number) => void,
): ViewWatch {
  let state = freshView
  let told: string | undefined
  let due = Number.NEGATIVE_INFINITY
  let judging: Promise<void> | undefined
  let closed = false
  // a drone's view is meant to move
  const watched = config.everySeconds > 0 && camera.kind !== 'drone'

  const judge = async (frame: CameraFrame) => {
    state = judgeView(state, await greyOf(frame), frame.capturedAt, config)
    const faults = [...state.faults]
    const words = faults.join(' ')
    if (words === told) return
    told = words
    tell(faults, frame.capturedAt)
  }

  return {
    offer(frame) {
      if (!watched || closed || judging || clock.monotonic() < due) return
      due = clock.monotonic() + config.everySeconds * 1000
      judging = judge(frame)
        .catch((error: unknown) => logger.debug({ camera: camera.id, err: error }, 'the view could not be judged'))
        .finally(() => {
          judging = undefined
        })
    },
    async close() {
      closed = true
      await judging
    },
  }
}

/** The frame at the size that views are judged at. */
export async function greyOf(frame: Pick<CameraFrame, 'fullFrame'>): Promise<GreyPicture> {
  const { width, height, rgb } = await frame.fullFrame()
  const grey = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(size.width, size.height, { fit: 'fill' })
    .greyscale()
    .raw()
    .toBuffer()
  return { ...size, grey }
}
