// What happens with each frame of a camera: its privacy masks, vision, and now and then a snapshot that says what vision saw in it.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { CameraEyes, FramePlan, FrameSink, SeenObject } from '../../contracts/frames.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import type { PictureNotes } from '../../kernel/pictures/picture-notes.ts'
import { maskedFrame } from '../privacy/masked-frame.ts'
import type { CameraSnapshots } from './camera-snapshots.ts'

export interface CameraWatch {
  /** Opens vision's eyes; rejects as they do. */
  open(): Promise<FramePlan>
  readonly see: FrameSink
}

export function createCameraWatch(
  eyes: CameraEyes,
  config: Pick<MediaConfig, 'maskVision'>,
  camera: CameraConfig,
  snapshots: CameraSnapshots,
): CameraWatch {
  /** by the time of the frame: several may be under way */
  const looked = new Map<number, SeenObject[]>()
  let regions: readonly PictureBox[] = []
  return {
    async open() {
      const plan = await eyes.open(camera, {
        onObjects(objects, at) {
          looked.set(at, [...(looked.get(at) ?? []), ...objects])
        },
      })
      regions = plan.personRegions ?? []
      return plan
    },
    async see(frame, ready) {
      const masked = maskedFrame(frame, camera, { vision: config.maskVision })
      const { promise: notes, resolve } = Promise.withResolvers<PictureNotes | undefined>()
      snapshots.offer(masked, notes)
      try {
        await eyes.see(masked, ready)
      } finally {
        const seen = looked.get(frame.capturedAt)
        looked.delete(frame.capturedAt)
        resolve(seen && { regions, objects: boxesOf(seen) })
      }
    },
  }
}

const boxesOf = (objects: readonly SeenObject[]) => objects.flatMap(({ label, box }) => (box ? [{ label, box }] : []))
