// Group commit: all that callers hand over while a commit runs goes into the next one together: one flush, or one request, for all.
import { type AppError, asAppError } from '../../contracts/errors.ts'

/** What one caller hands over: points, in whatever form; `length` is their number. */
export interface Load {
  readonly length: number
}

export interface GroupCommit<Given extends Load> {
  /** Resolves once it is durable. */
  add(load: Given): Promise<void>
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>
  /** points that wait or are being committed */
  readonly waiting: number
}

export interface GroupCommitOptions<Given extends Load> {
  /** Stores what several callers gave, all or nothing as far as it can. */
  readonly commit: (loads: readonly Given[]) => Promise<void> | void
  /** at most about so many points go into one commit, unless one caller brings more */
  readonly mostPoints: number
  /** commits that may run at the same time; a second one begins only with a full group, for what comes meanwhile had better go together */
  readonly lanes: number
}

interface Caller<Given> {
  readonly load: Given
  readonly resolve: () => void
  readonly reject: (reason: AppError) => void
}

/** Between two commits I/O has its turn. A commit that is refused for good is tried again caller by caller, so that nobody fails for another's points. */
export function createGroupCommit<Given extends Load>(options: GroupCommitOptions<Given>): GroupCommit<Given> {
  const { commit, mostPoints, lanes } = options
  const queue: Caller<Given>[] = []
  const running = new Set<Promise<void>>()
  let waiting = 0

  const lane = async () => {
    while (queue.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      const group = takeGroup(queue, mostPoints)
      if (group.length > 0) await settle(group)
    }
  }
  const settle = async (group: readonly Caller<Given>[]) => {
    try {
      await commit(group.map((caller) => caller.load))
      for (const caller of group) caller.resolve()
    } catch (error) {
      const reason = asAppError(error)
      if (reason.retryable || group.length === 1) for (const caller of group) caller.reject(reason)
      else for (const caller of group) await settle([caller])
    }
  }
  const queued = () => queue.reduce((sum, caller) => sum + caller.load.length, 0)
  const openLane = () => {
    const open = lane().finally(() => running.delete(open))
    running.add(open)
  }

  return {
    async add(load) {
      waiting += load.length
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      queue.push({ load, resolve, reject })
      if (running.size === 0 || (running.size < lanes && queued() >= mostPoints)) openLane()
      await promise.finally(() => {
        waiting -= load.length
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

function takeGroup<Given extends Load>(queue: Caller<Given>[], mostPoints: number): Caller<Given>[] {
  let points = 0
  let callers = 0
  for (const caller of queue) {
    points += caller.load.length
    if (callers > 0 && points > mostPoints) break
    callers++
  }
  return queue.splice(0, callers)
}
