// Turns: owners one after the other, patient jobs when no other waits.
import { describe, expect, it } from 'vitest'
import { createFairQueue } from './fair-queue.ts'

const all = (queue: ReturnType<typeof createFairQueue<string>>) => {
  const taken: string[] = []
  for (let job = queue.take(); job !== undefined; job = queue.take()) taken.push(job)
  return taken
}

describe('the fair queue', () => {
  it('gives owners their turn', () => {
    const queue = createFairQueue<string>()
    for (const job of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.push(job.slice(0, 1), job)
    expect(queue.size).toBe(6)
    expect(all(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  it('takes patient jobs last, also those that came first', () => {
    const queue = createFairQueue<string>()
    queue.push('footage', 'f1', true)
    queue.push('a', 'a1')
    queue.push('b', 'b1')
    queue.push('a', 'a2')
    expect(queue.take()).toBe('a1')
    queue.push('c', 'c1')
    expect(all(queue)).toEqual(['b1', 'a2', 'c1', 'f1'])
  })

  it('gives the next job that fits, of owners whose first one does', () => {
    const queue = createFairQueue<string>()
    for (const job of ['a1', 'b1', 'b2', 'c1']) queue.push(job.slice(0, 1), job)
    expect(queue.take((job) => job !== 'a1' && job !== 'b1')).toBe('c1')
    expect(queue.take((job) => job === 'b2')).toBeUndefined()
    expect([queue.size, all(queue)]).toEqual([3, ['a1', 'b1', 'b2']])
  })

  it('is emptied at once', () => {
    const queue = createFairQueue<string>()
    queue.push('footage', 'f1', true)
    queue.push('a', 'a1')
    expect(queue.drain()).toEqual(['a1', 'f1'])
    expect([queue.size, queue.take()]).toEqual([0, undefined])
  })
})
