// The int8 copy of `street` beside the float one, through the product's runtime: the same objects at nearly the same places.
import { expect, it } from 'vitest'
import { overlapOf } from '../../services/contracts/geometry.ts'
import { openMeasured } from '../commands/evaluate/measured-model.ts'
import { loadPicture } from '../commands/pictures.ts'

it('finds what the float model is sure of', async () => {
  const picture = await loadPicture('models/commands/sample-street.jpg')
  const float = await openMeasured('street', { directory: 'models' })
  const int8 = await openMeasured('street_int8', { directory: 'models' })
  try {
    const sure = (await float.detect(picture)).filter(({ score }) => score >= 0.5)
    const found = (await int8.detect(picture)).filter(({ score }) => score >= 0.3)
    expect(sure.length).toBeGreaterThan(0)
    for (const { label, box } of sure) {
      const near = found.filter((one) => one.label === label && overlapOf(one.box, box) > 0.7)
      expect(near, `${label} at ${box.map(Math.round)}`).not.toEqual([])
    }
  } finally {
    await float.close()
    await int8.close()
  }
})
