// Counting what footage shows.
import { describe, expect, it } from 'vitest'
import { createObjectCounts } from './object-counts.ts'

const car = (trackId: number) => ({ trackId, label: 'car' })

describe('counts of objects', () => {
  it('tell apart by track, without flicker, and the most at one time', () => {
    const counts = createObjectCounts()
    const frames = [[car(1), car(2)], [car(1), car(2), { trackId: 3, label: 'person' }], [car(2), car(4)], [car(4)]]
    for (const [index, objects] of frames.entries()) {
      counts.saw(objects)
      counts.frame(1000 + index * 500)
    }
    expect(counts.summary()).toEqual({
      frames: 4,
      seconds: 1.5,
      objects: { car: 3 },
      mostAtOnce: { car: 2, person: 1 },
    })
  })

  it('count everything in the only frame of a picture, and a voted label once', () => {
    const counts = createObjectCounts()
    counts.saw([car(1), { trackId: 2, label: 'person' }])
    counts.frame(0)
    expect(counts.summary()).toMatchObject({ frames: 1, seconds: 0, objects: { car: 1, person: 1 } })
    counts.saw([{ trackId: 1, label: 'large_vehicle' }])
    counts.frame(500)
    expect(counts.summary().objects).toEqual({ large_vehicle: 1 })
  })

  it('of nothing are nothing', () => {
    expect(createObjectCounts().summary()).toEqual({ frames: 0, seconds: 0, objects: {}, mostAtOnce: {} })
  })
})
