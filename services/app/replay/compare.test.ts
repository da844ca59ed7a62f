// Differences of two replays: none for the same, and each kind of difference once.
import { expect, it } from 'vitest'
import { compareFindings, type ToldFinding } from './compare.ts'

const finding = (seconds: number, more: Partial<ToldFinding> = {}): ToldFinding => ({
  phase: 'started',
  kind: 'illegal_parking',
  zoneId: 'kerb',
  label: 'car',
  at: new Date(Date.UTC(2020, 5, 28, 6, 0, seconds)).toISOString(),
  since: '2020-06-28T06:00:00.000Z',
  box: [0.1, 0.1, 0.3, 0.3],
  ...more,
})
const beside: [number, number, number, number] = [0.6, 0.1, 0.8, 0.3]

it.each<[string, ToldFinding[], ToldFinding[], string[]]>([
  ['nothing', [], [], []],
  ['the same', [finding(1), finding(9, { phase: 'ended' })], [finding(1), finding(9, { phase: 'ended' })], []],
  ['less than a second later', [finding(1)], [{ ...finding(1), at: '2020-06-28T06:00:01.800Z' }], []],
  ['later', [finding(1)], [finding(4)], ['changed']],
  ['another class', [finding(1)], [finding(1, { label: 'large_vehicle' })], ['changed']],
  ['much later', [finding(1)], [finding(40)], ['missing', 'added']],
  ['another place', [finding(1)], [finding(1, { box: beside })], ['missing', 'added']],
  ['two for one', [finding(1)], [finding(1), finding(2)], ['added']],
  ['the nearer in time is the match', [finding(5)], [finding(1), finding(5)], ['added']],
])('%s', (_, expected, found, types) => {
  expect(compareFindings(expected, found).map(({ type }) => type)).toEqual(types)
})
