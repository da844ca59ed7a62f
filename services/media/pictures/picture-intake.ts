// JPEGs from qly.frame.v1 (group `eyes-frames`) to vision. A camera's pictures share a partition, so at most one worker gets them at a time;
// that worker has the camera open. When a partition has been elsewhere meanwhile, its cameras are opened anew, with the state saved there.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { Delivery, Subscription } from '../../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { counter } from '../../kernel/metrics/metrics.ts'
import { createLimit } from './at-once.ts'
import type { PictureCamera } from './picture-camera.ts'
import { bytesOf, readPicture } from './read-picture.ts'

export interface PictureIntake {
  start(): Promise<void>
  /** Finishes the batch under way, lets the cameras go. Idempotent. */
  stop(): Promise<void>
}

/** Pictures that are decoded at one time: a decoded one may take 150 MB. */
const decodedAtOnce = 2
/** One picture a batch: a damaged one must not make the bus show those before it again. */
const batch = 1

export function createPictureIntake(
  deps: Pick<Kernel, 'bus' | 'registry'>,
  config: { readonly maximumPixels: number },
  cameras: readonly CameraConfig[],
  keep: (camera: CameraConfig) => PictureCamera,
): PictureIntake {
  const known = new Map(cameras.filter(({ source }) => source.startsWith('mqtt:')).map((camera) => [camera.id, camera]))
  const unknown = counter(
    deps.registry,
    'qianliyan_media_pictures_unknown_total',
    'Pictures of cameras without a configuration, or whose pictures come from elsewhere.',
  )
  const open = new Map<string, { readonly camera: PictureCamera; readonly partition: number }>()
  const positions = new Map<number, bigint>()
  const atOnce = createLimit(decodedAtOnce)
  let subscription: Subscription | undefined

  const cameraOf = (id: string, partition: number): PictureCamera | undefined => {
    const configured = known.get(id)
    if (!configured) return undefined
    const existing = open.get(id)
    if (existing) return existing.camera
    const camera = keep(configured)
    open.set(id, { camera, partition })
    return camera
  }

  const noticeAbsence = async (partition: number, offset: bigint) => {
    const last = positions.get(partition)
    positions.set(partition, offset)
    // the next one, or the same again because it failed: nobody else had the partition meanwhile
    if (last === undefined || offset === last + 1n || offset === last) return
    const away = [...open.values()].filter((each) => each.partition === partition)
    await Promise.all(away.map(({ camera }) => camera.handOver()))
  }

  const look = async ({ event, partition }: Delivery<'qly.frame.v1'>) => {
    if (event.type !== 'cn.qianliyan.frame.captured.v1') return
    const camera = cameraOf(event.data.cameraId, partition)
    if (!camera) return unknown.inc()
    if (!camera.wants(event.data)) return
    await atOnce(async () => {
      const picture = await readPicture(bytesOf(event.data), config.maximumPixels)
      await camera.show(picture, Date.parse(event.data.capturedAt))
    })
  }

  return {
    async start() {
      if (known.size === 0) return
      const options = { topics: ['qly.frame.v1'] as const, group: 'eyes-frames', maximumBatch: batch }
      subscription = await deps.bus.subscribe(options, async (deliveries) => {
        for (const delivery of deliveries) {
          await noticeAbsence(delivery.partition, BigInt(delivery.offset))
          await look(delivery)
        }
      })
    },
    async stop() {
      await subscription?.stop()
      subscription = undefined
      const closing = [...open.values()]
      open.clear()
      await Promise.all(closing.map(({ camera }) => camera.stop()))
    },
  }
}
