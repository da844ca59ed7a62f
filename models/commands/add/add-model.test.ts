// models:add with files as people bring them: what fits is described and opens in the registry; what does not is refused with the reason.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../services/kernel/logging/logger.ts'
import { createInferencePool } from '../../../services/vision/inference/inference-pool.ts'
import { createModelRegistry } from '../../../services/vision/model-registry/model-registry.ts'
import { runTrial } from '../../../services/vision/model-registry/trial/run-trial.ts'
import { echoModel, type KnownOutput, knownModel } from '../../../services/vision/testing/family-onnx.ts'
import {
  externalTensor,
  integer,
  model,
  node,
  onnxTypes,
  valueInfo,
} from '../../../services/vision/testing/onnx-writer.ts'
import { labelsOfMetadata } from '../labels.ts'
import { addModel } from './add-model.ts'
import { describeModel } from './describe-model.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'qly-add-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const write = (name: string, onnx: Uint8Array): string => {
  const file = join(directory, name)
  writeFileSync(file, onnx)
  return file
}
const zeroes = (shape: number[]): KnownOutput => ({
  shape,
  values: new Array(shape.reduce((a, b) => a * b, 1)).fill(0),
})
/** Of 84 anchors one is a car in the middle: columns as YOLOv8 has them, for 64 × 64. */
const v8 = (metadata: Record<string, string>, shape: (number | string)[] = [1, 3, 64, 64]) => {
  const values = new Array<number>(6 * 84).fill(0)
  for (const [row, value] of [32, 32, 32, 16, 0.9, 0].entries()) values[row * 84 + 5] = value
  return knownModel([{ shape }], { output0: { shape: [1, 6, 84], values } }, metadata)
}
const names = { names: "{0: 'car', 1: 'traffic light'}", task: 'detect' }

describe('a model that fits', () => {
  it('becomes a folder that the registry opens, and its boxes are drawn into the sample', async () => {
    const file = write('best.onnx', v8(names, ['batch', 3, 'h', 'w']))
    const picture = join(directory, 'grey.png')
    await sharp({ create: { width: 200, height: 100, channels: 3, background: '#808080' } })
      .png()
      .toFile(picture)
    const models = join(directory, 'models')
    const shown = join(directory, 'shown.jpg')
    await addModel([
      file,
      '--size',
      '64',
      '--directory',
      models,
      '--picture',
      picture,
      '--shown',
      shown,
      '--licence',
      'MIT',
    ])
    expect(JSON.parse(readFileSync(join(models, 'best/model.json'), 'utf8'))).toMatchObject({
      family: 'ultralytics',
      labels: ['car', 'traffic light'],
      classes: { car: 'car' },
      input: { width: 64, height: 64, letterbox: 'centre' },
      licence: 'MIT',
    })
    // the box is 16..48 × 24..40 of 64 × 64, whose picture lies at 16..48: x 0.25..0.75, y 0.25..0.75
    const { data, info } = await sharp(shown).raw().toBuffer({ resolveWithObject: true })
    const red = (x: number, y: number) => {
      const [r = 0, g = 0] = data.subarray((y * info.width + x) * 3)
      return r - g > 60
    }
    expect([red(100, 25), red(50, 50), red(150, 50), red(100, 75), red(100, 50)]).toEqual([
      true,
      true,
      true,
      true,
      false,
    ])

    const pool = createInferencePool({ logger: silentLogger }, { threadsPerSession: 1, inferenceWorkers: 1 })
    try {
      const opened = await createModelRegistry({ pool }, { directory: models }).open('best')
      expect(opened.classes).toEqual(['car'])
    } finally {
      await pool.stop()
    }
    await expect(addModel([file, '--size', '64', '--directory', models])).rejects.toMatchObject({
      code: 'QLY_CONFLICT',
    })
  })

  it('may keep its weights beside it, which are hashed too', async () => {
    const graph = model([
      [1, node('Cast', ['image'], 'number', integer('to', onnxTypes.float32))],
      [1, node('Identity', ['w'], 'y')],
      [5, externalTensor('w', [1, 2], 'weights.bin')],
      [11, valueInfo('image', 'uint8', [1, 16, 16, 3])],
      [12, valueInfo('y', 'float32', [1, 2])],
    ])
    const file = write('heavy.onnx', graph)
    await expect(describeModel({ file })).rejects.toThrow(/its weights are in weights.bin, which is not beside it/)
    writeFileSync(join(directory, 'weights.bin'), new Uint8Array(Float32Array.of(0.25, 0.75).buffer))
    const { description } = await describeModel({ file, labels: ['car', 'bus'] })
    expect(description).toMatchObject({
      family: 'classifier',
      input: { layout: 'nhwc', type: 'uint8' },
      externalFiles: { 'weights.bin': expect.stringMatching(/^[0-9a-f]{64}$/) },
    })
  })
})

