// Writes rendered street pictures with exact boxes for training: images/*.jpg, labels/*.txt (YOLO) and classes.txt.
// node simulators/cctv/scene/write-training-set.ts --count N --seed S --out DIR [--from mast|drone]
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createRandom } from '../../random.ts'
import type { Truth } from './compose.ts'
import { photograph } from './lens.ts'
import { objectClasses } from './objects/catalogue.ts'
import { createStage, drawPicture } from './random-scene.ts'

/** Pictures that share one empty street and camera; drawing the street costs most. */
const picturesPerStage = 3
/** What is hidden by more than this share, or hardly in the frame, gets no label. */
const limits = { visible: 0.3, inside: 0.15, pixels: 5 }

export async function writeTrainingSet(options: {
  count: number
  seed: number
  out: string
  from?: 'mast' | 'drone'
}): Promise<void> {
  const { count, seed, out, from = 'mast' } = options
  for (const folder of ['images', 'labels']) await mkdir(join(out, folder), { recursive: true })
  await writeFile(join(out, 'classes.txt'), `${objectClasses.join('\n')}\n`)
  for (let index = 0; index < count; ) {
    const random = createRandom(seed).fork(index)
    const stage = createStage(random, random.chance(0.6) ? 2 : 1, undefined, from)
    for (let i = 0; i < picturesPerStage && index < count; i++, index++) {
      const picture = drawPicture(stage, random)
      const name = `sim_${seed}_${String(index).padStart(6, '0')}`
      const jpeg = await photograph(picture.pixels, stage.view, stage.light.kind, random)
      await writeFile(join(out, 'images', `${name}.jpg`), jpeg)
      await writeFile(join(out, 'labels', `${name}.txt`), labelText(picture.truth, stage.view))
    }
  }
}

/** One line per object: class, centre and size as fractions. */
export function labelText(truth: readonly Truth[], size: { width: number; height: number }): string {
  return truth
    .filter(
      ({ visible, inside, box }) =>
        visible >= limits.visible &&
        inside >= limits.inside &&
        Math.min(box[2] - box[0], box[3] - box[1]) >= limits.pixels,
    )
    .map(({ objectClass, box: [x1, y1, x2, y2] }) => {
      const numbers = [
        (x1 + x2) / 2 / size.width,
        (y1 + y2) / 2 / size.height,
        (x2 - x1) / size.width,
        (y2 - y1) / size.height,
      ]
      return `${objectClasses.indexOf(objectClass)} ${numbers.map((value) => value.toFixed(6)).join(' ')}\n`
    })
    .join('')
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      count: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string' },
      from: { type: 'string', default: 'mast' },
    },
  })
  const count = Number(values.count)
  const seed = Number(values.seed ?? 1)
  const { out, from } = values
  if (
    !out ||
    !Number.isInteger(count) ||
    count < 1 ||
    !Number.isInteger(seed) ||
    (from !== 'mast' && from !== 'drone')
  ) {
    process.stderr.write('usage: write-training-set.ts --count N --seed S --out DIR [--from mast|drone]\n')
    process.exitCode = 2
  } else await writeTrainingSet({ count, seed, out, from })
}
