// Group commit: all points that callers hand over while a commit runs go into the next one together: one flush, or one request, for all.
import { type AppError, asAppError } from '../../contracts/errors.ts'
import type { Point } from './time-series.ts'

export interface GroupCommit {
  /** Resolves once the points are durable. */
  add(points: readonly Point[]): Promise<void>
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>
  /** points that wait or are being committed */
  readonly waiting: number
}

export interface GroupCommitOptions {
  /** Stores points, all or none as far as it can. */
  readonly commit: (points: readonly Point[]) => Promise<void> | void
  /** at most about so many points go into one commit, unless one caller brings more */
  readonly mostPoints: number
  /** commits that may run at the same time; a second one begins only with a full group, for what comes meanwhile had better go together */
  readonly lanes: number
}

interface Caller {
  readonly points: readonly Point[]
  readonly resolve: () => void
  readonly reject: (reason: AppError) => void
}

/** Between two commits I/O has its turn. A commit that is refused for good is tried again caller by caller, so that nobody fails for another's points. */
export function createGroupCommit({ commit, mostPoints, lanes }: GroupCommitOptions): GroupCommit {
  const queue: Caller[] = []
  const running = new Set<Promise<void>>()
  let waiting = 0

  const lane = async () => {
    while (queue.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      const group = takeGroup(queue, mostPoints)
      if (group.length > 0) await settle(group)
    }
  }
  const settle = async (group: readonly Caller[]) => {
    try {
      await commit(group.length === 1 ? (group[0] as Caller).points : group.flatMap((caller) => caller.points))
      for (const caller of group) caller.resolve()
    } catch (error) {
      const reason = asAppError(error)
      if (reason.retryable || group.length === 1) for (const caller of group) caller.reject(reason)
      else for (const caller of group) await settle([caller])
    }
  }
  const queued = () => queue.reduce((sum, caller) => sum + caller.points.length, 0)
  const openLane = () => {
    const open = lane().finally(() => running.delete(open))
    running.add(open)
  }

  return {
    async add(points) {
      waiting += points.length
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      queue.push({ points, resolve, reject })
      if (running.size === 0 || (running.size < lanes && queued() >= mostPoints)) openLane()
      await promise.finally(() => {
        waiting -= points.length
      })
    },
    async drain() {
      while (running.size > 0) await Promise.all(running)
    },
    get waiting() {
      return waiting
    },
  }
}

function takeGroup(queue: Caller[], mostPoints: number): Caller[] {
  let points = 0
  let callers = 0
  for (const caller of queue) {
    points += caller.points.length
    if (callers > 0 && points > mostPoints) break
    callers++
  }
  return queue.splice(0, callers)
}
