// The river model in the product's runtime, on a rendered canal that it was not trained on: the share of water comes as the score of one box.
import { expect, it } from 'vitest'
import { openMeasured } from '../commands/evaluate/measured-model.ts'
import { loadPicture } from '../commands/pictures.ts'

/** of sample.jpg (models/synthetic, river, seed 900013), counted by the renderer */
const renderedShare = 0.72

it('tells the share of the picture that is water', async () => {
  const river = await openMeasured('river', { directory: 'models' })
  try {
    const picture = await loadPicture('models/river/sample.jpg')
    const water = (await river.detect(picture)).filter(({ label }) => label === 'water')
    expect(water).toHaveLength(1)
    expect(Math.abs((water[0]?.score ?? 0) - renderedShare)).toBeLessThan(0.15)
    expect(water[0]?.box).toEqual([0, 0, picture.width, picture.height])
  } finally {
    await river.close()
  }
})
