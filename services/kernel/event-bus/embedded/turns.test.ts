// Turns: who reads at once, who waits a round, and that I/O comes between rounds.
import { expect, it } from 'vitest'
import { createTurns } from './turns.ts'

/** In which round of the event loop each of the callers has its turn. */
async function roundsOf(mostRows: number, wanted: readonly number[]): Promise<number[]> {
  let round = 0
  const tick = () => {
    round++
    ticking = setImmediate(tick)
  }
  let ticking = setImmediate(tick)
  const turns = createTurns(mostRows)
  const rounds = await Promise.all(wanted.map((rows) => turns.take(rows).then(() => round)))
  clearImmediate(ticking)
  return rounds
}

it.each([
  ['all at once while there is room', 1000, [100, 200, 700], [0, 0, 0]],
  ['one after the other when each is a full round', 1000, [1000, 1000, 1000], [0, 1, 2]],
  ['alone, who wants more than a round', 1000, [5000, 1, 5000], [0, 1, 2]],
  ['in order: a small one does not overtake', 1000, [600, 600, 100], [0, 1, 1]],
])('%s', async (_what, most, wanted, rounds) => {
  expect(await roundsOf(most, wanted)).toEqual(rounds)
})

it('begins a new round with the next turn of the event loop', async () => {
  const turns = createTurns(10)
  await turns.take(10)
  await new Promise((resolve) => setImmediate(resolve))
  const order: string[] = []
  await Promise.all([
    turns.take(10).then(() => order.push('first')),
    Promise.resolve().then(() => order.push('other work')),
    turns.take(10).then(() => order.push('second')),
  ])
  expect(order).toEqual(['first', 'other work', 'second'])
})
