// How many inference threads: what is begun with, what is worth measuring, which is taken; and a real measurement, kept and used again, with a pool that
// changes over under load without losing a frame.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../kernel/clock/manual-clock.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { parseModelDescription } from '../model-registry/model-description.ts'
import { makeModelFolder, pixelPicture } from '../testing/tiny-onnx.ts'
import { createInferenceLane, type OpenLane } from './inference-lane.ts'
import { createInferencePool } from './inference-pool.ts'
import { measureSplits } from './measure-splits.ts'
import type { ModelFile } from './model-runtime.ts'
import { bestSplit, candidateSplits, type MeasuredSplit, splitOf, type ThreadSplit } from './thread-split.ts'
import { createThreadTuner, type SplitStore } from './thread-tuner.ts'

const split = (text: string): ThreadSplit => {
  const [workers = 0, threads = 0] = text.split('x').map(Number)
  return { workers, threads }
}
const text = ({ workers, threads }: ThreadSplit) => `${workers}x${threads}`

describe('sharing out the processors', () => {
  it.each([
    ['nothing said, two processors', 0, 0, 2, '1x1', 2],
    ['nothing said, one processor', 0, 0, 1, '1x1', 1],
    ['nothing said, sixty-four', 0, 0, 64, '63x1', 63],
    ['workers said', 0, 3, 2, '3x1', 0],
    ['threads said', 2, 0, 8, '3x2', 0],
    ['both said', 4, 2, 8, '2x4', 0],
  ] as const)('%s', (_, threadsPerSession, inferenceWorkers, processors, wanted, possible) => {
    const found = splitOf({ threadsPerSession, inferenceWorkers }, processors)
    expect(text(found)).toBe(wanted)
    expect(Math.max(found.possible, possible === 63 ? found.workers : 0)).toBe(possible)
  })

  it.each([
    [1, ['1x1']],
    [2, ['1x2', '1x1', '2x1']],
    [4, ['1x4', '2x2', '3x1', '4x1']],
    [32, ['1x32', '16x2']],
  ])('measures of %i processors', (processors, wanted) => {
    expect(candidateSplits(processors).map(text)).toEqual(wanted)
  })

  it.each([
    ['the fastest', { '1x1': 60, '1x2': 110, '2x1': 125 }, '2x1'],
    ['sessions of one thread where it is close', { '1x1': 60, '1x2': 122, '2x1': 120 }, '2x1'],
    ['more sessions where the machine was busy', { '1x1': 56, '1x2': 47, '2x1': 54 }, '2x1'],
    ['threads that share a session where that is faster', { '1x1': 60, '1x2': 125, '2x1': 80 }, '1x2'],
    ['the only one', { '1x1': 60 }, '1x1'],
  ])('takes %s', (_, rates, wanted) => {
    const measured = Object.entries(rates).map(
      ([each, framesPerSecond]): MeasuredSplit => ({ ...split(each), framesPerSecond }),
    )
    expect(text(bestSplit(measured) as MeasuredSplit)).toBe(wanted)
    expect(bestSplit([])).toBeUndefined()
  })
})

describe('measuring and changing over', { timeout: 60_000 }, () => {
  let directory: string
  let model: ModelFile
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'qly-tuner-'))
    const folder = makeModelFolder(directory, 'pixels')
    const description = parseModelDescription(readFileSync(join(folder, 'model.json'), 'utf8'), 'model.json')
    model = { name: 'pixels', file: join(folder, 'model.onnx'), description }
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  const memoryStore = (): SplitStore & { readonly kept: Map<string, ThreadSplit> } => {
    const kept = new Map<string, ThreadSplit>()
    return { kept, find: async (key) => kept.get(key), keep: async (key, chosen) => void kept.set(key, chosen) }
  }

  it('measures real threads, and lets them go', async () => {
    let open = 0
    const openLane: OpenLane = (options) => {
      const lane = createInferenceLane(options)
      open++
      return { ...lane, send: lane.send, stop: () => lane.stop().then(() => void open--) }
    }
    const options = { windowMs: 20, rounds: 2, now: () => performance.now(), signal: new AbortController().signal }
    const measured = await measureSplits(openLane, model, ['1x1', '2x1'].map(split), options)
    expect(measured.map(text)).toEqual(['1x1', '2x1'])
    for (const { framesPerSecond } of measured) expect(framesPerSecond).toBeGreaterThan(10)
    expect(open).toBe(0)
    const wrong = { ...model, file: join(directory, 'nowhere.onnx') }
    await expect(measureSplits(openLane, wrong, [split('1x1')], options)).rejects.toMatchObject({
      code: 'QLY_MODEL_INVALID',
    })
    expect(open).toBe(0)
  })

  it('waits for the cameras, keeps its choice for the machine and takes it at once the next time', async () => {
    const store = memoryStore()
    const used: string[] = []
    const start = (clock: Parameters<typeof createThreadTuner>[0]['clock']) => {
      const pool = { use: (next: ThreadSplit) => void used.push(text(next)) }
      const tuner = createThreadTuner({ clock, logger: silentLogger, pool, store, openLane: createInferenceLane }, 2)
      tuner.loaded(model, 'cpu')
      tuner.loaded(model, 'cpu')
      return tuner
    }
    const clock = createManualClock(0)
    const stopped = start(clock)
    await stopped.stop()
    expect([used, store.kept.size]).toEqual([[], 0])

    const first = start({ ...systemClock, sleep: async () => undefined })
    await expect.poll(() => used.length, { timeout: 40_000 }).toBe(1)
    await first.stop()
    expect(store.kept.size).toBe(1)

    const second = start(createManualClock(0))
    await expect.poll(() => used.length, { timeout: 20_000 }).toBe(2)
    await second.stop()
    expect(used[1]).toBe(used[0])
  })

  it('changes over under load: every frame its own answer, and threads of before end', async () => {
    const alive = new Set<object>()
    const openLane: OpenLane = (options) => {
      const lane = createInferenceLane(options)
      alive.add(lane)
      const stop = lane.stop
      return Object.assign(lane, { stop: () => stop().then(() => void alive.delete(lane)) })
    }
    const pool = createInferencePool({ logger: silentLogger, openLane }, { threadsPerSession: 0, inferenceWorkers: 1 })
    await pool.load('pixels', model)
    const changes: readonly string[] = ['2x1', '1x2']
    const answers = Array.from({ length: 100 }, async (_, index) => {
      if (index % 50 === 25) pool.use(split(changes[Math.floor(index / 50)] ?? ''))
      const wide = 1 + (index % 30)
      const picture = pixelPicture([{ label: 0, score: 0.9, box: [0, 0, wide, 5] }])
      const { detections } = await pool.infer('pixels', `cam-${index % 4}`, [picture], 0.1)
      return detections[0]?.[0]?.box[2] === wide
    })
    expect((await Promise.all(answers)).every(Boolean)).toBe(true)
    await expect.poll(() => alive.size, { timeout: 20_000 }).toBe(1)
    expect(pool.threads).toBe(1)
    await pool.stop()
    expect(alive.size).toBe(0)
  })
})
