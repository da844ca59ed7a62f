// Over any stream of packets, losses and pauses: no pause leaves a hole, every loss of the publisher stays one, payloads are untouched.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StreamPacket } from './published-stream.ts'
import { createSequenceNumbering } from './sequence-numbering.ts'

function packet(sequence: number, control = false): StreamPacket {
  const bytes = Buffer.alloc(16, 7)
  bytes.writeUInt16BE(sequence & 0xffff, 2)
  return { track: 0, control, bytes }
}
const sequenceOf = ({ bytes }: StreamPacket) => bytes.readUInt16BE(2)

it('counts on over pauses and keeps the losses of the publisher', () => {
  const step = fc.record({
    lost: fc.integer({ min: 0, max: 9 }),
    pausedFor: fc.option(fc.integer({ min: 0, max: 90_000 })),
  })
  fc.assert(
    fc.property(fc.nat(0xffff), fc.array(step, { maxLength: 30 }), (start, steps) => {
      const numbering = createSequenceNumbering()
      let theirs = start
      let ours = start
      expect(sequenceOf(numbering.number(packet(theirs)))).toBe(ours)
      for (const { lost, pausedFor } of steps) {
        if (pausedFor !== null) {
          theirs += pausedFor + 1
          ours += 1
          numbering.resume()
        } else {
          theirs += lost + 1
          ours += lost + 1
        }
        expect(numbering.next(0, theirs & 0xffff)).toBe(ours & 0xffff)
        const original = packet(theirs)
        const told = numbering.number(original)
        expect(sequenceOf(told)).toBe(ours & 0xffff)
        expect(sequenceOf(original)).toBe(theirs & 0xffff)
        expect(told.bytes.subarray(4)).toEqual(original.bytes.subarray(4))
      }
    }),
  )
})

it('leaves reports and other tracks alone', () => {
  const numbering = createSequenceNumbering()
  numbering.number(packet(1))
  numbering.resume()
  const report = packet(900, true)
  expect(numbering.number(report)).toBe(report)
  const sound = { ...packet(40), track: 1 }
  expect(numbering.number(sound)).toBe(sound)
  expect(sequenceOf(numbering.number(packet(50)))).toBe(2)
})
