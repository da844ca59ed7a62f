// The pool: cameras take turns, a dead thread is replaced, stopping rejects what waits.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { parseModelDescription } from '../model-registry/model-description.ts'
import { makeModelFolder, pixelPicture, pixelSize } from '../testing/tiny-onnx.ts'
import { createFairQueue } from './fair-queue.ts'
import { createInferencePool, type InferencePool } from './inference-pool.ts'

describe('the fair queue', () => {
  it('serves owners in turn, each in its order', () => {
    const queue = createFairQueue<string>()
    for (const job of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.push(job[0] as string, job)
    const served = Array.from({ length: 6 }, () => queue.take())
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
    expect(queue.take()).toBeUndefined()
    expect(queue.size).toBe(0)
  })
})

describe('the inference pool', () => {
  let directory: string
  let pool: InferencePool
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'qly-pool-'))
    pool = createInferencePool({ logger: silentLogger }, { threadsPerSession: 1, inferenceWorkers: 2 })
    const folder = makeModelFolder(directory, 'pixels')
    const description = parseModelDescription(readFileSync(join(folder, 'model.json'), 'utf8'), 'model.json')
    await pool.load('pixels', { name: 'pixels', file: join(folder, 'model.onnx'), description })
  })
  afterEach(async () => {
    await pool.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  it('gives every camera its own answer over several threads', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const picture = pixelPicture([{ label: 0, score: 0.9, box: [0, 0, 1 + (index % 30), 5] }])
        const { detections } = await pool.infer('pixels', `cam-${index % 4}`, [picture, picture], 0.1)
        return detections.map(([first]) => first?.box[2])
      }),
    )
    expect(answers).toEqual(Array.from({ length: 40 }, (_, index) => [1 + (index % 30), 1 + (index % 30)]))
  })

  it('rejects a picture of the wrong size and goes on', async () => {
    await expect(pool.infer('pixels', 'cam', [new Uint8Array(100)], 0.1)).rejects.toMatchObject({
      code: 'QLY_INTERNAL',
    })
    const picture = new Uint8Array(pixelSize * pixelSize * 3)
    await expect(pool.infer('pixels', 'cam', [picture], 0.1)).resolves.toMatchObject({ detections: [[]] })
  })

  it('rejects what waits when it stops', async () => {
    const picture = new Uint8Array(pixelSize * pixelSize * 3)
    const jobs = Array.from({ length: 30 }, () => pool.infer('pixels', 'cam', [picture], 0.1))
    const outcomes = Promise.allSettled(jobs)
    await pool.stop()
    const rejected = (await outcomes).filter(({ status }) => status === 'rejected')
    expect(rejected.length).toBeGreaterThan(0)
    for (const outcome of rejected) expect(outcome).toMatchObject({ reason: { code: 'QLY_INTERNAL', retryable: true } })
    await expect(pool.infer('pixels', 'cam', [picture], 0.1)).rejects.toMatchObject({ retryable: true })
  })
})
