// Part of the conformance suite: members of a group share partitions, members of a membership share slots.
import { expect, it } from 'vitest'
import type { BusTest } from './event-bus.conformance.ts'
import { createCollector, eventually } from './test-collector.ts'
import { range, reading } from './test-readings.ts'

export function sharingTests(test: BusTest): void {
  const topics = ['qly.reading.v1'] as const

  it('gives each event to one member of a group, and all to the one that stays', async () => {
    const source = `/${test.unique}`
    const [one, other] = [createCollector(source), createCollector(source)]
    const subscribe = (into: typeof one) =>
      test.bus.subscribe({ topics, group: test.unique, from: 'latest' }, async (batch) => into.take(batch))
    const first = await subscribe(one)
    await subscribe(other)
    // members share once both have joined: publish until both have had some
    let sent = 0
    const total = () => one.deliveries.length + other.deliveries.length
    while (one.deliveries.length === 0 || other.deliveries.length === 0) {
      await test.bus.publish(range(sent, sent + 40).map((number) => reading(source, `device-${number % 40}`, number)))
      sent += 40
      await eventually(total, sent)
    }
    const numbers = [...one.numbers(), ...other.numbers()].sort((a, b) => a - b)
    expect(numbers).toEqual(range(0, sent))
    await first.stop()
    const before = other.deliveries.length
    await test.bus.publish(range(0, 40).map((number) => reading(source, `device-${number}`, sent + number)))
    await eventually(() => other.deliveries.length, before + 40)
    for (const device of range(0, 40)) {
      const ofDevice = [...one.numbers(`device-${device}`), ...other.numbers(`device-${device}`)]
      expect(ofDevice).toEqual([...ofDevice].sort((a, b) => a - b))
    }
  })

  it('gives every group every event', async () => {
    const source = `/${test.unique}`
    const [one, other] = [createCollector(source), createCollector(source)]
    await test.bus.subscribe({ topics, group: `${test.unique}-1` }, async (batch) => one.take(batch))
    await test.bus.subscribe({ topics, group: `${test.unique}-2` }, async (batch) => other.take(batch))
    await test.bus.publish(range(0, 10).map((number) => reading(source, `device-${number}`, number)))
    await one.reach(10)
    await other.reach(10)
  })

  it('shares slots evenly: none is with two members, none without one', async () => {
    const slots = 16
    const owners = new Map<string, ReadonlySet<number>>()
    const join = (name: string) =>
      test.bus.join({
        group: test.unique,
        slots,
        async onAssigned(assigned) {
          for (const [other, held] of owners) {
            if (other !== name) expect([...assigned].filter((slot) => held.has(slot))).toEqual([])
          }
          owners.set(name, assigned)
        },
      })
    const sizes = () => [...owners.values()].map((assigned) => assigned.size).sort((a, b) => a - b)
    const a = await join('a')
    await eventually(sizes, [16])
    const held = owners.get('a')
    await join('b')
    await eventually(sizes, [8, 8])
    // what stays with a member does not move
    expect([...(owners.get('a') ?? [])].every((slot) => held?.has(slot))).toBe(true)
    await join('c')
    await eventually(sizes, [5, 5, 6])
    expect(new Set([...owners.values()].flatMap((assigned) => [...assigned])).size).toBe(slots)
    await a.leave()
    expect(owners.get('a')?.size).toBe(0)
    await eventually(sizes, [0, 8, 8])
  })
}
