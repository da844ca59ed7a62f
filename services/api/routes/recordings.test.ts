// Byte ranges of segments, as RFC 9110 §14 has them.
import { describe, expect, it } from 'vitest'
import { byteRange } from './recordings.ts'

describe('a range of bytes of a segment of 100', () => {
  it.each([
    [undefined, 'whole'],
    ['bytes=0-', [0, 99]],
    ['bytes=10-19', [10, 19]],
    ['bytes=90-500', [90, 99]],
    ['bytes=-10', [90, 99]],
    ['bytes=-500', [0, 99]],
    ['bytes=100-', 'none'],
    ['bytes=20-10', 'none'],
    ['bytes=-', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['lines=0-1', 'whole'],
  ])('%s', (header, expected) => expect(byteRange(header, 100)).toEqual(expected))
})
