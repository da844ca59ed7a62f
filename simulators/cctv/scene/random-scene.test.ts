import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { objectClasses } from './objects/catalogue.ts'
import { createStage, drawPicture } from './random-scene.ts'
import { labelText } from './write-training-set.ts'

const draw = (seed: number) => {
  const random = createRandom(seed)
  const stage = createStage(random, 1, { width: 256, height: 144 })
  return { stage, ...drawPicture(stage, random) }
}

describe('a random street scene', () => {
  it('is the same picture for the same seed, and another for another', () => {
    const first = draw(11)
    expect(Buffer.from(draw(11).pixels.buffer).equals(Buffer.from(first.pixels.buffer))).toBe(true)
    expect(Buffer.from(draw(12).pixels.buffer).equals(Buffer.from(first.pixels.buffer))).toBe(false)
  })

  it('gives boxes inside the frame that hold what was drawn', () => {
    for (const seed of [1, 2, 3]) {
      const { truth, stage, pixels } = draw(seed)
      for (const { box, visible, inside } of truth) {
        const [x1, y1, x2, y2] = box
        expect(x1).toBeGreaterThanOrEqual(0)
        expect(y1).toBeGreaterThanOrEqual(0)
        expect(x2).toBeLessThanOrEqual(stage.view.width)
        expect(y2).toBeLessThanOrEqual(stage.view.height)
        expect(x2).toBeGreaterThan(x1)
        expect(y2).toBeGreaterThan(y1)
        expect(visible).toBeGreaterThanOrEqual(0)
        expect(visible).toBeLessThanOrEqual(1)
        expect(inside).toBeLessThanOrEqual(1.000001)
      }
      // pixels that differ from the empty street lie near a box (shadows and glow reach a little beyond)
      const { width, height } = stage.view
      let outside = 0
      for (let y = 0; y < height; y += 3)
        for (let x = 0; x < width; x += 3) {
          const at = (y * width + x) * 4
          if (Math.abs((pixels[at] as number) - (stage.background.pixels[at] as number)) < 40) continue
          const near = truth.some(({ box: [x1, y1, x2, y2] }) => {
            const reach = Math.max(x2 - x1, y2 - y1)
            return x > x1 - reach && x < x2 + reach && y > y1 - reach && y < y2 + reach
          })
          if (!near) outside++
        }
      expect(outside).toBe(0)
    }
  })

  it('writes labels as class and fractions, without what is hidden', () => {
    const { truth, stage } = draw(2)
    const lines = labelText(truth, stage.view).trim().split('\n')
    expect(lines.length).toBeLessThanOrEqual(truth.length)
    for (const line of lines) {
      const [kind, ...numbers] = line.split(' ').map(Number)
      expect(objectClasses[kind ?? -1]).toBeDefined()
      expect(numbers).toHaveLength(4)
      for (const number of numbers) {
        expect(number).toBeGreaterThanOrEqual(0)
        expect(number).toBeLessThanOrEqual(1)
      }
    }
    const hidden = truth.map((item) => ({ ...item, visible: 0.2 }))
    expect(labelText(hidden, stage.view)).toBe('')
  })
})
