// For tests with programs of others (ffmpeg, GStreamer, gortsplib): a server of ours for them, and our client watching theirs.
import { Value } from 'typebox/value'
import { expect } from 'vitest'
import { MediaConfig } from '../../contracts/config/media.ts'
import type { CameraFrame } from '../../contracts/frames.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { type CameraHealth, startCameraSource } from '../camera-source/camera-source.ts'
import { openRtsp } from '../camera-source/rtsp-input.ts'
import { readRtspAddress } from '../rtsp-client/rtsp-address.ts'
import type { RtspCredentials } from '../rtsp-server/permission.ts'
import { createRtspServer, type RtspServer } from '../rtsp-server/rtsp-server.ts'

/** An RTSP server on a free port, UDP play included. */
export function serverForPeers(credentials: RtspCredentials): RtspServer {
  return createRtspServer(
    { clock: systemClock, logger: silentLogger, registry: createMetrics() },
    {
      bind: '127.0.0.1',
      port: 0,
      udp: { enabled: true, port: 0 },
      failedLoginsPerMinute: 1000,
      maximumSessions: 20,
      idleSeconds: 60,
      playerQueueBytes: 4_194_304,
      groupCacheBytes: 4_194_304,
    },
    credentials,
  )
}

export interface Watched {
  readonly seen: readonly CameraFrame[]
  readonly healths: readonly CameraHealth[]
  readonly damaged: number
}

/** Pulls a peer's stream until more than 20 pictures came, or until it is said to be offline first (`evenOffline`: not even then). */
export async function watchPeer(
  address: string,
  transport: 'tcp' | 'udp',
  options: { readonly evenOffline?: boolean } = {},
): Promise<Watched> {
  const read = readRtspAddress(address)
  const rtsp = { clock: systemClock, credential: read.credential, transport, verifyCertificates: false }
  const seen: CameraFrame[] = []
  const healths: CameraHealth[] = []
  let damaged = 0
  const camera = startCameraSource(
    { clock: systemClock },
    Value.Default(MediaConfig, {}) as MediaConfig,
    {
      plan: { cameraId: 'cam', framesPerSecond: 30, cuts: [] },
      open: (signal) => openRtsp(read, rtsp, signal),
      see: async (frame) => void seen.push(frame),
      loop: false,
      mode: 'live',
    },
    {
      onHealth: (health) => healths.push(health),
      onDecoded() {},
      onSkipped() {},
      onDelivered() {},
      onDamaged: () => damaged++,
      onReconnect() {},
      onFailed() {},
    },
  )
  const refused = () => !options.evenOffline && healths[0]?.status === 'offline'
  try {
    await expect.poll(() => seen.length > 20 || refused(), { timeout: 25_000 }).toBe(true)
  } finally {
    await camera.stop()
  }
  return { seen, healths, damaged }
}
