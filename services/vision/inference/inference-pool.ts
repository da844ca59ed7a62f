// The inference threads of a process: one session a model and thread, shared by all cameras, which take turns (fair-queue.ts).
import { availableParallelism } from 'node:os'
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import { createFairQueue } from './fair-queue.ts'
import { createInferenceLane, type InferenceLane } from './inference-lane.ts'
import type { InferenceResult } from './inference-messages.ts'
import type { ModelFile } from './model-runtime.ts'

export interface InferencePool {
  /** Loads a model in one thread and tries it. Rejects with QLY_MODEL_INVALID. `key` names it from then on. */
  load(key: string, model: ModelFile): Promise<void>
  /** Runs the pictures of one frame. `owner` is the camera whose turn it uses; `patient`: every other camera comes first. */
  infer(
    key: string,
    owner: string,
    pictures: readonly Uint8Array[],
    minimumScore: number,
    patient?: boolean,
  ): Promise<InferenceResult>
  /** Frames that wait for a thread. */
  readonly queued: number
  readonly threads: number
  stop(): Promise<void>
}

interface Job {
  readonly key: string
  readonly pictures: readonly Uint8Array[]
  readonly minimumScore: number
  readonly resolve: (result: InferenceResult) => void
  readonly reject: (error: AppError) => void
}

/** One job runs, one lies ready, so that a thread never waits for the main thread. */
const jobsPerLane = 2

/** `inferenceWorkers` 0: processors / threadsPerSession, less one that decodes; at least 1. */
export function workersOf(config: { threadsPerSession: number; inferenceWorkers: number }): number {
  if (config.inferenceWorkers > 0) return config.inferenceWorkers
  return Math.max(1, Math.floor((availableParallelism() - 1) / config.threadsPerSession))
}

export function createInferencePool(
  deps: { logger: Logger },
  config: { threadsPerSession: number; inferenceWorkers: number },
): InferencePool {
  const size = workersOf(config)
  const lanes: InferenceLane[] = []
  const models = new Map<string, ModelFile>()
  const queue = createFairQueue<Job>()
  let stopped = false

  const openLane = () => {
    const lane = createInferenceLane({
      threads: config.threadsPerSession,
      onDeath: (reason) => {
        deps.logger.error({ reason }, 'an inference thread died; the next frame starts another')
        lanes.splice(lanes.indexOf(lane), 1)
        pump()
      },
    })
    lanes.push(lane)
    return lane
  }

  /** The least busy thread; a new one while there are fewer than asked for and all are busy. */
  const freeLane = (): InferenceLane | undefined => {
    const idle = lanes.find((lane) => lane.busy === 0)
    if (idle) return idle
    if (lanes.length < size) return openLane()
    const [least] = [...lanes].sort((a, b) => a.busy - b.busy)
    return least !== undefined && least.busy < jobsPerLane ? least : undefined
  }

  const pump = () => {
    while (queue.size > 0 && !stopped) {
      const lane = freeLane()
      if (lane === undefined) return
      const job = queue.take() as Job
      run(lane, job)
        .then(job.resolve, (error: unknown) => job.reject(asAppError(error)))
        .finally(pump)
    }
  }

  const run = async (lane: InferenceLane, job: Job): Promise<InferenceResult> => {
    const loading = loadInto(lane, job.key)
    const inferring = lane.send({
      kind: 'infer',
      key: job.key,
      pictures: job.pictures,
      minimumScore: job.minimumScore,
    })
    const [, result] = await Promise.all([loading, inferring])
    return result
  }

  const loadInto = async (lane: InferenceLane, key: string): Promise<void> => {
    const model = models.get(key)
    if (model === undefined) throw new AppError('QLY_INTERNAL', `model ${key} was never loaded`)
    if (lane.loaded.has(key)) return
    lane.loaded.add(key)
    try {
      await lane.send({ kind: 'load', key, model })
    } catch (error) {
      lane.loaded.delete(key)
      throw error
    }
  }

  return {
    async load(key, model) {
      models.set(key, model)
      try {
        await loadInto(lanes[0] ?? openLane(), key)
      } catch (error) {
        models.delete(key)
        throw error
      }
    },
    infer(key, owner, pictures, minimumScore, patient) {
      if (stopped) return Promise.reject(new AppError('QLY_INTERNAL', 'vision has been stopped', { retryable: true }))
      return new Promise((resolve, reject) => {
        queue.push(owner, { key, pictures, minimumScore, resolve, reject }, patient)
        pump()
      })
    },
    get queued() {
      return queue.size
    },
    threads: size,
    async stop() {
      stopped = true
      for (const job of queue.drain()) {
        job.reject(new AppError('QLY_INTERNAL', 'vision has been stopped', { retryable: true }))
      }
      await Promise.all(lanes.map((lane) => lane.stop()))
      lanes.length = 0
    },
  }
}
