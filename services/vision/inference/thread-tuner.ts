// Chooses by measurement how many inference threads there are, where the settings leave it open: after the first model is loaded and its cameras run,
// so that nothing waits for it. The choice is kept for this model on this machine.
import { availableParallelism, cpus, hostname } from 'node:os'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import type { OpenLane } from './inference-lane.ts'
import type { InferencePool } from './inference-pool.ts'
import { measureSplits } from './measure-splits.ts'
import type { ModelFile } from './model-runtime.ts'
import { bestSplit, candidateSplits, type MeasuredSplit, type ThreadSplit } from './thread-split.ts'

/** Where choices are kept. */
export interface SplitStore {
  find(key: string): Promise<ThreadSplit | undefined>
  keep(key: string, chosen: MeasuredSplit, at: number): Promise<void>
}

export interface ThreadTuner {
  /** A model is ready; the first one on the processor is what is measured. */
  loaded(model: ModelFile, provider: string): void
  /** Resolves when nothing of it is under way. */
  stop(): Promise<void>
}

export interface ThreadTunerDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly pool: Pick<InferencePool, 'use'>
  readonly store: SplitStore
  readonly openLane: OpenLane
}

/** Cameras have come up by then. */
const afterMs = 5000
export const windows = { windowMs: 80, rounds: 4 } as const

export function createThreadTuner(deps: ThreadTunerDeps, processors = availableParallelism()): ThreadTuner {
  const { clock, logger, pool, store, openLane } = deps
  const stopping = new AbortController()
  let choosing: Promise<void> | undefined

  const choose = async (model: ModelFile) => {
    const { signal } = stopping
    const key = `${hostname()}/${cpus()[0]?.model ?? ''}/${processors}/${model.description.sha256}`
    const known = await store.find(key)
    if (known) {
      pool.use(known)
      return logger.info({ model: model.name, ...known }, 'inference threads as measured before')
    }
    await clock.sleep(afterMs, signal)
    const candidates = candidateSplits(processors)
    const measured = await measureSplits(openLane, model, candidates, {
      ...windows,
      now: () => clock.monotonic(),
      signal,
    })
    const chosen = bestSplit(measured)
    if (chosen === undefined || signal.aborted) return
    await store.keep(key, chosen, clock.now())
    pool.use({ workers: chosen.workers, threads: chosen.threads })
    const rates = measured.map((each) => ({ ...each, framesPerSecond: Math.round(10 * each.framesPerSecond) / 10 }))
    const { workers, threads } = chosen
    logger.info({ model: model.name, workers, threads, measured: rates }, 'inference threads chosen by measurement')
  }

  return {
    loaded(model, provider) {
      if (choosing || processors === 1 || provider !== 'cpu') return
      choosing = choose(model).catch((error: unknown) => {
        if (!stopping.signal.aborted)
          logger.warn({ model: model.name, err: error }, 'how many inference threads are best could not be measured')
      })
    },
    async stop() {
      stopping.abort()
      await choosing
    },
  }
}
