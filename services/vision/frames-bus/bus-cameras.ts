// Cameras whose frames come over the bus: opened at their first frame, again with a back-off if a model is bad, let go when their partition was elsewhere.
import type { Config } from '../../contracts/config/config.ts'
import type { FrameCutOut } from '../../contracts/events/frame-cut-v1.ts'
import type { CameraEyes, SeenObject } from '../../contracts/frames.ts'
import type { Kernel } from '../../kernel/kernel.ts'

export interface BusCamera {
  /** event time of the last frame that was looked at, ms */
  lastAt: number
  /** True if media opened the camera anew since the frame before. */
  interrupted(sequence: number): boolean
  /** What was seen at this time; asked once. */
  objectsOf(capturedAt: number): readonly SeenObject[]
}

export interface BusCameras {
  /** Undefined while the camera cannot be opened, and for one that the configuration does not have. Never rejects. */
  open(frame: FrameCutOut, partition: number): Promise<BusCamera | undefined>
  /** The position of the next event: with a hole before it, someone else had the partition, and the cameras' states are theirs. */
  noticeAbsence(partition: number, offset: bigint): Promise<void>
  close(): Promise<void>
}

const retryMs = 10_000

export function createBusCameras(
  { clock, logger }: Pick<Kernel, 'clock' | 'logger'>,
  config: Pick<Config, 'cameras'>,
  eyes: CameraEyes,
): BusCameras {
  const opened = new Map<string, { readonly camera: Promise<BusCamera | undefined>; readonly partition: number }>()
  const retryAt = new Map<string, number>()
  const positions = new Map<number, bigint>()

  const begin = async ({ cameraId, cuts }: FrameCutOut): Promise<BusCamera | undefined> => {
    const configured = config.cameras.find(({ id }) => id === cameraId)
    if (!configured) {
      logger.warn({ camera: cameraId }, 'frames come of a camera that the configuration does not have')
      return undefined
    }
    const seen = new Map<number, SeenObject[]>()
    const plan = await eyes.open(configured, {
      onObjects: (objects, at) => void seen.set(at, [...(seen.get(at) ?? []), ...objects]),
    })
    const sent = new Set(cuts.map(({ id }) => id))
    const missing = plan.cuts.filter(({ id }) => !sent.has(id)).map(({ id }) => id)
    if (missing.length > 0) {
      const hint = 'media sends other cuts than vision wants: give both the same configuration and the same models'
      logger.error({ camera: cameraId, missing }, hint)
    }
    let last = Number.NEGATIVE_INFINITY
    return {
      lastAt: Number.NEGATIVE_INFINITY,
      interrupted(sequence) {
        const anew = sequence < last
        last = sequence
        return anew
      },
      objectsOf(at) {
        const objects = seen.get(at) ?? []
        seen.delete(at)
        return objects
      },
    }
  }

  const letGo = async (ids: readonly string[]) => {
    for (const id of ids) opened.delete(id)
    await Promise.all(
      ids.map((id) =>
        eyes.close(id).catch((error: unknown) => {
          logger.error({ camera: id, err: error }, 'the state of a camera could not be saved')
        }),
      ),
    )
  }

  return {
    async open(frame, partition) {
      const { cameraId } = frame
      const existing = opened.get(cameraId)
      if (existing) return existing.camera
      if (clock.monotonic() < (retryAt.get(cameraId) ?? Number.NEGATIVE_INFINITY)) return undefined
      const camera = begin(frame).catch((error: unknown) => {
        logger.warn({ camera: cameraId, err: error }, 'vision cannot open the camera; it is tried again')
        return undefined
      })
      opened.set(cameraId, { camera, partition })
      const found = await camera
      if (found) return found
      opened.delete(cameraId)
      retryAt.set(cameraId, clock.monotonic() + retryMs)
      return undefined
    },
    async noticeAbsence(partition, offset) {
      const last = positions.get(partition)
      positions.set(partition, offset)
      // the next one, or one that comes again because its batch was not finished: nobody else had the partition meanwhile
      if (last === undefined || (offset <= last + 1n && offset > last - 64n)) return
      await letGo([...opened].filter(([, each]) => each.partition === partition).map(([id]) => id))
    },
    close: () => letGo([...opened.keys()]),
  }
}
