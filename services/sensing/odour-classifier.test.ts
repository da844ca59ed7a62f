// The shipped odour model through its own session: exposures that it was not trained on, and folders that cannot be used.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { addToArray, classifierInput, emptyGasArray, learnBaseline } from './gas-array.ts'
import { type OdourClassifier, openOdourClassifier } from './odour-classifier.ts'

const models = join(import.meta.dirname, '../../models')
const data = join(import.meta.dirname, '../../../shared/data/timeseries/gas_twin_arrays_631x10x8.csv')
const best = (probabilities: Record<string, number>) =>
  Object.entries(probabilities).sort((a, b) => b[1] - a[1])[0]?.[0]
if (!existsSync(data)) process.stderr.write(`skipped: no ${data}\n`)

describe.runIf(existsSync(data))('on exposures that it was not trained on', () => {
  let classifier: OdourClassifier
  beforeAll(async () => {
    classifier = await openOdourClassifier('odour')
  })
  afterAll(() => classifier.release())

  it('names the gas while it is there in at least 95 of 100, and clean air before it', async () => {
    const rows = readFileSync(data, 'utf8').trim().split('\n').slice(1)
    const unseen = readFileSync(join(models, 'odour/train/unseen-exposures.txt'), 'utf8').trim().split(',').map(Number)
    let right = 0
    let clean = 0
    for (const index of unseen) {
      const [gas, ...cells] = (rows[index] ?? '').split(',')
      let state = emptyGasArray
      const said: (string | undefined)[] = []
      for (let step = 0; step < 10; step++) {
        const resistances = cells.slice(step * 8, step * 8 + 8).map(Number)
        // live, a reading of clean air comes again and again before something happens
        for (let again = 0; again < (step < 3 ? 4 : 1); again++) {
          state = addToArray(
            state,
            state.window.length === 0 ? 0 : (state.window.at(-1)?.[0] ?? 0) + 10_000,
            resistances,
          )
          const input = classifierInput(state)
          if (input) said[step] = best(await classifier.classify(input))
          state = learnBaseline(state, said[step] === 'clean', 6)
        }
      }
      if (said[2] === 'clean') clean++
      if (said[6] === gas) right++
    }
    expect(unseen.length).toBeGreaterThan(100)
    expect(right / unseen.length).toBeGreaterThanOrEqual(0.95)
    expect(clean / unseen.length).toBeGreaterThanOrEqual(0.98)
  })
})

describe('a folder that cannot be used', () => {
  const folders: string[] = []
  afterEach(async () => {
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
  })
  const spoilt = async (
    change: (about: Record<string, unknown>, model: Buffer) => Promise<{ about?: unknown; model?: Buffer }>,
  ) => {
    const folder = await mkdtemp(join(tmpdir(), 'qly-odour-'))
    folders.push(folder)
    for (const file of ['model.onnx', 'model.json']) await cp(join(models, 'odour', file), join(folder, file))
    const about = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as Record<string, unknown>
    const changed = await change(about, await readFile(join(folder, 'model.onnx')))
    if (changed.about !== undefined) {
      await writeFile(
        join(folder, 'model.json'),
        typeof changed.about === 'string' ? changed.about : JSON.stringify(changed.about),
      )
    }
    if (changed.model) await writeFile(join(folder, 'model.onnx'), changed.model)
    return openOdourClassifier(folder)
  }
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

  it('is refused with the reason', async () => {
    await expect(openOdourClassifier('no-such-model')).rejects.toMatchObject({ code: 'QLY_MODEL_UNKNOWN' })
    const invalid = (message: RegExp) => ({ code: 'QLY_MODEL_INVALID', message: expect.stringMatching(message) })
    await expect(spoilt(async () => ({ about: '{' }))).rejects.toMatchObject(invalid(/not JSON/))
    await expect(spoilt(async (about) => ({ about: { ...about, family: 'yolox' } }))).rejects.toMatchObject(
      invalid(/family/),
    )
    await expect(spoilt(async (about) => ({ about: { ...about, sha256: '0'.repeat(64) } }))).rejects.toMatchObject(
      invalid(/sha256/),
    )
    const cut = async (about: object, model: Buffer) => {
      const half = model.subarray(0, model.length >> 1)
      return { model: half, about: { ...about, sha256: hash(half) } }
    }
    await expect(spoilt(cut)).rejects.toMatchObject(invalid(/graph cannot be used/))
    await expect(spoilt(async (about) => ({ about: { ...about, labels: ['clean', 'gas'] } }))).rejects.toMatchObject(
      invalid(/5 values for 2 labels/),
    )
    const other = { kind: 'gas_array', steps: 20, sensors: 8 }
    await expect(spoilt(async (about) => ({ about: { ...about, input: other } }))).rejects.toMatchObject(
      invalid(/20 × 8/),
    )
  })
})
