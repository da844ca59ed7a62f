// Segments on one time line: none covers another, whatever the sender's clock did; playlists say where each is in the world.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writePlaylist } from './playlist.ts'
import { layOut } from './timeline.ts'

const start = Date.parse('2020-06-28T06:00:00.000Z')
const segment = (from: number, to: number, stream = 'a') => ({
  url: `segments/${start + from}.mp4`,
  started_at: start + from,
  ended_at: start + to,
  stream,
  headerBytes: 1000,
  bytes: 5000,
})
const shifts = (list: string) => [...list.matchAll(/\?shift=(\d+)/g)].map(([, ms]) => Number(ms))

describe('a playlist', () => {
  it.each([
    ['segments that follow each other', [segment(0, 2000), segment(2000, 4000)], [0, 2000], 0, 1],
    [
      'a clock that was corrected by 146 ms',
      [segment(0, 2000), segment(1854, 3854), segment(3854, 5854)],
      [0, 2000, 4000],
      0,
      1,
    ],
    ['a gap', [segment(0, 2000), segment(42_000, 44_000)], [0, 42_000], 1, 1],
    ['another stream', [segment(0, 2000), segment(2000, 4000, 'b')], [0, 2000], 1, 2],
    [
      'a clock that was set back',
      [segment(0, 10_000), segment(4000, 6000), segment(10_000, 12_000)],
      [0, 10_000],
      0,
      1,
    ],
  ])('of %s', (_, segments, shifted, discontinuities, headers) => {
    const list = writePlaylist(segments)
    expect(shifts(list)).toEqual(shifted)
    expect(list.match(/#EXT-X-DISCONTINUITY/g) ?? []).toHaveLength(discontinuities)
    expect(list.match(/#EXT-X-MAP/g)).toHaveLength(headers)
    expect(list).toContain('#EXT-X-PROGRAM-DATE-TIME:2020-06-28T06:00:00.000Z')
    expect(list.trimEnd().endsWith('#EXT-X-ENDLIST')).toBe(true)
  })

  it('never lays one segment over another, and moves none back', () => {
    const lengths = fc.array(fc.tuple(fc.integer({ min: -4000, max: 20_000 }), fc.integer({ min: 1, max: 10_000 })))
    fc.assert(
      fc.property(lengths, (steps) => {
        let at = start
        const segments = steps
          .map(([gap, length]) => {
            at += gap
            const each = { started_at: at, ended_at: at + length }
            at += length
            return each
          })
          .sort((a, b) => a.started_at - b.started_at)
        let free = Number.NEGATIVE_INFINITY
        for (const { segment: each, at: begin } of layOut(segments)) {
          expect(begin).toBeGreaterThanOrEqual(Math.max(free, each.started_at))
          free = begin + each.ended_at - each.started_at
        }
      }),
    )
  })
})
