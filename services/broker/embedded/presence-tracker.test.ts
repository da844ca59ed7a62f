import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../kernel/clock/manual-clock.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createPresenceTracker } from './presence-tracker.ts'

function open() {
  const clock = createManualClock()
  const told: string[] = []
  const sink = { fails: 0 }
  const tracker = createPresenceTracker({
    clock,
    logger: silentLogger,
    changed: () => undefined,
    async presence({ deviceId, connected, reason }) {
      if (sink.fails-- > 0) throw new Error('bus away')
      told.push(`${deviceId} ${connected ? 'on' : 'off'}: ${reason}`)
    },
  })
  return { clock, told, sink, tracker }
}

describe('presence', () => {
  it('several connections of a device are one presence', async () => {
    const { clock, told, tracker } = open()
    const [first, second] = [{}, {}]
    tracker.connected('a', 'gas', first)
    tracker.connected('a', 'gas', second)
    expect(tracker.hasOther('a', first)).toBe(true)
    tracker.disconnected('a', first, 'x')
    tracker.disconnected('a', first, 'x')
    await clock.advance(0)
    expect(told).toEqual(['a on: connected'])
    expect(tracker.hasOther('a', second)).toBe(false)
    tracker.disconnected('a', second, 'gone')
    await clock.advance(0)
    expect(told).toEqual(['a on: connected', 'a off: gone'])
  })

  it('a change that cannot be told is told later, and only the newest', async () => {
    const { clock, told, sink, tracker } = open()
    sink.fails = 2
    const connection = {}
    tracker.connected('a', 'gas', connection)
    await clock.advance(50)
    tracker.disconnected('a', connection, 'gone')
    tracker.connected('a', 'gas', connection)
    tracker.disconnected('a', connection, 'gone again')
    await clock.advance(1000)
    expect(told).toEqual(['a off: gone again'])
  })

  it('who was online before a restart and does not come back is offline', async () => {
    const { clock, told, tracker } = open()
    tracker.expect(
      [
        { deviceId: 'a', kind: 'gas' },
        { deviceId: 'b', kind: 'gas' },
      ],
      1000,
    )
    tracker.connected('a', 'gas', {})
    await clock.advance(1500)
    expect(told).toEqual(['a on: connected', 'b off: did not come back after the broker started'])
  })

  it('after stop nobody goes', async () => {
    const { clock, told, tracker } = open()
    const connection = {}
    tracker.connected('a', 'gas', connection)
    await clock.advance(0)
    await tracker.stop()
    tracker.disconnected('a', connection, 'gone')
    await clock.advance(0)
    expect(told).toEqual(['a on: connected'])
  })
})
