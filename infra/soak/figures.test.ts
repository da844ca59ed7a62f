import { expect, it } from 'vitest'
import { growth, metric } from './figures.ts'

const text = `# HELP frames_total Pictures.
frames_total{camera="a"} 3
frames_total{camera="b"} 4.5
frames_total_created 9
memory_bytes 1e6`

it('reads figures, all or those of a label', () => {
  expect(metric(text, 'frames_total')).toBe(7.5)
  expect(metric(text, 'frames_total', 'camera="b"')).toBe(4.5)
  expect(metric(text, 'memory_bytes')).toBe(1e6)
  expect(metric(text, 'nothing')).toBe(0)
})

it('lays a line through what grows, what is flat and what is too little', () => {
  const at = (...megabytes: number[]) => megabytes.map((residentMegabytes, hours) => ({ hours, residentMegabytes }))
  expect(growth(at(300, 310, 320))).toBeCloseTo(10)
  expect(growth(at(300, 310, 300, 310, 300))).toBeCloseTo(0)
  expect(growth(at(300))).toBeNaN()
})
