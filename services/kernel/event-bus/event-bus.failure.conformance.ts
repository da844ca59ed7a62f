// Part of the conformance suite: crashes before the commit, retryable errors, poison.
import { expect, it } from 'vitest'
import { AppError } from '../../contracts/errors.ts'
import type { BusTest } from './event-bus.conformance.ts'
import type { Delivery } from './event-bus.ts'
import { createCollector, eventually } from './test-collector.ts'
import { numberOf, range, reading } from './test-readings.ts'

export function failureTests(test: BusTest): void {
  it('gives events again whose handler had not ended when the process did', async () => {
    const source = `/${test.unique}`
    const options = { topics: ['qly.reading.v1'] as const, group: test.unique }
    const first = createCollector(source)
    const held = Promise.withResolvers<void>()
    await test.bus.subscribe(options, async (batch, signal) => {
      if (batch.some((delivery) => delivery.event.source === source && numberOf(delivery) >= 10)) {
        held.resolve()
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      }
      first.take(batch)
    })
    await test.bus.publish(range(0, 10).map((number) => reading(source, 'a', number)))
    await first.reach(10)
    await test.bus.publish(range(10, 30).map((number) => reading(source, 'a', number)))
    await held.promise
    await test.restart()
    const second = createCollector(source)
    await test.bus.subscribe(options, async (batch) => second.take(batch))
    await second.reach(20)
    expect(first.numbers()).toEqual(range(0, 10))
    expect(second.numbers()).toEqual(range(10, 30))
  })

  it('tries a retryable failure again, in order, and says so', async () => {
    const source = `/${test.unique}`
    const seen: number[] = []
    const got = createCollector(source)
    await test.bus.subscribe({ topics: ['qly.reading.v1'], group: test.unique }, async (batch) => {
      const [first] = batch.filter(({ event }) => event.source === source)
      if (!first) return
      seen.push(numberOf(first))
      if (seen.length <= 2) throw new AppError('QLY_STORAGE_UNAVAILABLE', 'the database is away')
      got.take(batch)
    })
    await test.bus.publish(range(0, 5).map((number) => reading(source, 'a', number)))
    await got.reach(5)
    expect(seen.slice(0, 3)).toEqual([0, 0, 0])
    expect(got.numbers()).toEqual(range(0, 5))
    expect(await test.registry.metrics()).toContain(
      `qianliyan_bus_retries_total{group="${test.unique}",topic="qly.reading.v1"} 2`,
    )
  })

  it('puts a poisonous event with bytes and reason into the dead letter and goes on with the rest', async () => {
    const source = `/${test.unique}`
    const letters: Delivery<'qly.dead-letter.v1'>[] = []
    await test.bus.tail({ topics: ['qly.dead-letter.v1'], from: 'latest' }, (letter) => {
      if (letter.event.data.stage === test.unique) letters.push(letter)
    })
    const got = createCollector(source)
    await test.bus.publish(range(0, 20).map((number) => reading(source, 'a', number)))
    await test.bus.subscribe({ topics: ['qly.reading.v1'], group: test.unique }, async (batch) => {
      const poison = batch.find((delivery) => delivery.event.source === source && numberOf(delivery) === 13)
      if (poison) throw new TypeError('13 is not to be borne')
      got.take(batch)
    })
    await got.reach(19)
    expect(got.numbers()).toEqual(range(0, 20).filter((number) => number !== 13))
    await eventually(() => letters.length, 1)
    const [letter] = letters
    const at = got.deliveries[0]?.partition
    expect(letter?.event.data).toMatchObject({
      code: 'QLY_HANDLER_FAILED',
      reason: '13 is not to be borne',
      origin: expect.stringMatching(`^qly.reading.v1/${at}/\\d+$`),
      truncated: false,
    })
    const bytes = Buffer.from(letter?.event.data.base64 ?? '', 'base64')
    expect(bytes.length).toBe(letter?.event.data.sizeBytes)
    expect(JSON.parse(bytes.toString())).toEqual(reading(source, 'a', 13).event)
    await test.bus.publish([reading(source, 'a', 20)])
    await got.reach(20)
    expect(await test.registry.metrics()).toContain(
      `qianliyan_bus_dead_letters_total{group="${test.unique}",topic="qly.reading.v1"} 1`,
    )
  })

  it('does not breed dead letters from dead letters', async () => {
    const source = `/${test.unique}`
    let refused = 0
    await test.bus.subscribe(
      { topics: ['qly.dead-letter.v1'], group: `${test.unique}-letters`, from: 'latest' },
      async (batch) => {
        if (!batch.some(({ event }) => event.data.stage === test.unique)) return
        refused++
        throw new Error('not even that')
      },
    )
    await test.bus.subscribe({ topics: ['qly.reading.v1'], group: test.unique, from: 'latest' }, async (batch) => {
      if (batch.some(({ event }) => event.source === source)) throw new Error('poison')
    })
    await test.bus.publish([reading(source, 'a', 1)])
    await eventually(() => refused, 1)
    await test.bus.publish([reading(source, 'a', 2)])
    await eventually(() => refused, 2)
  })

  it('keeps a tail going when its handler fails on an event', async () => {
    const source = `/${test.unique}`
    const got = createCollector(source)
    await test.bus.tail({ topics: ['qly.reading.v1'], from: 'latest' }, (delivery) => {
      if (delivery.event.source === source && numberOf(delivery) === 1) throw new Error('not this one')
      got.take([delivery])
    })
    await test.bus.publish(range(0, 4).map((number) => reading(source, 'a', number)))
    await got.reach(3)
    expect(got.numbers()).toEqual([0, 2, 3])
  })
}
