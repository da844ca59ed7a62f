// Group commit: all points that callers hand over while one commit runs go into the next one together, one flush to the disk for all.
import { asAppError } from '../../../contracts/errors.ts'
import type { Point } from '../time-series.ts'

export interface GroupCommit {
  /** Resolves once the points are durable. */
  add(points: readonly Point[]): Promise<void>
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>
}

/** `commit` stores points in one transaction; at most about `mostPoints` are given to it at once, and I/O has its turn between two commits. */
export function createGroupCommit(commit: (points: readonly Point[]) => void, mostPoints = 20_000): GroupCommit {
  const waiting: { points: readonly Point[]; resolve: () => void; reject: (reason: unknown) => void }[] = []
  let running: Promise<void> | undefined

  const run = async () => {
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      const group = takeGroup()
      try {
        commit(group.flatMap((each) => each.points))
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(asAppError(error))
      }
    }
    running = undefined
  }
  const takeGroup = () => {
    let points = 0
    let callers = 0
    for (const each of waiting) {
      points += each.points.length
      if (callers > 0 && points > mostPoints) break
      callers++
    }
    return waiting.splice(0, callers)
  }

  return {
    add: (points) =>
      new Promise((resolve, reject) => {
        waiting.push({ points, resolve, reject })
        running ??= run()
      }),
    drain: async () => running,
  }
}
