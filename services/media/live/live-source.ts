// Where this process's cameras can be played from: our RTSP server over loopback, with a password that works once.
import { AppError } from '../../contracts/errors.ts'
import type { DeviceCredentials } from '../rtsp-server/device-credentials.ts'
import type { RtspServer } from '../rtsp-server/rtsp-server.ts'
import type { LiveSource } from './live-view.ts'

export interface LiveSourceDeps {
  readonly server: Pick<RtspServer, 'port' | 'streams'>
  readonly credentials: Pick<DeviceCredentials, 'passFor'>
  readonly bind: string
}

/** `pathOf`: a camera's path on the server; undefined if the camera is another process's. */
export function createLiveSource(
  { server, credentials, bind }: LiveSourceDeps,
  pathOf: (cameraId: string) => string | undefined,
): LiveSource {
  const host = bind === '0.0.0.0' ? '127.0.0.1' : bind === '::' ? '[::1]' : bind.includes(':') ? `[${bind}]` : bind
  return {
    addressOf(cameraId) {
      const path = pathOf(cameraId)
      if (path === undefined) return undefined
      if (!server.streams.has(path)) throw new AppError('QLY_STREAM_UNREADABLE', 'the camera sends no picture now')
      const { credential, revoke } = credentials.passFor(path)
      return { url: `rtsp://${credential.user}:${credential.password}@${host}:${server.port}/${path}`, revoke }
    },
  }
}
