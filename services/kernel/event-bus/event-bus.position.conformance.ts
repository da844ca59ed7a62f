// Part of the conformance suite: where readers begin, what restarts keep, replay.
import { expect, it } from 'vitest'
import { systemClock } from '../clock/system-clock.ts'
import type { BusTest } from './event-bus.conformance.ts'
import { createCollector, eventually } from './test-collector.ts'
import { range, reading } from './test-readings.ts'

export function positionTests(test: BusTest): void {
  const topics = ['qly.reading.v1'] as const

  it('goes on after a restart where the group had been', async () => {
    const source = `/${test.unique}`
    const first = createCollector(source)
    await test.bus.publish(range(0, 5).map((number) => reading(source, 'a', number)))
    await test.bus.subscribe({ topics, group: test.unique }, async (batch) => first.take(batch))
    await first.reach(5)
    await test.restart()
    await test.bus.publish(range(5, 10).map((number) => reading(source, 'a', number)))
    const second = createCollector(source)
    await test.bus.subscribe({ topics, group: test.unique }, async (batch) => second.take(batch))
    await second.reach(5)
    expect(second.numbers()).toEqual(range(5, 10))
  })

  it('begins at the end if asked, and remembers that over a restart before the first event', async () => {
    const source = `/${test.unique}`
    await test.bus.publish([reading(source, 'a', 0)])
    const got = createCollector(source)
    const subscribe = () =>
      test.bus.subscribe({ topics, group: test.unique, from: 'latest' }, async (batch) => got.take(batch))
    const subscription = await subscribe()
    await eventually(() => subscription.lag(), 0)
    await subscription.stop()
    await test.bus.publish([reading(source, 'a', 1)])
    await test.restart()
    await subscribe()
    await test.bus.publish([reading(source, 'a', 2)])
    await got.reach(2)
    expect(got.numbers()).toEqual([1, 2])
  })

  it('replays by time, to a group and to a tail', async () => {
    const source = `/${test.unique}`
    await test.bus.publish(range(0, 5).map((number) => reading(source, `device-${number}`, number)))
    await systemClock.sleep(20) // the bus stamps with its own clock, in milliseconds
    await test.bus.publish(range(5, 10).map((number) => reading(source, `device-${number}`, number)))
    const all = createCollector(source)
    await test.bus.tail({ topics, from: 'earliest' }, (delivery) => all.take([delivery]))
    await all.reach(10)
    const late = all.deliveries.filter(({ key }) => Number(key.split('-')[1]) >= 5).map(({ storedAt }) => storedAt)
    const time = Math.min(...late)
    const tailed = createCollector(source)
    const grouped = createCollector(source)
    await test.bus.tail({ topics, from: { time } }, (delivery) => tailed.take([delivery]))
    await test.bus.subscribe({ topics, group: test.unique, from: { time } }, async (batch) => grouped.take(batch))
    await tailed.reach(5)
    await grouped.reach(5)
    const ascending = (a: number, b: number) => a - b
    expect(tailed.numbers().sort(ascending)).toEqual(range(5, 10))
    expect(grouped.numbers().sort(ascending)).toEqual(range(5, 10))
  })

  it('replays by time beyond the end: only what comes', async () => {
    const source = `/${test.unique}`
    await test.bus.publish([reading(source, 'a', 1)])
    const got = createCollector(source)
    const time = Date.now() + 3_600_000
    await test.bus.tail({ topics, from: { time } }, (delivery) => got.take([delivery]))
    await test.bus.publish([reading(source, 'a', 2)])
    await got.reach(1)
    expect(got.numbers()).toEqual([2])
  })

  it('shows everything to every tail, until its signal ends it', async () => {
    const source = `/${test.unique}`
    const end = new AbortController()
    const one = createCollector(source)
    const other = createCollector(source)
    await test.bus.tail({ topics, from: 'latest', signal: end.signal }, (delivery) => one.take([delivery]))
    await test.bus.tail({ topics, from: 'latest' }, async (delivery) => other.take([delivery]))
    await test.bus.publish([reading(source, 'a', 1)])
    await one.reach(1)
    await other.reach(1)
    end.abort()
    await test.bus.publish([reading(source, 'a', 2)])
    await other.reach(2)
    expect(one.numbers()).toEqual([1])
  })
}
