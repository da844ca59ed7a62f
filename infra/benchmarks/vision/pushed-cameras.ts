// RTSP → tracked detections: ffmpeg programs push a clip at its own speed to our RTSP server, and the whole media room shows it to vision, newest
// picture first. There are more cameras than inference can look at, so it always has one; the programs and the server use the same cores.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { CameraEyes } from '../../../services/contracts/frames.ts'
import { findFfmpeg } from '../../../services/media/live/find-ffmpeg.ts'
import { createMediaPlant } from '../../../services/media/testing/media-plant.ts'
import type { ThreadSplit } from '../../../services/vision/inference/thread-split.ts'
import { createVisionRig } from '../../../services/vision/testing/vision-rig.ts'
import { type Clip, countFrames, watchedCamera } from './watched-camera.ts'

const password = 'bench password'
const measuredSeconds = 7

/** Frames a second of all cameras together. */
export async function pushedToTracks(
  model: string,
  clip: Clip,
  { cameras, split }: { cameras: number; split: ThreadSplit },
): Promise<number> {
  const ids = Array.from({ length: cameras }, (_, index) => `bench-${index}`)
  const rig = await createVisionRig({ vision: { inferenceWorkers: split.workers, threadsPerSession: split.threads } })
  const plant = await createMediaPlant()
  const count = countFrames(25 * cameras)
  const { eyes } = rig.vision
  const counting: CameraEyes = {
    ...eyes,
    async see(frame, ready) {
      await eyes.see(frame, ready)
      count.add()
    },
  }
  const pushers: ReturnType<typeof push>[] = []
  try {
    const media = await plant.start(counting, {
      cameras: ids.map((id) => watchedCamera(id, `rtsp://127.0.0.1:0/${id}`, model, clip)),
      devices: ids.map((id) => ({ id, kind: 'cctv', password })),
      media: { snapshotSeconds: 0 },
    })
    for (const id of ids) {
      pushers.push(push(clip, `rtsp://${id}:${encodeURIComponent(password)}@127.0.0.1:${media.rtspPort}/${id}`))
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 * (measuredSeconds + 5)))
    return count.rate()
  } finally {
    for (const pusher of pushers) {
      if (pusher.exitCode !== null) continue
      pusher.kill()
      await once(pusher, 'exit')
    }
    await plant.stop()
    await rig.stop()
  }
}

function push({ path }: Clip, url: string) {
  const input = ['-re', '-stream_loop', '-1', '-i', path, '-an', '-c', 'copy']
  const output = ['-f', 'rtsp', '-rtsp_transport', 'tcp', url]
  return spawn(findFfmpeg(undefined) ?? 'ffmpeg', ['-v', 'error', '-nostdin', ...input, ...output], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
