// The gate of one connection: which requests need a credential, the challenge, and how often one may fail, by connection and by address.
import { randomBytes } from 'node:crypto'
import { rtspRealm as realm } from '../../contracts/stream-access.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import type { LoginLimiter } from '../../kernel/network/login-limiter.ts'
import { challenges, type Proof, proves, provesDigest, readAuthorization } from '../rtsp/authorization.ts'
import { header, type RtspRequest } from '../rtsp/rtsp-message.ts'
import { type RtspAttempt, type RtspCredentials, rightNeeded } from './permission.ts'
import type { Answer, SessionState } from './session.ts'

export interface Gate {
  /** a credential was good for something */
  readonly entered: boolean
  /** more failures than one connection may have */
  readonly exhausted: boolean
  /** undefined: the request may go on; else what it is answered. */
  check(state: SessionState, request: RtspRequest): Promise<Answer | undefined>
}

export interface GateDeps {
  readonly credentials: RtspCredentials
  readonly limiter: LoginLimiter
  readonly logger: Logger
}

const maximumRefusals = 5

/** `encrypted`: over TLS. There Basic alone is offered: it is safe, and can be checked where only a hash of the password is kept. */
export function createGate(
  deps: GateDeps,
  { address, encrypted }: { readonly address: string; readonly encrypted: boolean },
): Gate {
  const nonce = randomBytes(16).toString('hex')
  const isPrivate = encrypted || /^(127\.|::1$|::ffff:127\.)/i.test(address)
  let granted = ''
  let refusals = 0

  const attemptOf = (right: Pick<RtspAttempt, 'action' | 'path'>, request: RtspRequest, proof: Proof): RtspAttempt => {
    const asked = { method: request.method, realm, nonce }
    return {
      ...right,
      address,
      private: isPrivate,
      user: proof.user,
      password: proof.scheme === 'basic' ? proof.password : undefined,
      matches: (password) => proves(proof, password, asked),
      matchesDigest: (secret) => provesDigest(proof, secret, asked),
    }
  }

  return {
    get entered() {
      return granted !== ''
    },
    get exhausted() {
      return refusals >= maximumRefusals
    },
    async check(state, request) {
      const right = rightNeeded(state, request)
      if (!right) return undefined
      const key = `${right.action} ${right.path}`
      if (granted === key) return undefined
      const text = header(request.headers, 'authorization')
      const proof = text === undefined ? undefined : readAuthorization(text)
      if (proof && !deps.limiter.blocked(address)) {
        try {
          if (await deps.credentials.verify(attemptOf(right, request, proof))) {
            granted = key
            return undefined
          }
        } catch (error) {
          deps.logger.warn({ user: proof.user, path: right.path, err: error }, 'an RTSP credential cannot be checked')
          return { status: 503, headers: [] }
        }
        deps.limiter.failed(address)
      }
      if (proof) {
        refusals++
        deps.logger.warn({ user: proof.user, path: right.path, action: right.action }, 'RTSP credential refused')
      }
      const offered = challenges(realm, nonce).filter((each) => !encrypted || each.startsWith('Basic'))
      return { status: 401, headers: offered.map((challenge) => ['WWW-Authenticate', challenge] as const) }
    },
  }
}
