// The pool: every camera its own answers, a dead or hanging thread is replaced and its frames done again, stopping rejects what waits.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { parseModelDescription } from '../model-registry/model-description.ts'
import { makeModelFolder, pixelModel, pixelPicture, pixelSize } from '../testing/tiny-onnx.ts'
import { createInferenceLane, type OpenLane } from './inference-lane.ts'
import type { LoadedModel } from './inference-messages.ts'
import { createInferencePool, type InferencePool, type InferencePoolConfig } from './inference-pool.ts'

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

describe('batches and providers', () => {
  let directory: string
  let pool: InferencePool
  const batches: number[] = []
  const loaded: LoadedModel[] = []
  const start = async (openBatch: boolean, config: Partial<InferencePoolConfig>) => {
    batches.length = loaded.length = 0
    directory = mkdtempSync(join(tmpdir(), 'qly-pool-'))
    pool = createInferencePool(
      { logger: silentLogger, onBatch: (pictures) => batches.push(pictures), onLoaded: (_, how) => loaded.push(how) },
      { threadsPerSession: 1, inferenceWorkers: 1, ...config },
    )
    const folder = makeModelFolder(directory, 'pixels', pixelModel({ openBatch }))
    const description = parseModelDescription(readFileSync(join(folder, 'model.json'), 'utf8'), 'model.json')
    await pool.load('pixels', { name: 'pixels', file: join(folder, 'model.onnx'), description })
  }
  afterEach(async () => {
    await pool.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  const numbers = Array.from({ length: 29 }, (_, index) => index + 1)
  const inferAll = () =>
    Promise.all(
      numbers.map(async (number) => {
        const picture = pixelPicture([{ label: 0, score: 0.9, box: [0, 0, number, 5] }])
        const wrong = number === 11 ? new Uint8Array(7) : picture
        const answer = pool.infer('pixels', `cam-${number % 7}`, [wrong], 0.1)
        return answer.then(
          ({ detections }) => detections[0]?.[0]?.box[2],
          () => 'refused',
        )
      }),
    )
  const expected = numbers.map((number) => (number === 11 ? 'refused' : number))

  it('puts waiting pictures of cameras together where the graph takes several; a wrong one spoils no other', async () => {
    await start(true, { maximumBatch: 4 })
    expect(loaded).toMatchObject([{ batches: true, provider: 'cpu', refused: [] }])
    expect(await inferAll()).toEqual(expected)
    expect(Math.max(...batches)).toBe(4)
    expect(batches.reduce((sum, each) => sum + each, 0)).toBe(28)
  })

  it('gives pictures one by one to a graph for one', async () => {
    await start(false, { maximumBatch: 4 })
    expect(loaded).toMatchObject([{ batches: false }])
    expect(await inferAll()).toEqual(expected)
    expect(new Set(batches)).toEqual(new Set([1]))
  })

  it('falls back to the processor from a provider that is not there, and says so', async () => {
    // no build of onnxruntime-node has this one
    await start(false, { providers: ['openvino'] })
    const refused = [{ provider: 'openvino', reason: expect.stringContaining('openvino') }]
    expect(loaded).toEqual([{ provider: 'cpu', batches: false, refused }])
    expect(await inferAll()).toEqual(expected)
  })
})

describe('a thread that ends or hangs', () => {
  let directory: string
  let pool: InferencePool
  let opened = 0
  let deaths = 0
  /** frames that threads were given, also again */
  let given = 0

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'qly-pool-'))
  })
  afterEach(async () => {
    await pool.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  /** Real threads that a picture can end. */
  const start = async (config: Partial<InferencePoolConfig> = {}) => {
    opened = deaths = given = 0
    const script = new URL('../testing/mortal-inference-thread.ts', import.meta.url)
    const openLane: OpenLane = (options) => {
      opened++
      const lane = createInferenceLane({ ...options, script })
      const send = lane.send
      return Object.assign(lane, {
        send(message: Parameters<typeof send>[0]) {
          if (message.kind === 'infer') given++
          return send(message)
        },
      })
    }
    pool = createInferencePool(
      { logger: silentLogger, openLane, onThreadDied: () => deaths++ },
      { threadsPerSession: 1, inferenceWorkers: 1, ...config },
    )
    const folder = makeModelFolder(directory, 'pixels')
    const description = parseModelDescription(readFileSync(join(folder, 'model.json'), 'utf8'), 'model.json')
    await pool.load('pixels', { name: 'pixels', file: join(folder, 'model.onnx'), description })
  }

  const picture = (number: number, last = 0) => {
    const pixels = pixelPicture([{ label: 0, score: 0.9, box: [0, 0, number, 5] }])
    pixels[pixels.length - 1] = last
    return pixels
  }
  const infer = (number: number, last = 0) =>
    pool.infer('pixels', `cam-${number % 4}`, [picture(number, last)], 0.1).then(
      ({ detections }) => detections[0]?.find(({ box }) => box[3] === 5)?.box[2],
      (error: unknown) => (error as Error).message,
    )
  const numbers = Array.from({ length: 30 }, (_, index) => index + 1)

  it('is replaced; what it was working on is done again, and only the frame that ends a second thread is refused', async () => {
    await start()
    const answers = await Promise.all(numbers.map((number) => infer(number, number === 7 ? 255 : 0)))
    const ended = 'the inference thread ended with code 9'
    expect(answers).toEqual(numbers.map((number) => (number === 7 ? ended : number)))
    expect([deaths, opened]).toEqual([2, 3])
    // two frames were under way the first time, and were given again
    expect(given).toBe(numbers.length + 2)
    expect(await infer(3)).toBe(3)
  })

  it('is replaced when it gives no answer', { timeout: 20_000 }, async () => {
    await start({ hangSeconds: 2 })
    const answers = await Promise.all(numbers.map((number) => infer(number, number === 2 ? 254 : 0)))
    expect(answers).toEqual(numbers.map((number) => (number === 2 ? 'it gave no answer for 2 s' : number)))
    expect(deaths).toBe(2)
  })
})
