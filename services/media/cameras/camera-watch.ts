// What happens with each frame of a camera: its privacy masks, vision, and now and then a snapshot that says what vision saw in it.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { CameraEyes, CameraFrame, FramePlan, SeenObject } from '../../contracts/frames.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import type { PictureNotes } from '../../kernel/pictures/picture-notes.ts'
import { maskedFrame } from '../privacy/masked-frame.ts'
import type { CameraSnapshots } from './camera-snapshots.ts'

export interface CameraWatch {
  /** Opens vision's eyes; rejects as they do. */
  open(): Promise<FramePlan>
  /** Frames come one after another. */
  see(frame: CameraFrame): Promise<void>
}

export function createCameraWatch(
  eyes: CameraEyes,
  config: Pick<MediaConfig, 'maskVision'>,
  camera: CameraConfig,
  snapshots: CameraSnapshots,
): CameraWatch {
  const looked: { seen?: SeenObject[] | undefined } = {}
  let regions: readonly PictureBox[] = []
  return {
    async open() {
      const plan = await eyes.open(camera, {
        onObjects(objects) {
          looked.seen = [...(looked.seen ?? []), ...objects]
        },
      })
      regions = plan.personRegions ?? []
      return plan
    },
    async see(frame) {
      const masked = maskedFrame(frame, camera, { vision: config.maskVision })
      looked.seen = undefined
      const { promise: notes, resolve } = Promise.withResolvers<PictureNotes | undefined>()
      snapshots.offer(masked, notes)
      try {
        await eyes.see(masked)
      } finally {
        resolve(looked.seen && { regions, objects: boxesOf(looked.seen) })
      }
    },
  }
}

const boxesOf = (objects: readonly SeenObject[]) => objects.flatMap(({ label, box }) => (box ? [{ label, box }] : []))
