// The pace to UDP players: small things at once, a burst in turn and in order, and a bound.
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../kernel/clock/manual-clock.ts'
import { createPacedSender } from './paced-sender.ts'

const packet = (n: number, size = 10_000) => ({ n, bytes: Buffer.alloc(size) })

describe('a paced sender', () => {
  it('sends at once what fits, and the rest in order, a burst at a time', async () => {
    const clock = createManualClock()
    const sent: number[] = []
    const sender = createPacedSender<ReturnType<typeof packet>>(clock, 1_000_000, ({ n }) => sent.push(n))
    for (let n = 0; n < 20; n++) expect(sender.push(packet(n))).toBe(true)
    expect(sent).toHaveLength(7)
    await clock.advance(5)
    expect(sent.length).toBeLessThan(20)
    await clock.advance(20)
    expect(sent).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(sender.push(packet(20))).toBe(true)
    expect(sent).toHaveLength(21)
  })

  it('says when too much waits; what was cleared is not sent', async () => {
    const clock = createManualClock()
    const sent: number[] = []
    const sender = createPacedSender<ReturnType<typeof packet>>(clock, 50_000, ({ n }) => sent.push(n))
    const taken = Array.from({ length: 20 }, (_, n) => sender.push(packet(n))).filter(Boolean)
    expect(taken).toHaveLength(7 + 5)
    sender.clear()
    await clock.advance(100)
    expect(sent).toHaveLength(7)
  })
})
