// Where a camera can be played from by another process: written into its twin by the worker that has it, read by the one that shows it. Sealed under the key that
// both have, so that people who read the twin see no address, and no device can send us to one of its own.
import { hostname } from 'node:os'
import type { Config } from '../../contracts/config/config.ts'
import { AppError } from '../../contracts/errors.ts'
import type { Sealing } from '../../kernel/secrets/sealing.ts'
import { issuePass, type PassDeps, type PlayPasses } from '../rtsp-server/play-pass.ts'
import type { RtspServer } from '../rtsp-server/rtsp-server.ts'
import type { PlayAddress } from './mpeg1-producer.ts'

export interface AddressDeps {
  readonly sealing: Pick<Sealing, 'seal'>
  readonly passes: Pick<PlayPasses, 'audience'>
  readonly server: Pick<RtspServer, 'port'>
}

/** Reads the addresses that other processes write. */
export interface RemoteSource {
  /** With a new pass. QLY_CONFIG_INVALID if it was sealed under another key than ours. */
  addressOf(cameraId: string, sealed: string): PlayAddress
}

/** What processes of one deployment must have in common; a text for the log and for people. */
export const sameKey =
  'live view of cameras that other processes have needs the same key in all of them: set secretsKeyFile to one file, or give them one data directory'

const purposeOf = (cameraId: string) => `live-address:${cameraId}`

/** The sealed address of a camera at this path, from `rtsp.advertise`; the port is known once the server listens. */
export function createLiveAddress(
  { sealing, passes, server }: AddressDeps,
  { rtsp, bind }: { readonly rtsp: Pick<Config['rtsp'], 'advertise'>; readonly bind: string },
): (cameraId: string, path: string) => string {
  return (cameraId, path) => {
    const url = `rtsp://${advertised(rtsp.advertise, bind, server.port)}/${path}`
    return sealing.seal(`${passes.audience} ${url}`, purposeOf(cameraId))
  }
}

/** host:port at which others reach a server that listens on `bind`. */
export function advertised(advertise: string | undefined, bind: string, port: number, name = hostname()): string {
  if (advertise !== undefined) return /(^[^[:]+|\]):\d+$/.test(advertise) ? advertise : `${advertise}:${port}`
  const host = bind === '0.0.0.0' || bind === '::' ? name : bind
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

export function createRemoteSource(deps: PassDeps & { readonly sealing: Sealing }): RemoteSource {
  return {
    addressOf(cameraId, sealed) {
      const opened = deps.sealing.open(sealed, purposeOf(cameraId))
      const [, audience, host, path] = /^([0-9a-f]+) rtsp:\/\/([^/]+)\/(.+)$/.exec(opened ?? '') ?? []
      if (audience === undefined || path === undefined) throw new AppError('QLY_CONFIG_INVALID', sameKey)
      const { user, password } = issuePass(deps, { audience, path })
      // it is good for one log-in within seconds: there is nothing to take back
      return { url: `rtsp://${user}:${password}@${host}/${path}`, revoke() {} }
    },
  }
}
