// Who may publish and play on our RTSP server: devices with the password that the configuration gives them, the administrator, and this process itself.
import { randomBytes } from 'node:crypto'
import type { Config } from '../../contracts/config/config.ts'
import type { Credential } from '../rtsp-client/rtsp-caller.ts'
import type { RtspAttempt, RtspCredentials } from './permission.ts'
import { ownerOf } from './stream-path.ts'

export interface DeviceCredentials extends RtspCredentials {
  /** What this process plays with; new in every process. */
  readonly internal: Credential
  /** The credential of a device, if the configuration has its password plain. */
  of(deviceId: string): Credential | undefined
}

export function createDeviceCredentials(config: Pick<Config, 'devices' | 'http'>): DeviceCredentials {
  const internal = { user: 'qly-internal', password: randomBytes(24).toString('base64url') }
  const devices = new Map(config.devices.map((device) => [device.id, device]))
  const passwordOf = (id: string) => {
    const password = devices.get(id)?.password
    // Digest cannot be checked against a hash: such a device has no RTSP password.
    return password?.startsWith('scrypt:') ? undefined : password
  }

  return {
    internal,
    of(deviceId) {
      const password = passwordOf(deviceId)
      return password === undefined ? undefined : { user: deviceId, password }
    },
    verify({ action, path, user, matches }: RtspAttempt) {
      if (action === 'play') {
        if (user === internal.user) return matches(internal.password)
        if (user === 'admin' && config.http.adminToken !== undefined) return matches(config.http.adminToken)
      }
      const owner = ownerOf(path)
      if (user !== owner && devices.get(owner)?.gateway !== user) return false
      const password = passwordOf(user)
      return password !== undefined && matches(password)
    },
  }
}
