// One at a time, in order of arrival: what keeps a room's transactions from running into each other, on both engines.
import { AppError } from '../../contracts/errors.ts'

export interface Turnstile {
  /** Waits for its turn and resolves with the function that ends it. Rejects with QLY_STORAGE_UNAVAILABLE (retryable) after `patienceMs`, or once closed. */
  enter(): Promise<() => void>
  /** Refuses all who wait and all who come; resolves when the one inside has left. */
  close(): Promise<void>
}

/** `what` names the thing in messages, e.g. "room alerts". */
export function createTurnstile(what: string, patienceMs = 30_000): Turnstile {
  const waiting: { admit: () => void; refuse: (reason: AppError) => void }[] = []
  let inside = false
  let closed = false
  let onEmpty: (() => void) | undefined

  const leave = () => {
    const next = waiting.shift()
    if (next) return next.admit()
    inside = false
    onEmpty?.()
  }
  const once = () => {
    let left = false
    return () => {
      if (!left) leave()
      left = true
    }
  }

  return {
    enter() {
      if (closed) return Promise.reject(stopped(what))
      if (!inside) {
        inside = true
        return Promise.resolve(once())
      }
      return new Promise((resolve, reject) => {
        // A real timer, not the injected clock: this guards against a programming error, and no test's time may trip it.
        const impatience = setTimeout(() => {
          waiting.splice(waiting.indexOf(waiter), 1)
          reject(stuck(what, patienceMs))
        }, patienceMs)
        impatience.unref()
        const waiter = {
          admit: () => {
            clearTimeout(impatience)
            resolve(once())
          },
          refuse: (reason: AppError) => {
            clearTimeout(impatience)
            reject(reason)
          },
        }
        waiting.push(waiter)
      })
    },
    close() {
      closed = true
      for (const waiter of waiting.splice(0)) waiter.refuse(stopped(what))
      return inside ? new Promise((resolve) => (onEmpty = resolve)) : Promise.resolve()
    },
  }
}

function stopped(what: string): AppError {
  return new AppError('QLY_STORAGE_UNAVAILABLE', `the database of ${what} is stopped`)
}

function stuck(what: string, patienceMs: number): AppError {
  return new AppError(
    'QLY_STORAGE_UNAVAILABLE',
    `a transaction of ${what} has not ended for ${patienceMs / 1000} s: inside a transaction, use the transaction and not room.db`,
  )
}
