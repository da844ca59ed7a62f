// From a camera's configuration to its video input: which address, which credential, RTSP, HTTP or file, and when to try again sooner.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { Config } from '../../contracts/config/config.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { type RtspAddress, readRtspAddress } from '../rtsp-client/rtsp-address.ts'
import type { Credential } from '../rtsp-client/rtsp-caller.ts'
import type { DeviceCredentials } from '../rtsp-server/device-credentials.ts'
import type { RtspServer } from '../rtsp-server/rtsp-server.ts'
import { ownerOf, pathOf } from '../rtsp-server/stream-path.ts'
import { openFile } from './file-input.ts'
import { openHttp } from './http-input.ts'
import { openRtsp } from './rtsp-input.ts'
import type { OpenVideo } from './video-input.ts'

export interface CameraOpener {
  /** whether we fetch the video ourselves; false: the camera publishes it on our RTSP server */
  readonly pulled: () => boolean
  /** where our RTSP server has the camera's video while it is open */
  readonly livePath: () => string
  readonly open: OpenVideo
  /** Resolves when a new try is worth while before the back-off is over. */
  readonly worthRetrying?: (signal: AbortSignal) => Promise<void>
}

export interface OpenerDeps {
  readonly clock: Clock
  readonly credentials: DeviceCredentials
  readonly server: Pick<RtspServer, 'port' | 'nextPublication'>
}

/** How to open a camera with an rtsp(s)://, http(s):// or file:// source. Port 0 of the local host stands for our own RTSP server, wherever it listens. */
export function openerOf(
  camera: CameraConfig,
  { clock, credentials, server }: OpenerDeps,
  config: Pick<Config, 'media' | 'bind'>,
): CameraOpener {
  if (camera.source.startsWith('file:')) {
    return {
      pulled: () => true,
      livePath: () => camera.id,
      open: (signal, tap) => openFile(camera.source, clock, signal, tap),
    }
  }
  if (/^https?:/i.test(camera.source)) {
    const { verifyCertificates, http: limits } = config.media
    return {
      pulled: () => true,
      livePath: () => camera.id,
      open: (signal) =>
        openHttp(
          camera.source,
          { clock, fps: camera.fps, verifyCertificates, limits, intake: config.media.limits },
          signal,
        ),
    }
  }
  // the port is known only once the server has started
  const address = () => readRtspAddress(camera.source.replace(ownPort, `$1:${server.port}`))
  const ours = ({ host, port }: RtspAddress) =>
    ['127.0.0.1', 'localhost', '::1', config.bind].includes(host) && port === server.port
  return {
    pulled: () => !ours(address()),
    livePath() {
      const found = address()
      return (ours(found) ? pathOf(found.url) : undefined) ?? camera.id
    },
    async open(signal, tap) {
      const found = address()
      const options = {
        clock,
        credential: found.credential ?? (ours(found) ? credentials.internal : credentialOf(found, credentials)),
        transport: camera.transport,
        verifyCertificates: config.media.verifyCertificates,
        limits: config.media.limits,
      }
      return openRtsp(found, options, signal, tap)
    },
    async worthRetrying(signal) {
      const found = address()
      const path = ours(found) ? pathOf(found.url) : undefined
      if (path === undefined) return new Promise(() => {})
      return server.nextPublication(path, signal)
    },
  }
}

const ownPort = /^(rtsp:\/\/(?:[^/]*@)?(?:127\.0\.0\.1|localhost)):0(?=\/|$)/i

/** On another server of ours: the credential of the device that publishes there, which the configuration knows. */
function credentialOf(address: RtspAddress, credentials: DeviceCredentials): Credential | undefined {
  const path = pathOf(address.url)
  return path === undefined ? undefined : credentials.of(ownerOf(path))
}
