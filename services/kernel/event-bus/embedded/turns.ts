// Turns of consumers that read a backlog: so many rows, then a round of the event loop, so that neither I/O nor live events wait for all of them.

export interface Turns {
  /** Resolves when so many rows may be read and handed over: at once while there is room in this round, and one caller may always. */
  take(rows: number): Promise<void>
}

interface Waiting {
  readonly rows: number
  readonly resolve: () => void
}

/** @param mostRows rows of one round of the event loop, over all callers, unless one of them alone wants more */
export function createTurns(mostRows: number): Turns {
  const queue: Waiting[] = []
  let spent = 0
  let scheduled = false

  const hasRoom = (rows: number) => spent === 0 || spent + rows <= mostRows
  const spend = (rows: number) => {
    spent += rows
    if (scheduled) return
    scheduled = true
    setImmediate(nextRound)
  }
  const nextRound = () => {
    scheduled = false
    spent = 0
    while (queue[0] && hasRoom(queue[0].rows)) {
      const { rows, resolve } = queue.shift() as Waiting
      spend(rows)
      resolve()
    }
  }

  return {
    take(rows) {
      if (queue.length === 0 && hasRoom(rows)) {
        spend(rows)
        return Promise.resolve()
      }
      return new Promise((resolve) => queue.push({ rows, resolve }))
    },
  }
}
