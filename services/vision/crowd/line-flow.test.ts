// Lines: who crosses counts once and in the right direction; who dawdles, turns round or goes round the end does not.
import { describe, expect, it } from 'vitest'
import type { PicturePoint } from '../../contracts/geometry.ts'
import { createLineFlow } from './line-flow.ts'
import { createMinuteFlow } from './minute-flow.ts'

const line = { id: 'Gate-1', from: [0.2, 0.5] as PicturePoint, to: [0.8, 0.5] as PicturePoint, classes: [] }

/** A person of 0.05 × 0.2 walks along the points, 20 frames between two. */
function walk(way: readonly PicturePoint[], { label = 'person', line: over = line } = {}) {
  const flow = createLineFlow([over], { hysteresis: 0.1, label: 'person' })
  const told: string[] = []
  let at = 0
  for (const [index, to] of way.entries()) {
    const from = way[index - 1] ?? to
    for (let step = 1; step <= 20; step++) {
      const [x, y] = [from[0] + ((to[0] - from[0]) * step) / 20, from[1] + ((to[1] - from[1]) * step) / 20]
      const box = [x - 0.025, y - 0.2, x + 0.025, y] as const
      at += 200
      told.push(...flow.step([{ trackId: 7, label, box }], at, 16 / 9).map(({ direction }) => direction))
    }
  }
  return told
}

describe('a line', () => {
  it.each<[string, PicturePoint[], string[]]>([
    [
      'is crossed downwards: to the right of left-to-right',
      [
        [0.5, 0.3],
        [0.5, 0.8],
      ],
      ['in'],
    ],
    [
      'is crossed upwards',
      [
        [0.5, 0.8],
        [0.5, 0.3],
      ],
      ['out'],
    ],
    [
      'there and back',
      [
        [0.5, 0.3],
        [0.5, 0.8],
        [0.5, 0.3],
      ],
      ['in', 'out'],
    ],
    [
      'dawdling on it counts nothing',
      [
        [0.5, 0.49],
        [0.5, 0.51],
        [0.5, 0.49],
        [0.5, 0.515],
      ],
      [],
    ],
    [
      'dawdling on the way across counts once',
      [
        [0.5, 0.3],
        [0.5, 0.51],
        [0.5, 0.49],
        [0.5, 0.51],
        [0.5, 0.8],
      ],
      ['in'],
    ],
    [
      'turning round on it counts nothing',
      [
        [0.5, 0.3],
        [0.5, 0.515],
        [0.5, 0.3],
      ],
      [],
    ],
    [
      'going round its end counts nothing',
      [
        [0.1, 0.3],
        [0.1, 0.8],
        [0.5, 0.8],
      ],
      [],
    ],
    [
      'standing beside it counts nothing',
      [
        [0.5, 0.55],
        [0.6, 0.55],
      ],
      [],
    ],
    [
      'aslant across it',
      [
        [0.25, 0.45],
        [0.75, 0.6],
      ],
      ['in'],
    ],
  ])('%s', (_, way, expected) => {
    expect(walk(way)).toEqual(expected)
  })

  it('counts its own classes only', () => {
    const down: PicturePoint[] = [
      [0.5, 0.3],
      [0.5, 0.8],
    ]
    expect(walk(down, { label: 'car' })).toEqual([])
    expect(walk(down, { label: 'two_wheeler', line: { ...line, classes: ['two_wheeler'] as never[] } })).toEqual(['in'])
  })

  it('drawn the other way round has the other direction', () => {
    expect(
      walk(
        [
          [0.5, 0.3],
          [0.5, 0.8],
        ],
        { line: { ...line, from: line.to, to: line.from } },
      ),
    ).toEqual(['out'])
  })
})

describe('minutes', () => {
  const crossing = (direction: 'in' | 'out', lineId = 'Gate-1') => ({ lineId, direction, trackId: 1, label: 'person' })
  it('are told when they are over, by line and together; silent ones with 0, unseen ones not', () => {
    const minutes = createMinuteFlow([line, { id: 'b' }])
    const told = [
      minutes.count([crossing('in')], 10_000),
      minutes.count([crossing('in'), crossing('out', 'b')], 59_999),
      minutes.count([], 60_000),
      minutes.count([crossing('out')], 600_000),
      minutes.count([], 660_000),
    ]
    expect(told).toEqual([
      undefined,
      undefined,
      {
        observedAt: 0,
        values: { flow_in: 2, flow_out: 1, 'flow_in.gate_1': 2, 'flow_out.gate_1': 0, 'flow_in.b': 0, 'flow_out.b': 1 },
      },
      {
        observedAt: 60_000,
        values: { flow_in: 0, flow_out: 0, 'flow_in.gate_1': 0, 'flow_out.gate_1': 0, 'flow_in.b': 0, 'flow_out.b': 0 },
      },
      expect.objectContaining({
        observedAt: 600_000,
        values: expect.objectContaining({ flow_out: 1, 'flow_out.gate_1': 1 }),
      }),
    ])
  })
})
