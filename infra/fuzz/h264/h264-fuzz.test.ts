// A small seeded share of `npm run fuzz -- h264`: the decoder lives through damaged H.264 and H.265, and still shows what is sound.
import { expect, it } from 'vitest'
import { h264Fuzz } from './h264-fuzz.ts'

it('400 mutated H.264 and H.265 streams: no crash, no hang, no growth', { timeout: 60_000 }, async () => {
  const { told } = await h264Fuzz({ seed: 11, inputs: 400, say: () => undefined })
  expect(told.pictures).toBeGreaterThan(400)
  expect((told.damaged ?? 0) + (told.refused ?? 0)).toBeGreaterThan(20)
  expect((told.decodedWhole ?? 0) + (told.damaged ?? 0) + (told.refused ?? 0)).toBe(400)
})
