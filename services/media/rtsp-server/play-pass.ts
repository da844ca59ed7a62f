// A pass with which another process of the deployment plays one path of one RTSP server of ours, once, within seconds. It is made and checked under the key
// that all processes share (ADR 0006), so nothing is asked and no password lasts on a command line.
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { Sealing } from '../../kernel/secrets/sealing.ts'
import type { Credential } from '../rtsp-client/rtsp-caller.ts'
import type { RtspAttempt } from './permission.ts'

/** What a pass is for. */
export interface PassFor {
  /** the server, by the name it gave itself at its start: a pass works neither at another one nor after a restart */
  readonly audience: string
  /** path of the stream, which begins with the camera's id */
  readonly path: string
}

export interface PlayPasses {
  /** this server's name in passes, new in every process */
  readonly audience: string
  /** True if the user is a pass for this path, unexpired, unused, and its password is right; it is used then. */
  admit(attempt: Pick<RtspAttempt, 'user' | 'path' | 'matches'>): boolean
}

export type PassDeps = { readonly clock: Pick<Clock, 'now'>; readonly sealing: Pick<Sealing, 'sign'> }

/** how long a pass is good; what is left to the longest is for clocks that differ by as much either way, ms */
const lifeMs = 20_000
/** a pass that claims to be good for longer than this is none, ms */
const longestMs = 30_000
/** ids of devices and names of people have no ~ */
const form = /^live~(\d{1,15})~([0-9a-f]{32})$/

/** A new pass, as user and password. */
export function issuePass({ clock, sealing }: PassDeps, what: PassFor): Credential {
  const expiry = String(clock.now() + lifeMs)
  const nonce = randomBytes(16).toString('hex')
  return { user: `live~${expiry}~${nonce}`, password: passwordOf(sealing, what, expiry, nonce) }
}

/** Checks passes for one server. Comparing is left to the attempt, which does it in constant time. */
export function createPlayPasses({ clock, sealing }: PassDeps): PlayPasses {
  const audience = randomBytes(12).toString('hex')
  /** nonce → when its pass expires: only of passes that were right, so few */
  const used = new Map<string, number>()
  return {
    audience,
    admit({ user, path, matches }) {
      const [, expiry, nonce] = form.exec(user) ?? []
      if (expiry === undefined || nonce === undefined) return false
      const now = clock.now()
      const expires = Number(expiry)
      if (expires <= now || expires > now + longestMs || used.has(nonce)) return false
      if (!matches(passwordOf(sealing, { audience, path }, expiry, nonce))) return false
      for (const [old, until] of used) if (until <= now) used.delete(old)
      used.set(nonce, expires)
      return true
    },
  }
}

const passwordOf = (sealing: Pick<Sealing, 'sign'>, { audience, path }: PassFor, expiry: string, nonce: string) =>
  sealing.sign([audience, path, expiry, nonce].join(' '), 'play-pass')
