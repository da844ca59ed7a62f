// The inference threads of a process: one session a model and thread, shared by all cameras, which take turns (fair-queue.ts).
// A thread that dies or hangs is replaced; what it was working on is done again, each frame by itself: one that ends a second thread is refused.
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import { createFairQueue } from './fair-queue.ts'
import { createInferenceLane, type InferenceLane, type OpenLane } from './inference-lane.ts'
import type { InferenceResult, LoadedModel, Picture } from './inference-messages.ts'
import type { ModelFile } from './model-runtime.ts'
import type { ExecutionProvider } from './open-session.ts'
import { splitOf, type ThreadSplit } from './thread-split.ts'

export interface InferenceOptions {
  /** every other camera comes first (recorded footage) */
  readonly patient?: boolean
  /** called when the job leaves the queue for a thread: there is room for the owner's next one */
  readonly onTaken?: () => void
}

export interface InferencePool {
  /** Loads a model in one thread and tries it. Rejects with QLY_MODEL_INVALID. `key` names it from then on. */
  load(key: string, model: ModelFile): Promise<void>
  /** Runs the pictures of one frame. `owner` is the camera whose turn it uses. */
  infer(
    key: string,
    owner: string,
    pictures: readonly Picture[],
    minimumScore: number,
    options?: InferenceOptions,
  ): Promise<InferenceResult>
  /** Frames that wait for a thread. */
  readonly queued: number
  /** Threads that it has or may come to have. */
  readonly threads: number
  /** Goes on with other threads; those that there are finish what they have. */
  use(split: ThreadSplit): void
  stop(): Promise<void>
}

export interface InferencePoolConfig {
  /** both 0: to be measured (thread-tuner.ts); until then and otherwise thread-split.ts */
  readonly threadsPerSession: number
  readonly inferenceWorkers: number
  /** in order of preference; default: the processor */
  readonly providers?: readonly ExecutionProvider[]
  /** pictures in one run of a model whose graph takes several; default 1 */
  readonly maximumBatch?: number
  /** a thread that gives no answer for so long is replaced; default 60 */
  readonly hangSeconds?: number
}

export interface InferencePoolDeps {
  readonly logger: Logger
  /** told when a model is loaded for the first time */
  readonly onLoaded?: (model: ModelFile, loaded: LoadedModel) => void
  readonly onThreadDied?: () => void
  /** told how many pictures went into one run */
  readonly onBatch?: (pictures: number) => void
  readonly openLane?: OpenLane
}

interface Job {
  readonly key: string
  readonly owner: string
  readonly pictures: readonly Picture[]
  readonly minimumScore: number
  readonly options: InferenceOptions
  readonly resolve: (result: InferenceResult) => void
  readonly reject: (error: AppError) => void
  /** it was in a thread that died, or in a batch that failed: it is tried by itself, once */
  suspect: boolean
}

/** One job runs, one lies ready, so that a thread never waits for the main thread. */
const jobsPerLane = 2

