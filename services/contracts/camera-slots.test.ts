// Slots of cameras stay what they are, and spread evenly.
import { describe, expect, it } from 'vitest'
import { eyesSlots, slotOfCamera } from './camera-slots.ts'

describe('slots of cameras', () => {
  it.each([
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('are FNV-1a: %s', (id, hash) => {
    expect(slotOfCamera(id)).toBe(hash % 64)
  })

  it('spread cameras whose names are numbered', () => {
    const counts = Array<number>(eyesSlots).fill(0)
    for (let n = 0; n < 6400; n++) counts[slotOfCamera(`hq-lane-${String(n).padStart(4, '0')}`)]! += 1
    expect(Math.min(...counts)).toBeGreaterThan(60)
    expect(Math.max(...counts)).toBeLessThan(140)
  })
})
