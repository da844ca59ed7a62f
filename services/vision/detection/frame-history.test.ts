// Models of several frames: which frames they are shown at which rate, and that the stack is the input that model.json describes.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FrameCutPixels } from '../../contracts/frames.ts'
import { inputFormatOf, parseModelDescription } from '../model-registry/model-description.ts'
import { createFrameHistory, stackOf } from './frame-history.ts'
import { createTensorBuilder } from './input-tensor.ts'

const cutAt = (value: number, id = 'a'): FrameCutPixels => ({
  cut: { id, region: [0, 0, 1, 1], width: 2, height: 2, letterbox: 'centre' },
  width: 2,
  height: 2,
  offsetX: 0,
  offsetY: 0,
  pictureWidth: 2,
  pictureHeight: 2,
  rgb: new Uint8Array(12).fill(value),
})
/** Frames by their first byte, oldest first. */
const shownOf = (stack: Uint8Array) => [...stack].filter((_, index) => index % 12 === 0)

/** What is shown last of `frames` frames that are `stepMs` apart and valued 1, 2, 3 … */
function play(stepMs: number, frames: number): number[] {
  const history = createFrameHistory({ count: 4, everySeconds: 0.2 })
  let stack: Uint8Array = new Uint8Array()
  for (let n = 1; n <= frames; n++) stack = history.stack(cutAt(n), n * stepMs)
  return shownOf(stack)
}

describe('frame history', () => {
  it.each([
    ['at the rate the model wants', 200, 6, [3, 4, 5, 6]],
    ['at twice the rate, every second one', 100, 20, [14, 16, 18, 20]],
    ['at a lower rate, those there are', 1000, 6, [3, 4, 5, 6]],
    ['at the beginning, the first one again', 200, 2, [1, 1, 1, 2]],
    ['with the jitter of a stream', 190, 6, [3, 4, 5, 6]],
  ] as const)('shows %s', (_, stepMs, frames, wanted) => {
    expect(play(stepMs, frames)).toEqual(wanted)
  })

  it('keeps cuts apart, survives the reuse of their pixels, and forgets when it is told to', () => {
    const history = createFrameHistory({ count: 2, everySeconds: 0.2 })
    const reused = cutAt(1)
    history.stack(reused, 0)
    history.stack(cutAt(7, 'b'), 0)
    reused.rgb.fill(2)
    expect(shownOf(history.stack(reused, 200))).toEqual([1, 2])
    history.clear()
    reused.rgb.fill(3)
    expect(shownOf(history.stack(reused, 400))).toEqual([3, 3])
  })

  it('is in order of time, ends with the newest and keeps its distances, at any rate', () => {
    const steps = fc.array(fc.integer({ min: 10, max: 900 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 2, max: 6 }), (gaps, count) => {
        const history = createFrameHistory({ count, everySeconds: 0.2 })
        const times: number[] = []
        let at = 0
        for (const [index, gap] of gaps.entries()) {
          at += gap
          times.push(at)
          const shown = shownOf(history.stack(cutAt(index), at))
          expect(shown).toHaveLength(count)
          expect(shown.at(-1)).toBe(index)
          for (const [place, frame] of shown.entries()) {
            const before = shown[place - 1]
            if (before === undefined || before === frame) continue
            expect((times[frame] as number) - (times[before] as number)).toBeGreaterThanOrEqual(150)
          }
        }
      }),
    )
  })

  it('fits the tensor of its model.json', () => {
    const description = parseModelDescription(
      JSON.stringify({
        family: 'qianliyan',
        labels: ['fire', 'smoke'],
        input: { width: 32, height: 16 },
        frames: { count: 3, everySeconds: 0.2 },
        sha256: '0'.repeat(64),
        licence: 'Apache-2.0',
        trainedOn: 'nothing',
      }),
      'model.json',
    )
    const picture = new Uint8Array(32 * 16 * 3).fill(9)
    expect(createTensorBuilder(inputFormatOf(description))(stackOf([picture], 3)).shape).toEqual([1, 48, 32, 3])
  })
})
