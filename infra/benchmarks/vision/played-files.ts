// Files → tracked detections: media plays them as fast as vision takes the pictures, none skipped.
import { pathToFileURL } from 'node:url'
import { Value } from 'typebox/value'
import { MediaConfig } from '../../../services/contracts/config/media.ts'
import { systemClock } from '../../../services/kernel/clock/system-clock.ts'
import { startCameraSource } from '../../../services/media/camera-source/camera-source.ts'
import { openFile } from '../../../services/media/camera-source/file-input.ts'
import type { ThreadSplit } from '../../../services/vision/inference/thread-split.ts'
import { createVisionRig, type VisionRig } from '../../../services/vision/testing/vision-rig.ts'
import { type Clip, countFrames, type FrameCount, watchedCamera } from './watched-camera.ts'

/** Frames a second of all files together. */
export async function filesToTracks(
  model: string,
  clip: Clip,
  { files, split }: { files: number; split: ThreadSplit },
): Promise<number> {
  const rig = await createVisionRig({ vision: { inferenceWorkers: split.workers, threadsPerSession: split.threads } })
  const count = countFrames(25 * files)
  try {
    await Promise.all(Array.from({ length: files }, (_, index) => playFile(rig, model, clip, `bench-${index}`, count)))
    return count.rate()
  } finally {
    await rig.stop()
  }
}

async function playFile(rig: VisionRig, model: string, clip: Clip, id: string, count: FrameCount): Promise<void> {
  const camera = watchedCamera(id, pathToFileURL(clip.path).href, model, clip)
  const plan = await rig.vision.eyes.open(camera)
  let failure: unknown
  const source = startCameraSource(
    { clock: systemClock },
    Value.Default(MediaConfig, {}) as MediaConfig,
    {
      plan,
      open: (signal) => openFile(camera.source, systemClock, signal),
      see: rig.vision.eyes.see,
      loop: false,
      mode: 'every',
    },
    {
      onHealth: () => undefined,
      onDecoded: () => undefined,
      onSkipped: () => undefined,
      onDelivered: count.add,
      onDamaged: () => undefined,
      onReconnect: () => undefined,
      onFailed: (error) => {
        failure ??= error
      },
    },
  )
  await source.ended
  await source.stop()
  await rig.vision.eyes.close(id)
  if (failure !== undefined) throw failure
}
