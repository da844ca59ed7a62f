// Connecting again: how long, and when two processes with one name are told.
import { describe, expect, it, vi } from 'vitest'
import { createManualClock } from '../../kernel/clock/manual-clock.ts'
import { createTakeoverWatch, reconnectDelayMs } from './reconnect.ts'

it.each([
  [0, 0, 250],
  [0, 1, 500],
  [1, 1, 1000],
  [2, 0, 1000],
  [2, 1, 2000],
  [1000, 1, 2000],
])('attempt %i with chance %f waits %i ms', (attempt, chance, ms) => {
  expect(reconnectDelayMs(attempt, chance)).toBe(ms)
})

describe('a session that is taken away', () => {
  const watch = (saysWhy: boolean) => {
    const clock = createManualClock(0)
    const error = vi.fn()
    return { clock, error, watch: createTakeoverWatch({ clock, logger: { error } as never }, { clientId: 'qly', saysWhy }) }
  }

  it('is told at the third time in a minute, then once more after three more (MQTT 5)', async () => {
    const { clock, error, watch: it } = watch(true)
    for (const expected of [0, 0, 1, 1, 1, 2]) {
      it.connected()
      it.disconnect(0x8e)
      it.closed()
      expect(error).toHaveBeenCalledTimes(expected)
      await clock.advance(1000)
    }
    expect(error).toHaveBeenLastCalledWith({ clientId: 'qly' }, expect.stringContaining('set mqtt.external.clientId'))
  })

  it('now and then is nothing to tell, and neither is another reason', async () => {
    const { clock, error, watch: it } = watch(true)
    for (let round = 0; round < 5; round++) {
      it.connected()
      it.disconnect(0x8e)
      it.disconnect(0x8b)
      it.closed()
      await clock.advance(31_000)
    }
    expect(error).not.toHaveBeenCalled()
  })

  it('shows by connections that end soon where the broker cannot say why (MQTT 3.1.1)', async () => {
    const { clock, error, watch: it } = watch(false)
    for (const [lasting, told] of [[1000, 0], [10_000, 0], [1000, 0], [1000, 1]] as const) {
      it.connected()
      await clock.advance(lasting)
      it.closed()
      it.closed()
      expect(error).toHaveBeenCalledTimes(told)
    }
  })
})