export function createInferencePool(deps: InferencePoolDeps, config: InferencePoolConfig): InferencePool {
  const { logger, openLane = createInferenceLane } = deps
  const { providers = ['cpu'], maximumBatch = 1, hangSeconds = 60 } = config
  let split = splitOf(config)
  const lanes: InferenceLane[] = []
  /** lanes of a split before: given nothing more, ended once they are idle */
  const retired = new Set<InferenceLane>()
  const models = new Map<string, { readonly file: ModelFile; loaded?: LoadedModel }>()
  const queue = createFairQueue<Job>()
  /** jobs that another thread died with; they come first, and have a thread to themselves */
  const suspects: Job[] = []
  const reserved = new Set<InferenceLane>()
  let stopped = false

  const newLane = () => {
    const lane = openLane({
      threads: split.threads,
      providers,
      patienceMs: 1000 * hangSeconds,
      onDeath(reason) {
        logger.error({ reason }, 'an inference thread died; another takes its place and its frames')
        const at = lanes.indexOf(lane)
        if (at >= 0) lanes.splice(at, 1)
        retired.delete(lane)
        deps.onThreadDied?.()
      },
    })
    lanes.push(lane)
    return lane
  }

  const idleLane = (): InferenceLane | undefined =>
    lanes.find((lane) => lane.busy === 0) ?? (lanes.length < split.workers ? newLane() : undefined)

  /** An idle thread, a new one while there are fewer than asked for, or the least busy one that has room. */
  const freeLane = (): InferenceLane | undefined => {
    const idle = idleLane()
    if (idle) return idle
    const open = lanes.filter((lane) => lane.busy < jobsPerLane && !reserved.has(lane))
    return open.sort((a, b) => a.busy - b.busy)[0]
  }

  const pump = () => {
    while (suspects.length > 0 && !stopped) {
      const lane = idleLane()
      // until one is free no other job is given out, so that one comes free
      if (lane === undefined) return
      reserved.add(lane)
      give(lane, [suspects.shift() as Job], () => reserved.delete(lane))
    }
    while (queue.size > 0 && !stopped) {
      const lane = freeLane()
      if (lane === undefined) return
      const jobs = nextJobs()
      for (const { options } of jobs) options.onTaken?.()
      give(lane, jobs)
    }
  }

  const give = (lane: InferenceLane, jobs: readonly Job[], done = () => false) => {
    run(lane, jobs)
      .catch((error: unknown) => {
        for (const job of jobs) failed(job, asAppError(error), !lane.alive || jobs.length > 1)
      })
      .finally(() => {
        done()
        endRetired()
        pump()
      })
  }

  const endRetired = () => {
    for (const lane of retired) {
      if (lane.busy > 0) continue
      retired.delete(lane)
      lane.stop().catch(() => undefined)
    }
  }

  /** The next job; with it, as far as the model takes batches, the next ones of other cameras for the same model. */
  const nextJobs = (): Job[] => {
    const first = queue.take() as Job
    const jobs = [first]
    if (!models.get(first.key)?.loaded?.batches) return jobs
    let room = maximumBatch - first.pictures.length
    while (room > 0) {
      const next = queue.take(
        ({ key, minimumScore, pictures }) =>
          key === first.key &&
          minimumScore === first.minimumScore &&
          pictures.length <= room &&
          sizeOf(pictures[0]) === sizeOf(first.pictures[0]),
      )
      if (next === undefined) break
      jobs.push(next)
      room -= next.pictures.length
    }
    return jobs
  }

  const run = async (lane: InferenceLane, jobs: readonly Job[]): Promise<void> => {
    const { key, minimumScore } = jobs[0] as Job
    const pictures = jobs.flatMap((job) => job.pictures)
    const loading = loadInto(lane, key)
    const inferring = lane.send({ kind: 'infer', key, pictures, minimumScore })
    const [, { detections, seconds }] = await Promise.all([loading, inferring])
    deps.onBatch?.(pictures.length)
    let at = 0
    for (const job of jobs) {
      const share = job.pictures.length
      job.resolve({ detections: detections.slice(at, at + share), seconds: (seconds * share) / pictures.length })
      at += share
    }
  }

  /** What may be the fault of a thread or of another job in the batch gets a try by itself. */
  const failed = (job: Job, error: AppError, perhapsNotIts: boolean) => {
    if (stopped || job.suspect || !perhapsNotIts) return job.reject(error)
    job.suspect = true
    suspects.push(job)
  }

  const loadInto = async (lane: InferenceLane, key: string): Promise<LoadedModel | undefined> => {
    const model = models.get(key)
    if (model === undefined) throw new AppError('QLY_INTERNAL', `model ${key} was never loaded`)
    if (lane.loaded.has(key)) return model.loaded
    lane.loaded.add(key)
    try {
      return await lane.send({ kind: 'load', key, model: model.file })
    } catch (error) {
      lane.loaded.delete(key)
      throw error
    }
  }

  return {
    async load(key, file) {
      models.set(key, { file })
      try {
        const loaded = await loadInto(lanes[0] ?? newLane(), key)
        if (loaded === undefined) return
        models.set(key, { file, loaded })
        deps.onLoaded?.(file, loaded)
      } catch (error) {
        models.delete(key)
        throw error
      }
    },
    infer(key, owner, pictures, minimumScore, options = {}) {
      if (stopped) return Promise.reject(new AppError('QLY_INTERNAL', 'vision has been stopped', { retryable: true }))
      return new Promise((resolve, reject) => {
        const job = { key, owner, pictures, minimumScore, options, resolve, reject, suspect: false }
        queue.push(owner, job, options.patient)
        pump()
      })
    },
    get queued() {
      return queue.size + suspects.length
    },
    get threads() {
      return Math.max(split.workers, split.possible)
    },
    use(next) {
      if (stopped) return
      const kept = next.threads === split.threads ? next.workers : 0
      split = { ...next, possible: 0 }
      for (const lane of lanes.splice(kept)) retired.add(lane)
      endRetired()
      // all models at once, so that no frame waits for a file to be read
      while (lanes.length < split.workers) {
        const lane = newLane()
        for (const key of models.keys()) loadInto(lane, key).catch(() => undefined)
      }
      pump()
    },
    async stop() {
      stopped = true
      for (const job of [...suspects.splice(0), ...queue.drain()]) {
        job.reject(new AppError('QLY_INTERNAL', 'vision has been stopped', { retryable: true }))
      }
      await Promise.all([...lanes.splice(0), ...retired].map((lane) => lane.stop()))
      retired.clear()
    },
  }
}

/** Only pictures of one size go into one run. */
const sizeOf = (picture: Picture | undefined): string =>
  picture === undefined || picture instanceof Uint8Array ? '' : `${picture.width}x${picture.height}`
