// Group commit: who is grouped with whom, and who hears of which failure.
import { describe, expect, it } from 'vitest'
import { AppError } from '../../contracts/errors.ts'
import { createGroupCommit } from './group-commit.ts'
import type { Point } from './time-series.ts'

const points = (count: number, value = 0): Point[] =>
  Array.from({ length: count }, (_, time) => ({ measurement: 'm', tags: {}, fields: { value }, time }))

describe('group commit', () => {
  it('commits at once what came meanwhile, up to its limit', async () => {
    const sizes: number[] = []
    const commit = (loads: readonly Point[][]) => void sizes.push(loads.flat().length)
    const commits = createGroupCommit({ commit, mostPoints: 10, lanes: 1 })
    await Promise.all([commits.add(points(4)), commits.add(points(4)), commits.add(points(4)), commits.add(points(30))])
    expect(sizes).toEqual([8, 4, 30])
    expect(commits.waiting).toBe(0)
  })

  it('keeps as many commits in flight as it has lanes', async () => {
    let inFlight = 0
    let most = 0
    const commit = async () => {
      most = Math.max(most, ++inFlight)
      await new Promise((resolve) => setImmediate(resolve))
      inFlight--
    }
    const commits = createGroupCommit({ commit, mostPoints: 1, lanes: 3 })
    await Promise.all(Array.from({ length: 12 }, () => commits.add(points(1))))
    expect(most).toBe(3)
  })

  it('tells all of a group of a failure that passes', async () => {
    let fail = true
    const commit = () => {
      if (fail) throw new AppError('QLY_STORAGE_UNAVAILABLE', 'down')
    }
    const commits = createGroupCommit({ commit, mostPoints: 10, lanes: 1 })
    const outcomes = await Promise.allSettled([commits.add(points(1)), commits.add(points(1))])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
    fail = false
    await expect(commits.add(points(1))).resolves.toBeUndefined()
    await commits.drain()
  })

  it('lets nobody fail for the points of another', async () => {
    const commit = (loads: readonly Point[][]) => {
      if (loads.flat().some((point) => point.fields.value === 13)) throw new AppError('QLY_INPUT_INVALID', 'thirteen')
    }
    const commits = createGroupCommit({ commit, mostPoints: 10, lanes: 1 })
    const outcomes = await Promise.allSettled([
      commits.add(points(1)),
      commits.add(points(1, 13)),
      commits.add(points(1)),
    ])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})
