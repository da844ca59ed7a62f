// Chunks against a plain map of time to value: whatever is written in whatever order is what is read.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  appendToChunk,
  chunkSamples,
  cutIntoChunks,
  decodeChunk,
  encodeChunk,
  mergeSamples,
  type Samples,
} from './chunk.ts'

const samples = fc
  .dictionary(fc.integer({ min: 0, max: 2 ** 42 }).map(String), fc.double({ noNaN: true }), { maxKeys: 60 })
  .map(sorted)

function sorted(byTime: Record<string, number>): Samples {
  const entries = Object.entries(byTime)
    .map(([time, value]) => [Number(time), value] as const)
    .sort(([a], [b]) => a - b)
  return { times: entries.map(([time]) => time), values: entries.map(([, value]) => value) }
}

describe('a chunk', () => {
  it('reads back what was written, bit by bit', () => {
    const property = fc.property(samples, (given) => {
      for (const chunk of cutIntoChunks(given, true))
        expect(decodeChunk(chunk.times[0] as number, encodeChunk(chunk))).toEqual(chunk)
    })
    fc.assert(property)
  })

  it('also from bytes that do not lie on a boundary of eight', () => {
    const given = { times: [5, 9], values: [1.5, -2.5] }
    const shifted = new Uint8Array(1 + 24)
    shifted.set(encodeChunk(given), 1)
    expect(decodeChunk(5, shifted.subarray(1))).toEqual(given)
  })
})

describe('appending', () => {
  it('is merging and cutting where it is possible, and says where it is not', () => {
    const run = fc.tuple(
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 2 ** 33 }),
    )
    const property = fc.property(run, run, ([from, many, gap], [later, more, step]) => {
      const stored = {
        times: Array.from({ length: many }, (_, index) => from + index * gap),
        values: Array(many).fill(1),
      }
      const first = (stored.times.at(-1) as number) + later
      const fresh = {
        times: Array.from({ length: more }, (_, index) => first + index * step),
        values: Array(more).fill(2),
      }
      const [whole, ...rest] = cutIntoChunks(mergeSamples(stored, fresh), true)
      const chunks = cutIntoChunks(stored, true)
      if (chunks.length > 1) return
      const appended = appendToChunk(from, encodeChunk(stored), fresh)
      if (later === 0 || rest.length > 0) expect(appended).toBeUndefined()
      else expect(decodeChunk(from, appended as Uint8Array)).toEqual(whole)
    })
    fc.assert(property, { numRuns: 300 })
  })
})

describe('merging', () => {
  it('is a union in order of time in which the fresh value wins', () => {
    const property = fc.property(samples, samples, (stored, fresh) => {
      const asMap = new Map<number, number>()
      for (const each of [stored, fresh])
        for (const [index, time] of each.times.entries()) asMap.set(time, each.values[index] as number)
      const merged = mergeSamples(stored, fresh)
      expect(merged.times).toEqual([...asMap.keys()].sort((a, b) => a - b))
      expect(merged.values).toEqual(merged.times.map((time) => asMap.get(time)))
    })
    fc.assert(property)
  })
})

describe('cutting', () => {
  it('loses nothing, keeps chunks in their limits and apart', () => {
    const many = fc.array(fc.integer({ min: 1, max: 2 ** 31 }), { maxLength: 2000 }).map((gaps) => {
      let time = 0
      const times = gaps.map((gap) => (time += gap))
      return { times, values: times.map((each) => each / 3) }
    })
    const property = fc.property(many, fc.boolean(), (given, appended) => {
      const chunks = cutIntoChunks(given, appended)
      expect(chunks.flatMap((chunk) => chunk.times)).toEqual(given.times)
      for (const { times } of chunks) {
        expect(times.length).toBeLessThanOrEqual(chunkSamples)
        expect((times.at(-1) as number) - (times[0] as number)).toBeLessThan(2 ** 32)
      }
    })
    fc.assert(property, { numRuns: 50 })
  })

  it('fills chunks that grow at the end and halves those that grow in the middle', () => {
    const times = Array.from({ length: chunkSamples + 10 }, (_, index) => index)
    const given = { times, values: times }
    expect(cutIntoChunks(given, true).map((chunk) => chunk.times.length)).toEqual([chunkSamples, 10])
    expect(cutIntoChunks(given, false).map((chunk) => chunk.times.length)).toEqual([165, 165])
  })
})
