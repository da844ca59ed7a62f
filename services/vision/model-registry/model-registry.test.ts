// Models that are missing, broken, exchanged or wrongly described are refused with the reason; a sound one is opened once.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createInferencePool, type InferencePool } from '../inference/inference-pool.ts'
import { makeModelFolder, pixelModel, pixelPicture, pixelSize } from '../testing/tiny-onnx.ts'
import { createModelRegistry, type ModelRegistry } from './model-registry.ts'

let directory: string
let pool: InferencePool
let models: ModelRegistry
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'qly-models-'))
  pool = createInferencePool({ logger: silentLogger }, { threadsPerSession: 1, inferenceWorkers: 1 })
  models = createModelRegistry({ pool }, { directory })
})
afterAll(async () => {
  await pool.stop()
  rmSync(directory, { recursive: true, force: true })
})

const folder = (name: string, changes: Record<string, unknown> = {}, onnx = pixelModel()) =>
  makeModelFolder(directory, name, onnx, changes)

describe('a sound model', () => {
  it('is found by name and by path, and opened once', async () => {
    const path = folder('sound', { thresholds: { person: 0.7 } })
    const [byName, byPath] = await Promise.all([models.open('sound'), models.open(path)])
    expect(byName).toBe(byPath)
    expect(byName).toMatchObject({ name: 'sound', classes: ['car', 'person'] })
    expect(byName.tag).toMatch(/^sound@[0-9a-f]{8}$/)
    expect([byName.thresholdOf('car'), byName.thresholdOf('person')]).toEqual([0.4, 0.7])
    const picture = pixelPicture([{ label: 0, score: 0.8, box: [4, 8, 20, 24] }])
    const { detections } = await pool.infer(byName.key, 'cam', [picture], 0.1)
    expect(detections).toEqual([[{ label: 'car', score: expect.closeTo(0.8, 2), box: [4, 8, 20, 24] }]])
  })

  it('may name its classes as ours; those it does not name are dropped', async () => {
    folder('mapped', { labels: ['sedan', 'dog'], classes: { sedan: 'car' } })
    const model = await models.open('mapped')
    expect(model.classes).toEqual(['car'])
    const picture = pixelPicture([
      { label: 0, score: 0.8, box: [0, 0, 8, 8] },
      { label: 1, score: 0.9, box: [16, 16, 24, 24] },
    ])
    const { detections } = await pool.infer(model.key, 'cam', [picture], 0.1)
    expect(detections[0]?.map(({ label }) => label)).toEqual(['car'])
  })
})

describe('a model that cannot be', () => {
  const square = { width: pixelSize, height: pixelSize, letterbox: 'centre' }
  const cases: { name: string; make: () => void; code: string; says: RegExp }[] = [
    { name: 'missing', make: () => undefined, code: 'QLY_MODEL_UNKNOWN', says: /no model "missing"/ },
    {
      name: 'undescribed',
      make: () => rmSync(join(folder('undescribed'), 'model.json')),
      code: 'QLY_MODEL_INVALID',
      says: /cannot read .*model\.json/,
    },
    {
      name: 'garbled',
      make: () => writeFileSync(join(folder('garbled'), 'model.json'), '{"family": '),
      code: 'QLY_MODEL_INVALID',
      says: /model\.json is not JSON/,
    },
    {
      name: 'faulty',
      make: () => folder('faulty', { threshold: 7, family: 'yolov99', licence: '' }),
      code: 'QLY_MODEL_INVALID',
      says: /\/family.*\/threshold.*\/licence|\/licence|\/threshold/,
    },
    {
      name: 'unlabelled',
      make: () => folder('unlabelled', { classes: { truck: 'large_vehicle' } }),
      code: 'QLY_MODEL_INVALID',
      says: /"truck" is no label/,
    },
    {
      name: 'fileless',
      make: () => folder('fileless', { file: 'other.onnx' }),
      code: 'QLY_MODEL_INVALID',
      says: /cannot read .*other\.onnx/,
    },
    {
      name: 'exchanged',
      make: () => folder('exchanged', { sha256: 'a'.repeat(64) }),
      code: 'QLY_MODEL_INVALID',
      says: /has the sha256 [0-9a-f]{64}, model\.json says aaaa/,
    },
    {
      name: 'corrupt',
      make: () => folder('corrupt', {}, pixelModel().slice(0, 200)),
      code: 'QLY_MODEL_INVALID',
      says: /cannot be loaded/,
    },
    {
      name: 'noise',
      make: () => folder('noise', {}, new TextEncoder().encode('this is no model')),
      code: 'QLY_MODEL_INVALID',
      says: /cannot be loaded/,
    },
    {
      name: 'resized',
      make: () => folder('resized', { input: { ...square, width: 64 } }),
      code: 'QLY_MODEL_INVALID',
      says: /input image has the shape \[1, 32, 32, 3\]; model\.json asks for \[1, 32, 64, 3\]/,
    },
    {
      name: 'retyped',
      make: () => folder('retyped', {}, pixelModel({ input: 'float32' })),
      code: 'QLY_MODEL_INVALID',
      says: /input image is float32.*says uint8/,
    },
    {
      name: 'renamed',
      make: () => folder('renamed', {}, pixelModel({ scores: 'confidences' })),
      code: 'QLY_MODEL_INVALID',
      says: /outputs boxes, confidences; scores missing/,
    },
    {
      name: 'overlabelled',
      make: () => folder('overlabelled', { labels: ['car', 'person', 'dog'] }),
      code: 'QLY_MODEL_INVALID',
      says: /output scores has the shape \[1, 512, 2\], expected \[1, 512, 3\] \(3 labels/,
    },
    {
      name: 'misfiled',
      make: () => folder('misfiled', { family: 'yolox' }),
      code: 'QLY_MODEL_INVALID',
      says: /input image is uint8.*float32/,
    },
  ]
  it.each(cases)('$name: $code', async ({ name, make, code, says }) => {
    make()
    await expect(models.open(name)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(says),
      retryable: false,
    })
  })

  it('is tried again once it is mended', async () => {
    folder('mended', {}, pixelModel().slice(0, 100))
    await expect(models.open('mended')).rejects.toMatchObject({ code: 'QLY_MODEL_INVALID' })
    folder('mended')
    await expect(models.open('mended')).resolves.toMatchObject({ name: 'mended' })
  })
})
