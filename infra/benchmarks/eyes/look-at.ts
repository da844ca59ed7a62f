// Files through decoding, cutting, inference and tracking with the street model, as fast as it goes, none of the sampled frames skipped.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Value } from 'typebox/value'
import type { CameraConfig } from '../../../services/contracts/config/cameras.ts'
import { MediaConfig } from '../../../services/contracts/config/media.ts'
import { systemClock } from '../../../services/kernel/clock/system-clock.ts'
import { startCameraSource } from '../../../services/media/camera-source/camera-source.ts'
import { openFile } from '../../../services/media/camera-source/file-input.ts'
import type { ThreadSplit } from '../../../services/vision/inference/thread-split.ts'
import { createVisionRig } from '../../../services/vision/testing/vision-rig.ts'

export const street = join(import.meta.dirname, '../../../models/street')

export interface Looked {
  /** frames a second that were looked at, of all files together, without opening them and the models */
  readonly rate: number
  /** processor seconds */
  readonly cores: number
  /** bytes */
  readonly memory: number
}

/** `fps`: so many frames of each second are looked at. */
export async function lookAt(
  files: readonly string[],
  { fps, split }: { fps: number; split: ThreadSplit },
): Promise<Looked> {
  const rig = await createVisionRig({ vision: { inferenceWorkers: split.workers, threadsPerSession: split.threads } })
  const cameras = files.map((file, index): CameraConfig => {
    const id = `bench-${index}`
    const source = pathToFileURL(file).href
    return { id, name: id, kind: 'cctv', source, loop: false, transport: 'tcp', fps, models: [street], zones: [] }
  })
  const plans = await Promise.all(cameras.map((camera) => rig.vision.eyes.open(camera)))
  let frames = 0
  const [began, before] = [performance.now(), process.cpuUsage()]
  const sources = cameras.map(({ source }, index) =>
    startCameraSource(
      { clock: systemClock },
      Value.Default(MediaConfig, {}) as MediaConfig,
      {
        plan: plans[index] as (typeof plans)[number],
        open: (signal) => openFile(source, systemClock, signal),
        see: rig.vision.eyes.see,
        loop: false,
        mode: 'every',
      },
      {
        onHealth() {},
        onDecoded() {},
        onSkipped() {},
        onDelivered: () => frames++,
        onDamaged() {},
        onReconnect() {},
        onFailed(error) {
          throw error
        },
      },
    ),
  )
  await Promise.all(sources.map(({ ended }) => ended))
  const seconds = (performance.now() - began) / 1000
  await Promise.all(cameras.map(({ id }) => rig.vision.eyes.close(id)))
  const { user, system } = process.cpuUsage(before)
  const memory = process.memoryUsage().rss
  await rig.stop()
  return { rate: frames / seconds, cores: (user + system) / 1e6, memory }
}
