// A small seeded share of `npm run fuzz -- models`: the process goes on whatever the files are, and most damage is refused with a reason.
import { expect, it } from 'vitest'
import { modelsFuzz } from './models-fuzz.ts'

it('300 mutated models and pictures: a reading or a refusal each', { timeout: 60_000 }, async () => {
  const { told } = await modelsFuzz({ seed: 7, inputs: 300, say: () => undefined })
  expect((told.onnxRead ?? 0) + (told.onnxRefused ?? 0)).toBe(150)
  expect((told.ran ?? 0) + (told.refused ?? 0) + (told.crashed ?? 0)).toBe(150)
  expect(told.refused).toBeGreaterThan(0)
  expect(told.picturesRefused).toBeGreaterThan(0)
  expect(told.hung).toBe(0)
})
