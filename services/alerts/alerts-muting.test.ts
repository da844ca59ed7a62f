// Who mutes alerts, through the room's doors: lost cameras, worse alerts, silences; over restarts too.
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../kernel/clock/manual-clock.ts'
import { advanceUntil, until } from './alerts-testbed.ts'
import { createTestbeds } from './create-testbeds.ts'

const start = '2020-06-28T06:00:00.000Z'
const minute = 60_000

describe('muting', () => {
  const { open, close } = createTestbeds()

  describe('inhibition', () => {
    it('mutes the vision alerts of a lost camera, also those that come right after a restart', async () => {
      const first = await open()
      await first.finding({ subject: 'car-1' })
      await first.device('hq-lane-07', 'offline', { reason: 'RTSP 404' })
      await until(() => first.steps.find(({ step }) => step.action === 'muted'))
      await close(first)

      const second = await open()
      await second.finding({ subject: 'car-2' })
      await second.finding({ subject: 'car-3', cameraId: 'hq-lane-08' })
      await until(() => second.actions().filter((action) => action === 'opened').length === 3)
      const muted = Object.fromEntries(second.steps.map(({ alert }) => [alert.key.split('/').at(-1), alert.muted]))
      const byCamera = { by: 'inhibition', ref: 'hq-lane-07' }
      expect(muted).toEqual({ 'car-1': byCamera, 'car-2': byCamera, 'car-3': null })
      await second.device('hq-lane-07', 'online')
      await until(() => second.actions().filter((action) => action === 'unmuted').length === 2)
    })

    it('lets a fire speak for its smoke, and the smoke again when the fire is dismissed', async () => {
      const bed = await open()
      await bed.finding({ kind: 'smoke', subject: 'smoke' })
      await bed.finding({ kind: 'fire', subject: 'fire' })
      const fire = await until(() => bed.steps.find(({ alert }) => alert.kind === 'fire'))
      const smoke = await until(() => bed.steps.find(({ step }) => step.action === 'muted'))
      expect(smoke.alert).toMatchObject({ kind: 'smoke', muted: { by: 'inhibition', ref: fire.alert.id } })
      await bed.command('alert', fire.alert.id, 'dismiss', { reason: 'a red coat' })
      await until(() => bed.steps.find(({ step }) => step.action === 'unmuted'))
    })

    it('lets a lost dock speak for its drone', async () => {
      const clock = createManualClock(start)
      const bed = await open({ clock, config: { alerts: { offlineAfterSeconds: { drone: 60 } } } })
      await bed.device('dock-1', 'offline', { kind: 'dock' })
      await bed.device('drone-1', 'offline', { kind: 'drone', gatewayId: 'dock-1' })
      await bed.settled()
      await advanceUntil(clock, minute, () => bed.steps[0])
      expect(bed.steps[0]?.alert).toMatchObject({
        source: { device: 'drone-1' },
        muted: { by: 'inhibition', ref: 'dock-1' },
      })
    })
  })

  describe('silences', () => {
    const request = { matchers: { camera: ['hq-lane-07'] }, reason: 'road works' }

    it('mute what matches until they expire; what still holds is told again then', async () => {
      const clock = createManualClock(start)
      const bed = await open({ clock })
      await bed.finding({ subject: 'before' })
      await bed.finding({ subject: 'elsewhere', cameraId: 'hq-lane-08' })
      await bed.settled()
      const made = await bed.command('silence', '', 'create', { ...request, until: '2020-06-28T08:00:00.000Z' })
      expect(made).toMatchObject({
        accepted: true,
        result: { author: 'operator-li', reason: 'road works', endedAt: null },
      })
      await bed.finding({ subject: 'during' })
      await bed.settled()
      const state = () =>
        Object.fromEntries(bed.steps.map(({ alert }) => [alert.key.split('/').at(-1), alert.muted?.by ?? null]))
      expect(state()).toEqual({ before: 'silence', during: 'silence', elsewhere: null })
      await close(bed)

      await clock.advance(150 * minute)
      const later = await open({ clock })
      await advanceUntil(clock, 1000, () => later.actions().filter((action) => action === 'unmuted').length === 2)
      await advanceUntil(clock, 1000, () =>
        later.notices.some(({ groupKey, openCount }) => groupKey.endsWith('07') && openCount === 2),
      )
      const step = later.steps.find(({ step }) => step.action === 'unmuted')?.step
      expect(step).toMatchObject({ by: 'system:alerts', comment: 'silence of operator-li expired' })
      expect(later.silences.map(({ endedBy }) => endedBy)).toEqual([null, 'system:alerts'])
    })

    it('can be ended by hand, once', async () => {
      const bed = await open({ clock: createManualClock(start) })
      const { result } = await bed.command('silence', '', 'create', { ...request, until: '2020-06-29T00:00:00.000Z' })
      const { id } = result as { id: string }
      expect(await bed.command('silence', id, 'expire')).toMatchObject({
        accepted: true,
        result: { endedBy: 'operator-li' },
      })
      expect(await bed.command('silence', id, 'expire')).toMatchObject({ code: 'QLY_TRANSITION_REFUSED' })
      expect(await bed.command('silence', 'none', 'expire')).toMatchObject({ code: 'QLY_NOT_FOUND' })
    })

    it('are refused if they do not say what, why, or how long', async () => {
      const bed = await open({ clock: createManualClock(start) })
      const faults = [
        { matchers: {} },
        { matchers: { kind: ['ufo'] } },
        { reason: '' },
        { reason: ' ' },
        { until: '2020-06-28T05:00:00.000Z' },
        { until: '2021-06-28T06:00:00.000Z' },
        { until: 'tomorrow' },
        { author: 'somebody else' },
      ]
      for (const fault of faults) {
        const given = { ...request, until: '2020-06-28T08:00:00.000Z', ...fault }
        const answer = await bed.command('silence', '', 'create', given)
        expect(answer, JSON.stringify(fault)).toMatchObject({ accepted: false, code: 'QLY_INPUT_INVALID' })
        expect(answer.message).toMatch(/.{10}/)
      }
    })
  })
})
