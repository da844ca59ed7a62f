// The figures agree with TrackEval 1.3.0 on its answer to a generated sequence (trackeval/make-fixture.py), and on what can be told by hand.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseMotText, type SequenceFrame } from './sequence.ts'
import { type TrackerFigures, tracksJudged } from './tracker-figures.ts'

const read = (name: string) => readFileSync(join(import.meta.dirname, 'trackeval', name), 'utf8')

describe('tracker figures', () => {
  it('are those of TrackEval, to nine digits', () => {
    const [truth, tracked] = [parseMotText(read('gt.txt')), parseMotText(read('tracker.txt'))]
    const last = Math.max(...truth.keys())
    const frames = Array.from(
      { length: last },
      (_, index): SequenceFrame => ({
        truth: truth.get(index + 1) ?? [],
        tracked: tracked.get(index + 1) ?? [],
      }),
    )
    const theirs = JSON.parse(read('results.json')) as TrackerFigures
    const ours = tracksJudged(frames)
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort())
    for (const [name, value] of Object.entries(theirs))
      expect(ours[name as keyof TrackerFigures], name).toBeCloseTo(value, 9)
  })

  const at = (id: number, x: number) => ({ id, box: [x, 0, x + 1, 1] as const })
  it('are 1 for the truth itself', () => {
    const frames = Array.from({ length: 5 }, (_, t) => ({
      truth: [at(1, t), at(2, t + 9)],
      tracked: [at(7, t), at(8, t + 9)],
    }))
    expect(tracksJudged(frames)).toMatchObject({ hota: 1, mota: 1, idf1: 1, idSwitches: 0, falsePositives: 0 })
  })

  it('count a change of id once, and half of the frames as its own', () => {
    const frames = Array.from({ length: 10 }, (_, t) => ({ truth: [at(1, t)], tracked: [at(t < 5 ? 7 : 8, t)] }))
    const figures = tracksJudged(frames)
    expect(figures).toMatchObject({ idSwitches: 1, mota: 0.9, idf1: 0.5, detA: 1 })
    expect(figures.assA).toBeCloseTo(0.5, 12)
  })

  it('say nothing was found of an empty answer', () => {
    expect(tracksJudged([{ truth: [at(1, 0)], tracked: [] }])).toMatchObject({
      hota: 0,
      mota: 0,
      idf1: 0,
      falseNegatives: 1,
    })
  })
})
