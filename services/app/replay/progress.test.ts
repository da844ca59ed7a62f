// What a replay says of how far it is, on a terminal and in a log.
import { describe, expect, it } from 'vitest'
import { createReplayProgress } from './progress.ts'

/** A frame a second is seen, in a tenth of a second each. */
function watch(seconds: number, span: { from: number; to?: number }, isTTY: boolean): string[] {
  const written: string[] = []
  let now = 0
  const output = { isTTY, write: (text: string) => written.push(text) }
  const progress = createReplayProgress(output, 'street', span, () => now)
  for (let second = 1; second <= seconds; second++) {
    now += 100
    progress.at(span.from + second * 1000)
  }
  progress.end()
  return written
}

describe('the progress of a replay', () => {
  it('is a line every tenth of it in a log', () => {
    const lines = watch(3600, { from: 5_000_000, to: 5_000_000 + 3_600_000 }, false)
    expect(lines).toHaveLength(10)
    expect(lines[2]).toBe('street: 18:00 of 1:00:00 (30 %), 10.0 × real time, 4:12 left\n')
    expect(lines[9]).toBe('street: 1:00:00 of 1:00:00 (100 %), 10.0 × real time, 0:00 left\n')
  })

  it('is a bar on a terminal, which goes when it is done', () => {
    const written = watch(60, { from: 0, to: 120_000 }, true)
    expect(written.at(-2)).toBe(
      `\r${'█'.repeat(12)}${'░'.repeat(12)} street: 1:00 of 2:00 (50 %), 10.0 × real time, 0:06 left\x1b[K`,
    )
    expect(written.at(-1)).toBe('\r\x1b[K')
  })

  it('says how much was seen of a clip whose end is not known', () => {
    expect(watch(700, { from: 0 }, false)).toEqual([
      'street: 5:00, 10.0 × real time\n',
      'street: 10:00, 10.0 × real time\n',
    ])
  })
})
