import { describe, expect, it } from 'vitest'
import type { DeviceMessage } from '../../contracts/device-messages.ts'
import { AppError } from '../../contracts/errors.ts'
import { createManualClock } from '../../kernel/clock/manual-clock.ts'
import { createDeliveryLane } from './delivery-lane.ts'

const message = (number: number): DeviceMessage => ({
  topic: `t/${number}`,
  payload: Buffer.from(String(number)),
  qos: 1,
  retain: false,
  duplicate: false,
  clientId: 'c',
  receivedAt: 0,
})

function lane(durableWithinMs = 10_000) {
  const clock = createManualClock()
  const taken: string[] = []
  const bus = { up: true, tries: 0 }
  const sink = async ({ topic }: DeviceMessage) => {
    bus.tries++
    if (!bus.up) throw new AppError('QLY_BUS_UNAVAILABLE', 'down')
    taken.push(topic)
  }
  return { clock, taken, bus, lane: createDeliveryLane({ sink, clock }, { durableWithinMs }) }
}

describe('a lane of one client', () => {
  it('keeps the order over an outage of the bus, also for messages that come meanwhile', async () => {
    const { clock, taken, bus, lane: it } = lane()
    bus.up = false
    const first = [it.deliver(message(1)), it.deliver(message(2))]
    await clock.advance(500)
    const second = it.deliver(message(3))
    await clock.advance(500)
    expect(taken).toEqual([])
    bus.up = true
    await clock.advance(5000)
    const third = it.deliver(message(4))
    await clock.advance(5000)
    await Promise.all([...first, second, third])
    expect(taken).toEqual(['t/1', 't/2', 't/3', 't/4'])
  })

  it('gives up what is too old, with the reason', async () => {
    const { clock, bus, lane: it } = lane(3000)
    bus.up = false
    const failed = expect(it.deliver(message(1))).rejects.toMatchObject({ code: 'QLY_BUS_UNAVAILABLE' })
    await clock.advance(20_000)
    await failed
    expect(bus.tries).toBeLessThan(10)
  })

  it('does not try again what cannot succeed', async () => {
    const clock = createManualClock()
    const it = createDeliveryLane(
      { clock, sink: () => Promise.reject(new AppError('QLY_INTERNAL', 'no')) },
      { durableWithinMs: 1000 },
    )
    await expect(it.deliver(message(1))).rejects.toMatchObject({ code: 'QLY_INTERNAL' })
    expect(clock.pending).toBe(0)
  })
})
