// Who may do what: which right a request needs, and the check of credentials that the composition supplies.
import type { DigestSecret } from '../rtsp/authorization.ts'
import type { RtspRequest } from '../rtsp/rtsp-message.ts'
import type { SessionState } from './session.ts'
import { pathOf } from './stream-path.ts'

export type RtspAction = 'publish' | 'play'

/** One attempt to prove who it is. */
export interface RtspAttempt {
  readonly action: RtspAction
  readonly path: string
  readonly user: string
  /** address of the client */
  readonly address: string
  /** nobody else hears it: TLS, or from this machine */
  readonly private: boolean
  /** the password that was sent (Basic only) */
  readonly password: string | undefined
  /** True if the client knows this password. */
  matches(password: string): boolean
  /** True if the client made its digest with the password of this secret. */
  matchesDigest(secret: DigestSecret): boolean
}

export interface RtspCredentials {
  /** True if the user is who it says and may do this on the path. */
  verify(attempt: RtspAttempt): boolean | Promise<boolean>
}

/** The right that a request needs, with the path it is about; undefined if it needs none. */
export function rightNeeded(
  state: SessionState,
  request: RtspRequest,
): { readonly action: RtspAction; readonly path: string } | undefined {
  const path = state.path === '' ? pathOf(request.url.replace(/\/+trackID=\d+.*$/, '')) : state.path
  if (path === undefined) return undefined
  switch (request.method) {
    case 'ANNOUNCE':
      return { action: 'publish', path: pathOf(request.url) ?? path }
    case 'DESCRIBE':
      return { action: 'play', path: pathOf(request.url) ?? path }
    case 'SETUP':
      return { action: state.role === 'publisher' ? 'publish' : 'play', path }
    default:
      return undefined
  }
}
