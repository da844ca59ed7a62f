// models:evaluate on a small YOLO folder whose pictures tell the pixel model what to see, so that every figure is known beforehand.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  makeModelFolder,
  type PixelObject,
  pixelPicture,
  pixelSize,
} from '../../../services/vision/testing/tiny-onnx.ts'
import { evaluate } from './evaluate.ts'
import { readObjects } from './yolo-folder.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'qly-evaluate-'))
  makeModelFolder(directory, 'pixels')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A picture in which the model sees `found`, labelled with `truth` (class number and edges in pixels). */
async function picture(data: string, name: string, found: PixelObject[], truth: number[][]): Promise<void> {
  for (const folder of ['images', 'labels']) mkdirSync(join(data, folder), { recursive: true })
  const raw = { width: pixelSize, height: pixelSize, channels: 3 as const }
  await sharp(pixelPicture(found), { raw })
    .png()
    .toFile(join(data, `images/${name}.png`))
  const lines = truth.map(([label = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0]) =>
    [label, ...[(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1].map((pixels) => pixels / pixelSize)].join(' '),
  )
  writeFileSync(join(data, `labels/${name}.txt`), `${lines.join('\n')}\n`)
}
const car = (score: number, ...box: [number, number, number, number]): PixelObject => ({ label: 0, score, box })

describe('models:evaluate', () => {
  it('gives AP, precision, recall, false alarms and times, with the data, beside a reference', async () => {
    const data = join(directory, 'scenes')
    await picture(data, 'a', [car(0.9, 0, 0, 10, 10)], [[1, 0, 0, 10, 10]])
    await picture(data, 'b', [car(0.8, 2, 2, 8, 8), car(0.7, 20, 20, 28, 28)], [[1, 2, 2, 8, 8]])
    await picture(data, 'c', [car(0.3, 4, 4, 12, 12)], [[1, 4, 4, 12, 12]])
    await picture(data, 'empty-1', [car(0.6, 4, 4, 12, 12)], [])
    await picture(data, 'empty-2', [car(0.2, 4, 4, 12, 12)], [])
    writeFileSync(join(data, 'data.yaml'), 'names: {0: lamp, 1: sedan}\n')
    const out = join(directory, 'metrics.json')
    const args = ['--model', 'pixels', '--reference', 'pixels', '--directory', directory, '--data', data, '--out', out]
    await evaluate(args)
    const metrics = JSON.parse(readFileSync(out, 'utf8'))
    expect(metrics.sets.scenes.data).toMatchObject({
      pictures: 5,
      classes: ['car'],
      sha256: expect.stringMatching(/^\w{64}$/),
    })
    const [mine, reference] = metrics.sets.scenes.models
    // by falling score: hit, hit, false, false, hit, false; precision 1 up to recall 2/3, 3/5 beyond: (67 + 34 · 0.6) / 101
    expect(mine.classes.car).toEqual({
      objects: 3,
      ap50: expect.closeTo((67 + 34 * 0.6) / 101, 3),
      ap50to95: expect.closeTo((67 + 34 * 0.6) / 101, 3),
      // at the threshold of 0.4: 2 of 4 alarms are right, 2 of 3 objects found
      precision: 0.5,
      recall: 0.6667,
    })
    expect(mine).toMatchObject({ negatives: 2, falseAlarmsPer1000Negatives: 500 })
    expect(mine.msPerFrame.threads1).toBeGreaterThanOrEqual(0)
    expect(reference.classes).toEqual(mine.classes)
    // the same data again gives the same hash; another set of the same model is kept beside
    rmSync(join(data, 'images/empty-2.png'))
    await evaluate([...args.slice(0, 2), ...args.slice(4)])
    const again = JSON.parse(readFileSync(out, 'utf8'))
    expect(again.sets.scenes.data.sha256).not.toBe(metrics.sets.scenes.data.sha256)
    expect(again.sets.scenes.models).toHaveLength(1)
  })

  it('says what it cannot judge', async () => {
    const data = join(directory, 'other')
    await picture(data, 'a', [], [[0, 0, 0, 10, 10]])
    writeFileSync(join(data, 'classes.txt'), 'teapot\n')
    const args = ['--model', 'pixels', '--directory', directory, '--data']
    await expect(evaluate([...args, data])).rejects.toThrow(/other labels teapot; the model finds car, person/)
    await expect(evaluate([...args, directory])).rejects.toMatchObject({ code: 'QLY_INPUT_INVALID' })
  })

  it('reads boxes and polygons, and names a line that is neither', () => {
    const [box, polygon] = readObjects('0 0.5 0.5 0.2 0.4\n1 0.1 0.2 0.5 0.2 0.5 0.6\n', ['a', 'b'], 'x.txt')
    expect(box).toEqual({ label: 'a', box: [0.4, 0.3, 0.6, 0.7].map((edge) => expect.closeTo(edge, 9)) })
    expect(polygon).toEqual({ label: 'b', box: [0.1, 0.2, 0.5, 0.6] })
    expect(() => readObjects('0 0.5 0.5 0.2 0.4\n7 0 0 1 1', ['a'], 'x.txt')).toThrow(/x.txt:2: "7 0 0 1 1"/)
  })
})
