import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shareSlots } from './share-slots.ts'

const members = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 })

describe('sharing slots', () => {
  it('gives every slot to one member, evenly, whatever they say they have', () => {
    const owned = fc.array(fc.uniqueArray(fc.integer({ min: -3, max: 80 })), { minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(fc.nat({ max: 64 }), members, owned, (slots, ids, claims) => {
        const shares = shareSlots(
          slots,
          ids.map((id, index) => ({ id, owned: new Set(claims[index]) })),
        )
        const all = [...shares.values()].flatMap((share) => [...share]).sort((a, b) => a - b)
        expect(all).toEqual(Array.from({ length: slots }, (_, slot) => slot))
        const sizes = [...shares.values()].map((share) => share.size)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('moves nothing between members that stay when one comes or goes, beyond what evenness demands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), members, fc.boolean(), (slots, ids, comes) => {
        const before = shareSlots(
          slots,
          ids.map((id) => ({ id, owned: new Set<number>() })),
        )
        const staying = comes ? [...ids, 'newcomer'] : ids.slice(1)
        const after = shareSlots(
          slots,
          staying.map((id) => ({ id, owned: before.get(id) ?? new Set<number>() })),
        )
        for (const [id, share] of after) {
          const had = before.get(id) ?? new Set<number>()
          const lost = [...had].filter((slot) => !share.has(slot)).length
          expect(lost).toBe(Math.max(0, had.size - share.size))
        }
      }),
    )
  })
})
