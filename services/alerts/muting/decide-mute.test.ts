// Who mutes whom.
import { describe, expect, it } from 'vitest'
import type { Silence, SilenceMatchers } from '../../contracts/silences.ts'
import { alertsConfig } from '../life-cycle/story.ts'
import { decideMute, type MuteFacts, matches } from './decide-mute.ts'

const config = alertsConfig()
const alert = { kind: 'illegal_parking', source: { camera: 'c1', zone: 'kerb' } } as const
const silence = (id: string, matchers: SilenceMatchers): Silence => ({
  id,
  matchers,
  author: 'li',
  reason: 'works',
  createdAt: '2020-06-28T06:00:00.000Z',
  until: '2020-06-28T08:00:00.000Z',
  endedAt: null,
  endedBy: null,
})
const facts = (more: Partial<MuteFacts> = {}): MuteFacts => ({
  silences: [],
  cameraLost: false,
  lostGateway: null,
  others: [],
  ...more,
})

describe('matchers', () => {
  it.each([
    [{ kind: ['illegal_parking'] }, true],
    [{ kind: ['smoke', 'illegal_parking'], camera: ['c1'] }, true],
    [{ camera: ['c1'], zone: ['kerb'] }, true],
    [{ camera: ['c2'] }, false],
    [{ kind: ['illegal_parking'], zone: ['gate'] }, false],
    [{ device: ['c1'] }, false],
  ] satisfies [SilenceMatchers, boolean][])('%o: %s', (matchers, expected) => {
    expect(matches(matchers, alert)).toBe(expected)
  })
})

describe('muting', () => {
  it('is nobody’s by default', () => {
    expect(decideMute(alert, facts(), config)).toBeNull()
  })

  it('is the oldest matching silence’s before anything else', () => {
    const silences = [
      silence('other', { camera: ['c2'] }),
      silence('s1', { zone: ['kerb'] }),
      silence('s2', { camera: ['c1'] }),
    ]
    expect(decideMute(alert, facts({ silences, cameraLost: true }), config)).toEqual({ by: 'silence', ref: 's1' })
  })

  it('is the lost camera’s for its pictures, not for its own loss', () => {
    expect(decideMute(alert, facts({ cameraLost: true }), config)).toEqual({ by: 'inhibition', ref: 'c1' })
    expect(decideMute({ ...alert, kind: 'device_offline' }, facts({ cameraLost: true }), config)).toBeNull()
    expect(decideMute({ kind: 'gas', source: { device: 'c1' } }, facts({ cameraLost: true }), config)).toBeNull()
  })

  it('is a worse alert’s where configured, and no alert mutes its own kind', () => {
    const others = [{ id: 'a1', kind: 'fire' } as const, { id: 'a2', kind: 'view_changed' } as const]
    expect(decideMute({ ...alert, kind: 'smoke' }, facts({ others }), config)).toEqual({ by: 'inhibition', ref: 'a1' })
    expect(decideMute(alert, facts({ others }), config)).toEqual({ by: 'inhibition', ref: 'a2' })
    expect(decideMute({ ...alert, kind: 'fire' }, facts({ others }), config)).toBeNull()
    const odd = alertsConfig({ inhibitions: [{ by: 'smoke', mutes: ['smoke'] }] })
    expect(decideMute({ ...alert, kind: 'smoke' }, facts({ others: [{ id: 'a3', kind: 'smoke' }] }), odd)).toBeNull()
  })
})
