// Under load the newest frame of each camera wins; without load none is skipped.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { framesToSee } from './late-frames.ts'

const limits = { lateMs: 1000, dropMs: 10_000 }
const frames = (text: string) =>
  text.split(' ').map((word) => ({ cameraId: word[0] ?? '', storedAt: Number(word.slice(1)) }))
const words = (left: ReturnType<typeof frames>) => left.map(({ cameraId, storedAt }) => cameraId + storedAt).join(' ')

it.each([
  ['none is late: all', 'a100 b100 a200', 1100, 'a100 b100 a200'],
  ['late ones give way to the newest of their camera', 'a100 b150 a200 a300', 2000, 'b150 a300'],
  ['a late one without a newer one is looked at', 'a100', 9000, 'a100'],
  ['what waited too long is not looked at in any case', 'a100 b5000', 10_200, 'b5000'],
  ['some late, some not', 'a100 a960 a1000', 1950, 'a960 a1000'],
])('%s', (_name, batch, now, wanted) => {
  expect(words(framesToSee(frames(batch), now, limits))).toBe(wanted)
})

it('keeps the order, and the newest frame of every camera that is not too old', () => {
  const frame = fc.record({ cameraId: fc.constantFrom('a', 'b', 'c'), storedAt: fc.integer({ min: 0, max: 20_000 }) })
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 40 }), fc.integer({ min: 0, max: 25_000 }), (batch, now) => {
      const wanted = framesToSee(batch, now, limits)
      expect(wanted).toEqual(batch.filter((each) => wanted.includes(each)))
      for (const id of ['a', 'b', 'c']) {
        const newest = batch.filter(({ cameraId }) => cameraId === id).at(-1)
        if (newest && now - newest.storedAt <= limits.dropMs) expect(wanted).toContain(newest)
      }
    }),
  )
})
