// How the processors are shared out: so many inference threads, each with sessions of its own that so many threads share.
import { availableParallelism } from 'node:os'

export interface ThreadSplit {
  /** threads that infer at the same time */
  readonly workers: number
  /** threads that share one inference */
  readonly threads: number
}

export interface SplitSettings {
  readonly threadsPerSession: number
  readonly inferenceWorkers: number
}

/** Nobody has said how many: it is measured. */
export const isMeasured = (settings: SplitSettings): boolean =>
  settings.threadsPerSession === 0 && settings.inferenceWorkers === 0

/** What is begun with: what the settings say, else one processor is left for decoding. `possible`: workers that a measurement may ask for. */
export function splitOf(
  settings: SplitSettings,
  processors = availableParallelism(),
): ThreadSplit & { readonly possible: number } {
  const threads = Math.max(1, settings.threadsPerSession)
  const spare = Math.max(1, Math.floor((processors - 1) / threads))
  return {
    threads,
    workers: settings.inferenceWorkers > 0 ? settings.inferenceWorkers : spare,
    possible: isMeasured(settings) ? Math.min(processors, mostWorkers) : 0,
  }
}

/** Each worker has a session of every model in memory. */
const mostWorkers = 16

/** What is worth measuring: a session a processor, one less, half as many of two threads, and one of all. Fewer sessions first. */
export function candidateSplits(processors = availableParallelism()): ThreadSplit[] {
  const all: ThreadSplit[] = [
    { workers: 1, threads: processors },
    { workers: Math.floor(processors / 2), threads: 2 },
    { workers: processors - 1, threads: 1 },
    { workers: processors, threads: 1 },
  ]
  const known = new Set<string>()
  return all
    .filter(({ workers }) => workers >= 1 && workers <= mostWorkers)
    .filter(({ workers, threads }) => !known.has(`${workers}x${threads}`) && known.add(`${workers}x${threads}`))
    .sort((a, b) => a.workers - b.workers)
}

export interface MeasuredSplit extends ThreadSplit {
  readonly framesPerSecond: number
}

/** A short measurement on a machine that does other things too is only so sure. */
const unsure = 0.9

/**
 * The fastest. Of about equal ones that with the fewest threads a session, which loses least where others use the machine too, then that with the most
 * sessions: what else ran while it was measured took most of what they gain. Undefined for none.
 */
export function bestSplit(measured: readonly MeasuredSplit[]): MeasuredSplit | undefined {
  const fastest = Math.max(...measured.map(({ framesPerSecond }) => framesPerSecond))
  const alike = measured.filter(({ framesPerSecond }) => framesPerSecond >= unsure * fastest)
  return alike.sort((a, b) => a.threads - b.threads || b.workers - a.workers)[0]
}
