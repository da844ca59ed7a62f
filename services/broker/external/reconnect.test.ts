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
  const watch = () => {
    const clock = createManualClock(0)
    const error = vi.fn()
    const takeovers = createTakeoverWatch({ clock, logger: { error } as never }, { clientId: 'qly' })
    /** a connection that lasts so long and ends with this reason code, if any */
    const connection = async (lasting: number, reasonCode?: number) => {
      takeovers.connected()
      await clock.advance(lasting)
      if (reasonCode !== undefined) takeovers.disconnect(reasonCode)
      takeovers.closed()
      takeovers.closed()
    }
    return { clock, error, connection }
  }

  it('is told at the third time in a minute, then again after three more', async () => {
    const { error, connection } = watch()
    for (const expected of [0, 0, 1, 1, 1, 2]) {
      await connection(6000, 0x8e)
      expect(error).toHaveBeenCalledTimes(expected)
    }
    expect(error).toHaveBeenLastCalledWith(
      { clientId: 'qly' },
      expect.stringMatching(/^another process takes our session.*set mqtt\.external\.clientId/),
    )
  })

  it('now and then is nothing to tell, and neither is another reason', async () => {
    const { clock, error, connection } = watch()
    for (let round = 0; round < 5; round++) {
      await connection(6000, 0x8e)
      await connection(6000, 0x8b)
      await clock.advance(25_000)
    }
    expect(error).not.toHaveBeenCalled()
  })

  it('shows by connections that end soon where the broker does not say why', async () => {
    const { error, connection } = watch()
    for (const [lasting, told] of [
      [1000, 0],
      [10_000, 0],
      [1000, 0],
      [1000, 1],
    ] as const) {
      await connection(lasting)
      expect(error).toHaveBeenCalledTimes(told)
    }
  })
})
