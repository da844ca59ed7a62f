// Who may publish and play on our RTSP server: devices (their own path only), the administrator, people whose role has the right, this process itself,
// and other processes of the deployment with a pass.
import { randomBytes } from 'node:crypto'
import type { Config } from '../../contracts/config/config.ts'
import type { StreamAccess } from '../../contracts/stream-access.ts'
import { createLimit } from '../pictures/at-once.ts'
import type { Credential } from '../rtsp-client/rtsp-caller.ts'
import type { RtspAttempt, RtspCredentials } from './permission.ts'
import type { PlayPasses } from './play-pass.ts'
import { ownerOf } from './stream-path.ts'

export interface DeviceCredentials extends RtspCredentials {
  /** What this process plays with; new in every process. */
  readonly internal: Credential
  /** A credential that plays this path once, for a program whose command line others can read. */
  passFor(path: string): { readonly credential: Credential; revoke(): void }
  /** The credential of a device, if the configuration has its password plain. */
  of(deviceId: string): Credential | undefined
}

/** Hashes are slow to check: this many at one time. */
const checksAtOnce = 2

/** `access` is asked for devices and people that the configuration does not have with a plain password; `passes` for other processes of the deployment. */
export function createDeviceCredentials(
  config: Pick<Config, 'devices' | 'http'>,
  access?: StreamAccess,
  passes?: Pick<PlayPasses, 'admit'>,
): DeviceCredentials {
  const internal = { user: 'qly-internal', password: randomBytes(24).toString('base64url') }
  const devices = new Map(config.devices.map((device) => [device.id, device]))
  const atOnce = createLimit(checksAtOnce)
  const ownPasses = new Map<string, { readonly path: string; readonly password: string }>()
  const passwordOf = (id: string) => {
    const password = devices.get(id)?.password
    return password?.startsWith('scrypt:') ? undefined : password
  }

  /** A device publishes and plays under its own id; a gateway also under those of the devices behind it. */
  const isOwner = async (user: string, path: string): Promise<boolean> => {
    const owner = ownerOf(path)
    if (user === owner || devices.get(owner)?.gateway === user) return true
    return (await access?.device(owner))?.gateway === user
  }

  const isDevice = async ({ user, password, private: heardByNobody, ...attempt }: RtspAttempt): Promise<boolean> => {
    const plain = passwordOf(user)
    if (plain !== undefined) return attempt.matches(plain)
    const known = await access?.device(user)
    if (!known) return false
    if (password === undefined) return known.digest !== undefined && attempt.matchesDigest(known.digest)
    return heardByNobody && atOnce(() => known.verify(password))
  }

  return {
    internal,
    of(deviceId) {
      const password = passwordOf(deviceId)
      return password === undefined ? undefined : { user: deviceId, password }
    },
    passFor(path) {
      const credential = { user: `pass-${randomBytes(6).toString('hex')}`, password: randomBytes(24).toString('hex') }
      ownPasses.set(credential.user, { path, password: credential.password })
      return { credential, revoke: () => void ownPasses.delete(credential.user) }
    },
    async verify(attempt: RtspAttempt) {
      const { action, path, user, password, address, matches } = attempt
      if (action === 'play') {
        if (user === internal.user) return matches(internal.password)
        const pass = ownPasses.get(user)
        if (pass?.path === path && matches(pass.password)) return ownPasses.delete(user)
        if (passes?.admit(attempt)) return true
        if (user === 'admin' && config.http.adminToken !== undefined && matches(config.http.adminToken)) return true
      }
      if ((await isOwner(user, path)) && (await isDevice(attempt))) return true
      if (action !== 'play' || password === undefined || !attempt.private || !access) return false
      return (await atOnce(() => access.player({ user, password, path, address }))) !== undefined
    },
  }
}
