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
import { createVisionRig, type VisionRig } from '../../../services/vision/testing/vision-rig.ts'

export const street = join(import.meta.dirname, '../../../models/street')

export interface Looked {
  /** frames a second that were looked at, of all files together, without opening them and the models */
  readonly rate: number
  /** processor seconds */
  readonly cores: number
  /** bytes */
  readonly memory: number
}

export interface LookOptions {
  /** so many frames of each second are looked at */
  readonly fps: number
  readonly split: ThreadSplit
  /** played first, untimed: all inference threads have loaded the model then, as they have after a start */
  readonly warmUp?: string
}

export async function lookAt(files: readonly string[], { fps, split, warmUp }: LookOptions): Promise<Looked> {
  const rig = await createVisionRig({ vision: { inferenceWorkers: split.workers, threadsPerSession: split.threads } })
  try {
    if (warmUp) await playAll(rig, [warmUp, warmUp], 25)
    const before = process.cpuUsage()
    const rate = await playAll(rig, files, fps)
    const { user, system } = process.cpuUsage(before)
    return { rate, cores: (user + system) / 1e6, memory: process.memoryUsage().rss }
  } finally {
    await rig.stop()
  }
}

/** Frames a second of all files together. */
async function playAll({ vision: { eyes } }: VisionRig, files: readonly string[], fps: number): Promise<number> {
  const cameras = files.map((file, index): CameraConfig => {
    const id = `bench-${index}`
    const source = pathToFileURL(file).href
    return { id, name: id, kind: 'cctv', source, loop: false, transport: 'tcp', fps, models: [street], zones: [] }
  })
  const plans = await Promise.all(cameras.map((camera) => eyes.open(camera)))
  let frames = 0
  let failure: unknown
  const began = performance.now()
  const sources = cameras.map(({ source }, index) =>
    startCameraSource(
      { clock: systemClock },
      Value.Default(MediaConfig, {}) as MediaConfig,
      {
        plan: plans[index] as (typeof plans)[number],
        open: (signal) => openFile(source, systemClock, signal),
        see: eyes.see,
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
          failure ??= error
        },
      },
    ),
  )
  await Promise.all(sources.map(({ ended }) => ended))
  const seconds = (performance.now() - began) / 1000
  await Promise.all(cameras.map(({ id }) => eyes.close(id)))
  if (failure !== undefined) throw failure
  return frames / seconds
}
