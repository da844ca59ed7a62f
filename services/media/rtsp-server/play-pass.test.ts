// A pass opens one path of one server once, for seconds; whatever is changed about it, it is none.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Config } from '../../contracts/config/config.ts'
import { createManualClock, type ManualClock } from '../../kernel/clock/manual-clock.ts'
import { createSealing, type Sealing } from '../../kernel/secrets/sealing.ts'
import type { Credential } from '../rtsp-client/rtsp-caller.ts'
import { createDeviceCredentials, type DeviceCredentials } from './device-credentials.ts'
import { createPlayPasses, issuePass, type PlayPasses } from './play-pass.ts'

let folder: string
let sealing: Sealing
let clock: ManualClock
let passes: PlayPasses
let credentials: DeviceCredentials

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qly-pass-'))
  sealing = createSealing(join(folder, 'secrets.key'))
})
beforeEach(() => {
  clock = createManualClock('2026-05-01T08:00:00Z')
  passes = createPlayPasses({ clock, sealing })
  credentials = createDeviceCredentials(Value.Default(Config, { cameras: [] }) as Config, undefined, passes)
})
afterAll(() => rm(folder, { recursive: true }))

const issue = (path = 'gate-01', audience = passes.audience, key = sealing) =>
  issuePass({ clock, sealing: key }, { audience, path })

const admits = async (
  { user, password }: Credential,
  { path = 'gate-01', action = 'play' as 'play' | 'publish' } = {},
): Promise<boolean> =>
  credentials.verify({
    action,
    path,
    user,
    address: '192.0.2.7',
    private: false,
    password,
    matches: (right) => right === password,
    matchesDigest: () => false,
  })

/** A pass by hand, as only who has the key can make it. */
function passUntil(milliseconds: number): Credential {
  const [expiry, nonce] = [String(clock.now() + milliseconds), 'ab'.repeat(16)]
  const text = [passes.audience, 'gate-01', expiry, nonce].join(' ')
  return { user: `live~${expiry}~${nonce}`, password: sealing.sign(text, 'play-pass') }
}

describe('a pass', () => {
  it('plays its path once', async () => {
    const pass = issue()
    expect([await admits(pass), await admits(pass), await admits(issue())]).toEqual([true, false, true])
  })

  it.each<[string, () => Promise<boolean>]>([
    ['another camera', () => admits(issue('gate-02'))],
    ['another stream of the camera', () => admits(issue(), { path: 'gate-01/main' })],
    ['another server, or this one before its restart', () => admits(issue('gate-01', 'ab'.repeat(12)))],
    ['another key', () => admits(issue('gate-01', passes.audience, createSealing(join(folder, 'other.key'))))],
    ['publishing', () => admits(issue(), { action: 'publish' })],
    ['no signature', () => admits({ ...issue(), password: '' })],
    ['the signature of another pass', () => admits({ ...issue(), password: issue().password })],
    ['a pass that says longer than any may', () => admits(passUntil(30_001))],
    ['a pass that ends now', () => admits(passUntil(0))],
    ['a name that only looks like one', () => admits({ user: 'live~1~x', password: '' })],
  ])('is refused: %s', async (_what, attempt) => {
    expect(await attempt()).toBe(false)
    expect(await admits(issue())).toBe(true)
  })

  it('is good by clocks that differ by ten seconds, and expires, used or not', async () => {
    expect([await admits(passUntil(30_000)), await admits(passUntil(1))]).toEqual([true, false])
    const [early, late] = [issue(), issue()]
    await clock.advance(19_999)
    expect(await admits(early)).toBe(true)
    await clock.advance(1)
    expect([await admits(late), await admits(early)]).toEqual([false, false])
    await clock.advance(60_000)
    expect([await admits(early), await admits(issue())]).toEqual([false, true])
  })

  it('is refused with any change to it, and used up by none of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('user' as const, 'password' as const),
        fc.nat(),
        fc.string({ maxLength: 3 }),
        async (of, n, text) => {
          const pass = issue()
          const at = n % pass[of].length
          const changed = { ...pass, [of]: pass[of].slice(0, at) + text + pass[of].slice(at + 1) }
          fc.pre(changed[of] !== pass[of])
          expect(await admits(changed)).toBe(false)
          expect(await admits(pass)).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })
})
