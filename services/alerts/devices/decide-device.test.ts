// Devices that come and go.
import { describe, expect, it } from 'vitest'
import type { DeviceChanged, DeviceStatus } from '../../contracts/events/device-changed-v1.ts'
import { alertsConfig } from '../life-cycle/story.ts'
import { type DeviceRecord, deviceChanged, deviceConfigured, deviceOverdue } from './decide-device.ts'

const config = alertsConfig()
const change = (status: DeviceStatus | undefined, more: Partial<DeviceChanged> = {}): DeviceChanged => ({
  deviceId: 'd1',
  kind: 'cctv',
  at: '2020-06-28T06:00:00.000Z',
  ...(status === undefined ? {} : { status }),
  ...more,
})
const known = (more: Partial<DeviceRecord> = {}): DeviceRecord => ({
  id: 'd1',
  kind: 'cctv',
  status: 'online',
  reason: null,
  lostSince: null,
  location: null,
  gatewayId: null,
  findingId: null,
  ...more,
})

describe('a device', () => {
  it.each([
    ['unknown is lost', null, 'offline', { moved: true, offlineDueAt: 61_000 }],
    ['there is lost', known(), 'offline', { moved: true, offlineDueAt: 61_000 }],
    ['there sends no pictures', known(), 'stalled', { moved: true, offlineDueAt: 61_000 }],
    ['stalled is lost altogether', known({ status: 'stalled', lostSince: 500 }), 'offline', { moved: false }],
    ['there says that it stopped', known(), 'stopped', { moved: false, offlineDueAt: null }],
    ['lost is back', known({ status: 'offline', lostSince: 500 }), 'online', { moved: true, offlineDueAt: null }],
    [
      'missed is back',
      known({ status: 'offline', lostSince: 500, findingId: 'f' }),
      'online',
      { moved: true, offlineDueAt: null, finding: 'ended' },
    ],
    ['missed is lost still', known({ status: 'offline', lostSince: 500, findingId: 'f' }), 'stalled', { moved: false }],
    [
      'never heard of and missed comes',
      known({ status: 'unknown', lostSince: 500, findingId: 'f' }),
      'online',
      { moved: false, offlineDueAt: null, finding: 'ended' },
    ],
  ] as const)('%s', (_, before, status, expected) => {
    const { device, ...decision } = deviceChanged(before, change(status), 1000, config)!
    expect(decision).toEqual(expected)
    expect(device.status).toBe(status)
    const lost = status === 'offline' || status === 'stalled'
    expect(device.lostSince).toBe(lost ? (before?.lostSince ?? 1000) : null)
    expect(device.findingId).toBe(lost ? (before?.findingId ?? null) : null)
  })

  it('that says nothing of its status changes nothing', () => {
    expect(deviceChanged(known(), change(undefined), 1000, config)).toBeNull()
  })

  it('keeps its place and gateway when a message leaves them out', () => {
    const { device } = deviceChanged(known({ location: [120, 31], gatewayId: 'g' }), change('offline'), 1000, config)!
    expect(device).toMatchObject({ location: [120, 31], gatewayId: 'g' })
  })

  it('of a kind that is never missed has no timer', () => {
    expect(deviceChanged(null, change('offline', { kind: 'drone' }), 1000, config)).not.toHaveProperty('offlineDueAt')
    expect(deviceConfigured('d1', 'drone', 1000, config)).not.toHaveProperty('offlineDueAt')
    expect(deviceConfigured('d1', 'gas', 1000, config).offlineDueAt).toBe(121_000)
  })

  it('that flaps has been lost since it first went: one alert, not none', () => {
    let device: DeviceRecord | null = null
    let dueAt: number | null | undefined
    const said: [at: number, dueAt: number | null | undefined][] = []
    // 15 s away, 5 s back, again and again
    for (let at = 0; at <= 80_000; at += 20_000) {
      for (const [status, later] of [
        ['offline', 0],
        ['online', 15_000],
      ] as const) {
        const decision = deviceChanged(device, change(status), at + later, config)
        device = decision?.device ?? null
        dueAt = decision?.offlineDueAt
        if (status === 'offline') said.push([at, dueAt])
      }
    }
    expect(said).toEqual([0, 20_000, 40_000, 60_000, 80_000].map((at) => [at, Math.max(at, 60_000)]))
    expect(device?.lostSince).toBe(null)
    // back for long enough, the next loss is a new one
    expect(deviceChanged(device, change('offline'), 200_000, config)).toMatchObject({
      device: { lostSince: 200_000 },
      offlineDueAt: 260_000,
    })
  })

  it('is missed once', () => {
    const first = deviceOverdue(known({ status: 'offline', lostSince: 500 }))
    expect(first).toMatchObject({ finding: 'started', device: { findingId: 'device_offline/d1/500' } })
    expect(deviceOverdue(first.device)).not.toHaveProperty('finding')
    expect(deviceOverdue(known())).not.toHaveProperty('finding')
  })
})
