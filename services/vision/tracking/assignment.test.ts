// The assignment is optimal: compared with every permutation on small matrices.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assign } from './assignment.ts'

/** Least total with unassigned rows counted at the limit, by trying everything. */
function leastTotal(
  costs: readonly (readonly number[])[],
  limit: number,
  row = 0,
  used: ReadonlySet<number> = new Set(),
): number {
  const line = costs[row]
  if (line === undefined) return 0
  let least = limit + leastTotal(costs, limit, row + 1, used)
  for (const [column, cost] of line.entries()) {
    if (used.has(column) || cost >= limit) continue
    least = Math.min(least, cost + leastTotal(costs, limit, row + 1, new Set([...used, column])))
  }
  return least
}

describe('the assignment', () => {
  it('has the least total cost, pairs under the limit only, each column once', () => {
    const matrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })).chain(([rows, columns]) =>
      fc.array(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
    )
    fc.assert(
      fc.property(matrix, fc.integer({ min: 1, max: 120 }), (costs, limit) => {
        const assigned = assign(costs, limit)
        const columns = assigned.filter((column) => column >= 0)
        expect(new Set(columns).size).toBe(columns.length)
        const total = assigned.reduce((sum, column, row) => sum + (column < 0 ? limit : (costs[row]?.[column] ?? 0)), 0)
        expect(total).toBe(leastTotal(costs, limit))
        for (const [row, column] of assigned.entries())
          if (column >= 0) expect(costs[row]?.[column]).toBeLessThan(limit)
      }),
      { numRuns: 300 },
    )
  })

  it('answers for nothing', () => {
    expect(assign([], 1)).toEqual([])
    expect(assign([[], []], 1)).toEqual([-1, -1])
  })
})
