import fc from 'fast-check'
import kafkajs from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { murmur2, partitionOf } from './murmur2.ts'

describe('murmur2', () => {
  it.each([
    // org.apache.kafka.common.utils.UtilsTest.testMurmur2
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %s is what the Java client says', (key, expected) => {
    expect(murmur2(key)).toBe(expected)
  })

  it('chooses the partition that kafkajs chooses, for any key', () => {
    const partitioner = kafkajs.Partitioners.DefaultPartitioner()
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.integer({ min: 1, max: 64 }), (key, count) => {
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
          partitionId,
          partitionErrorCode: 0,
          leader: 1,
          replicas: [1],
          isr: [1],
        }))
        expect(partitionOf(key, count)).toBe(
          partitioner({ topic: 't', partitionMetadata, message: { key, value: null } }),
        )
      }),
    )
  })
})