describe('a model that does not fit is refused with the reason', () => {
  const planes = [{ shape: [1, 3, 64, 64] }]
  const whole = v8(names)
  const cases: { what: string; onnx: Uint8Array; says: RegExp }[] = [
    { what: 'cut off', onnx: whole.subarray(0, 400), says: /no whole ONNX file: .*cut off/ },
    { what: 'open axes', onnx: v8(names, ['b', 3, 'h', 'w']), says: /are open: say the size with --size/ },
    { what: 'no labels', onnx: v8({}), says: /does not name its labels.*--labels FILE. It has 2 classes/ },
    { what: 'a batch', onnx: v8(names, [8, 3, 64, 64]), says: /takes 8 pictures at once/ },
    { what: 'doubles', onnx: echoModel('float64', [1, 3, 64, 64]), says: /input images is float64; pixels are uint8/ },
    { what: 'four colours', onnx: v8(names, [1, 4, 64, 64]), says: /three colours/ },
    {
      what: 'no family',
      onnx: knownModel(planes, { y: zeroes([1, 2, 8, 8]) }),
      says: /no family has the outputs y \[1, 2, 8, 8\]/,
    },
    { what: 'no picture', onnx: knownModel([{ shape: [1, 10, 8] }], { y: zeroes([1, 2]) }), says: /one picture input/ },
    {
      what: 'an unknown operator',
      onnx: model([
        [1, node('FancyAttention', ['images'], 'y')],
        [11, valueInfo('images', 'float32', [1, 3, 64, 64])],
        [12, valueInfo('y', 'float32', [1, 2])],
      ]),
      says: /FancyAttention/,
    },
  ]
  it.each(cases)('$what', async ({ what, onnx, says }) => {
    const file = write(`${what}.onnx`, onnx)
    await expect(describeModel({ file })).rejects.toMatchObject({
      code: 'QLY_MODEL_INVALID',
      message: expect.stringMatching(says),
    })
  })

  it('also when it takes too long or too much memory: its process is ended', async () => {
    const file = write('slow.onnx', whole)
    const format = {
      width: 64,
      height: 64,
      letterbox: 'centre',
      layout: 'nchw',
      type: 'float32',
      channels: 'rgb',
      scale: 1,
    } as const
    const request = { kind: 'probe', file, format: { ...format, mean: [0, 0, 0], deviation: [1, 1, 1] } } as const
    await expect(runTrial(request, { seconds: 0.05 })).rejects.toThrow(/took longer than 0.05 s/)
    await expect(runTrial(request, { bytes: 1000 })).rejects.toThrow(/MiB of memory/)
  })
})

describe('labels that exporters write', () => {
  it.each([
    [`{0: 'person', 1: "driver's seat", 2: 'it\\'s'}`, ['person', "driver's seat", "it's"]],
    ['{"0": "a", "1": "b"}', ['a', 'b']],
    ['["a", "b"]', ['a', 'b']],
    ["{1: 'gap'}", undefined],
    ['nonsense', undefined],
  ])('%s', (text, labels) => expect(labelsOfMetadata({ names: text })).toEqual(labels))
})
