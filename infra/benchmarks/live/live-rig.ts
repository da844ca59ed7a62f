// For the benches of live view: media, live view and the API in this process, with cameras that push or play files, without models.
import { Value } from 'typebox/value'
import { createApiService } from '../../../services/api/api-service.ts'
import { Config } from '../../../services/contracts/config/config.ts'
import type { CameraEyes } from '../../../services/contracts/frames.ts'
import { startTestKernel } from '../../../services/kernel/testing/test-kernel.ts'
import { createLiveView } from '../../../services/media/live/live-view.ts'
import { createMediaService } from '../../../services/media/media-service.ts'

export const adminToken = 'bench-admin-token-0123456789'

/** Nobody looks: what is measured is live view. */
const blind: CameraEyes = {
  open: async (camera) => ({ cameraId: camera.id, framesPerSecond: camera.fps, cuts: [] }),
  see: async () => {},
  close: async () => {},
}

export async function startLiveRig(cameras: readonly Record<string, unknown>[]) {
  const kernel = await startTestKernel()
  const config = Value.Default(Config, {
    cameras: cameras.map((camera) => ({ fps: 0.2, models: [], ...camera })),
    devices: [{ id: 'clock', kind: 'cctv', password: 'clock password' }],
    rtsp: { port: 0 },
    http: { port: 0, adminToken },
    media: { snapshotSeconds: 0, live: { maximumEncoders: 64, lingerSeconds: 0 } },
  }) as Config
  const media = createMediaService(kernel, config, blind)
  const live = createLiveView(kernel, config, media.live)
  const api = createApiService(kernel, config, { check: async () => {}, live })
  const never = new AbortController().signal
  await media.start(never)
  await api.start(never)
  return {
    live,
    rtspPort: media.rtspPort,
    httpPort: api.port,
    async stop() {
      await live.stop()
      await api.stop()
      await media.stop()
      await kernel.stop()
    },
  }
}
