// Log-in with name and password. A password that was right once is known again by a keyed digest in memory, so that thousands of devices may come
// back at once; the key is new in every process. Wrong ones cost a scrypt each and are limited by address.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../kernel/clock/clock.ts'
import { createLoginLimiter } from '../../kernel/network/login-limiter.ts'
import type { Account, DeviceRegistry } from './device-registry.ts'
import { hashPassword, verifyPassword } from './password-hash.ts'
import type { Principal } from './topic-access.ts'

export type Login =
  | { readonly outcome: 'welcome'; readonly principal: Principal }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'rate_limited' }

export interface Authenticator {
  login(name: string | undefined, password: Buffer | undefined, address: string): Promise<Login>
}

/** scrypt at once; each holds 16 MiB and a thread of the pool */
const concurrency = 2
const maximumWaiting = 2000

export function createAuthenticator(
  deps: { readonly registry: DeviceRegistry; readonly clock: Clock },
  options: { readonly failedLoginsPerMinute: number },
): Authenticator {
  const key = randomBytes(32)
  /** digest of the right password, and the account that it was right for */
  const known = new Map<string, { digest: Buffer; account: Account }>()
  const limiter = createLoginLimiter(deps.clock, options.failedLoginsPerMinute)
  const turn = createTurnstile(concurrency, maximumWaiting)
  let decoy: Promise<string> | undefined

  const digestOf = (name: string, password: Buffer) =>
    createHmac('sha256', key).update(name).update('\0').update(password).digest()

  const isRight = async (
    account: Account | undefined,
    name: string,
    password: Buffer,
    digest: Buffer,
  ): Promise<boolean> => {
    if (account && 'plain' in account.secret)
      return timingSafeEqual(digestOf(name, Buffer.from(account.secret.plain)), digest)
    // an unknown name costs the same time as a wrong password
    decoy ??= hashPassword('nobody')
    const hash = account && 'hash' in account.secret ? account.secret.hash : await decoy
    const right = await turn(() => verifyPassword(password.toString('utf8'), hash))
    return right && account !== undefined
  }

  return {
    async login(name, password, address) {
      if (!name || !password || password.length > 256) {
        limiter.failed(address)
        return { outcome: 'refused' }
      }
      const account = deps.registry.account(name)
      const digest = digestOf(name, password)
      const before = known.get(name)
      const isKnown = account !== undefined && before?.account === account && timingSafeEqual(before.digest, digest)
      if (!isKnown && limiter.blocked(address)) return { outcome: 'rate_limited' }
      const right = isKnown || (await isRight(account, name, password, digest).catch(() => 'busy' as const))
      if (right === 'busy') return { outcome: 'rate_limited' }
      if (!right || !account) {
        limiter.failed(address)
        return { outcome: 'refused' }
      }
      known.set(name, { digest, account })
      return { outcome: 'welcome', principal: account.principal }
    },
  }
}

/** Runs at most `width` pieces of work at once; rejects when more than `maximum` wait. */
function createTurnstile(width: number, maximum: number) {
  let inside = 0
  const waiting: (() => void)[] = []
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (inside >= width) {
      if (waiting.length >= maximum) throw new Error('too many log-ins wait')
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else inside++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else inside--
    }
  }
}
