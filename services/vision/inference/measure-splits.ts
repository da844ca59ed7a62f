// How fast a model is with so many sessions of so many threads: threads of their own, grey pictures, short windows in turns, so that what else the
// machine does falls on all alike. Within about a second of inferring, besides loading.
import { inputFormatOf } from '../model-registry/model-description.ts'
import type { InferenceLane, OpenLane } from './inference-lane.ts'
import type { ModelFile } from './model-runtime.ts'
import type { MeasuredSplit, ThreadSplit } from './thread-split.ts'

export interface MeasureOptions {
  /** of one window */
  readonly windowMs: number
  readonly rounds: number
  readonly now: () => number
  readonly signal: AbortSignal
}

/** The best window of each candidate. Rejects when a thread dies or the model does not load. */
export async function measureSplits(
  openLane: OpenLane,
  model: ModelFile,
  candidates: readonly ThreadSplit[],
  options: MeasureOptions,
): Promise<MeasuredSplit[]> {
  const lanes = new Map<number, InferenceLane[]>()
  try {
    for (const { workers, threads } of candidates) {
      const those = lanes.get(threads) ?? []
      lanes.set(threads, those)
      while (those.length < workers) those.push(await openLoaded(openLane, model, threads, options.signal))
    }
    const best = candidates.map(() => 0)
    for (let round = 0; round < options.rounds; round++) {
      for (const [index, { workers, threads }] of candidates.entries()) {
        const used = (lanes.get(threads) ?? []).slice(0, workers)
        best[index] = Math.max(best[index] ?? 0, await framesPerSecond(used, model, options))
      }
    }
    return candidates.map((split, index) => ({ ...split, framesPerSecond: best[index] ?? 0 }))
  } finally {
    await Promise.all([...lanes.values()].flat().map((lane) => lane.stop()))
  }
}

const key = 'measured'
const warmUpRuns = 15

async function openLoaded(
  openLane: OpenLane,
  model: ModelFile,
  threads: number,
  signal: AbortSignal,
): Promise<InferenceLane> {
  signal.throwIfAborted()
  const lane = openLane({ threads, patienceMs: 20_000, onDeath: () => undefined })
  try {
    await lane.send({ kind: 'load', key, model })
    // a fresh thread's own code is slow for a while, and is compiled beside it
    for (let run = 0; run < warmUpRuns; run++) await infer(lane, greyOf(model))
    return lane
  } catch (error) {
    await lane.stop()
    throw error
  }
}

async function framesPerSecond(
  lanes: readonly InferenceLane[],
  model: ModelFile,
  { windowMs, now, signal }: MeasureOptions,
): Promise<number> {
  const picture = greyOf(model)
  const begun = now()
  let frames = 0
  await Promise.all(
    lanes.map(async (lane) => {
      do {
        signal.throwIfAborted()
        await infer(lane, picture)
        frames++
      } while (now() - begun < windowMs)
    }),
  )
  return (1000 * frames) / (now() - begun)
}

const infer = (lane: InferenceLane, picture: Uint8Array) =>
  lane.send({ kind: 'infer', key, pictures: [picture], minimumScore: 1 })

function greyOf({ description }: ModelFile): Uint8Array {
  const { width, height } = inputFormatOf(description)
  return new Uint8Array(new SharedArrayBuffer(width * height * 3)).fill(114)
}
