// Our average precision beside what pycocotools 2.0.11 made of the same boxes (recorded by testing/record-pycocotools.py).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Box } from '../../../services/vision/geometry/box.ts'
import { averagePrecision } from './average-precision.ts'

type Truth = [label: number, ...box: [number, number, number, number]]
type Found = [...Truth, score: number]
interface Recorded {
  readonly pictures: { truth: Truth[]; found: Found[] }[]
  readonly expected: Record<string, { ap50: number; ap: number; recall50: number }[]>
}
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, 'testing/pycocotools-2.0.11.json'), 'utf8'),
) as Recorded

const boxOf = ([, x1, y1, x2, y2]: Truth | Found): Box => [x1, y1, x2, y2]
const ofClass = (label: number) =>
  recorded.pictures.map(({ truth, found }) => ({
    truth: truth.filter(([mine]) => mine === label).map(boxOf),
    found: found.filter(([mine]) => mine === label).map((each) => ({ box: boxOf(each), score: each[5] })),
  }))

describe('average precision', () => {
  const cases = Object.entries(recorded.expected).flatMap(([most, classes]) =>
    classes.map((expected, label) => ({ most: Number(most), label, expected })),
  )
  it.each(cases)('of class $label with $most a picture is that of pycocotools', ({ most, label, expected }) => {
    const mine = averagePrecision(ofClass(label), most)
    for (const key of ['ap50', 'ap', 'recall50'] as const) {
      expect(Math.abs((mine?.[key] ?? -1) - expected[key]), key).toBeLessThan(1e-3)
    }
  })

  it('is 1 for the truth, 0 for nothing found, and nothing where there is nothing to find', () => {
    const truth: Box[] = [[0, 0, 10, 10]]
    const found = truth.map((box) => ({ box, score: 1 }))
    expect(averagePrecision([{ truth, found }])).toEqual({ ap50: 1, ap: 1, recall50: 1 })
    expect(averagePrecision([{ truth, found: [] }])).toEqual({ ap50: 0, ap: 0, recall50: 0 })
    expect(averagePrecision([{ truth: [], found }])).toBeUndefined()
  })
})
