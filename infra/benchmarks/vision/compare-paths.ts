// Files and RTSP cameras → tracked detections (decode, cut, scale, infer, track, zones, dwell, saved state) against bare session.run of the same model in
// a loop on one ready picture in memory. Bare is measured three ways: with onnxruntime's default options (one session, a thread a core), with the best
// that a machine gives (a session of one thread a core), and that again at the size that ours feeds it (input.multipleOf: no grey rows).
// Rounds alternate, so that what else the machine does falls on all; the best of each counts. Neither loading nor warming up is in a figure.

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInferenceLane } from '../../../services/vision/inference/inference-lane.ts'
import { measureSplits } from '../../../services/vision/inference/measure-splits.ts'
import { bestSplit, candidateSplits, type ThreadSplit } from '../../../services/vision/inference/thread-split.ts'
import { windows } from '../../../services/vision/inference/thread-tuner.ts'
import { parseModelDescription } from '../../../services/vision/model-registry/model-description.ts'
import { sharedClip } from '../../../services/vision/testing/clip-frames.ts'
import type { BenchReport } from '../bench-port.ts'
import { bareFramesPerSecond } from './bare-session.ts'
import { filesToTracks } from './played-files.ts'
import { pushedToTracks } from './pushed-cameras.ts'

const rounds = 2
const cores = availableParallelism()
/** 768×432 at 12.5 frames a second; every one of them is looked at */
const clip = { path: sharedClip('nopark_lane_topdown_30s.mp4'), framesPerSecond: 12.5 }
/** what is left of 416 × 416 for its pictures */
const fitting = { width: 416, height: 256 }

/** `name` for people, `folder` with model.onnx and model.json. */
export async function comparePaths(
  name: string,
  folder: string,
  report: BenchReport,
  { rtsp = true } = {},
): Promise<void> {
  const figures = new Map<string, number>()
  const measure = async (what: string, run: () => Promise<number>) => {
    figures.set(what, Math.max(figures.get(what) ?? 0, await run()))
  }
  const description = parseModelDescription(readFileSync(join(folder, 'model.json'), 'utf8'), folder)
  const sized = description.input.multipleOf !== undefined
  const split = await chooseSplit(folder, report, name)
  const all = { files: split.workers + 1, split }
  const one = { files: 1, split: { workers: 1, threads: 1 } }
  for (let round = 0; round < rounds; round++) {
    await measure('bare', () => bareFramesPerSecond(folder, { sessions: 1, threads: 1 }))
    await measure('file, one thread', () => filesToTracks(folder, clip, one))
    await measure('bare default', () => bareFramesPerSecond(folder, { sessions: 1, threads: 'default' }))
    await measure('files', () => filesToTracks(folder, clip, all))
    await measure('bare best', () => bareFramesPerSecond(folder, { sessions: cores, threads: 1 }))
    if (sized)
      await measure('bare sized', () => bareFramesPerSecond(folder, { sessions: cores, threads: 1, size: fitting }))
    if (!rtsp) continue
    // a quarter more than the threads can look at, so that they always have some
    const cameras = Math.ceil((1.25 * (figures.get('files') ?? 0)) / clip.framesPerSecond)
    await measure('rtsp', () => pushedToTracks(folder, clip, { cameras, split }))
  }
  const value = (what: string) => figures.get(what) ?? 0
  const bare = (what: string, figure: string) =>
    report({ what: `${name}: bare session.run, ${what}`, value: value(figure), unit: 'frames/s' })
  bare('one thread', 'bare')
  bare('default options', 'bare default')
  bare(`${cores} sessions of one thread`, 'bare best')
  if (sized) bare(`the same at ${fitting.width}×${fitting.height}`, 'bare sized')
  const against = (what: string, figure: string, names: readonly (readonly [string, string])[]) => {
    for (const [than, base] of names) {
      const ratio = value(figure) / value(base)
      report({ what: `${name}: ${what}`, value: value(figure), unit: 'frames/s', against: than, ratio, target: 0.9 })
    }
  }
  against('file → tracked detections, one inference thread', 'file, one thread', [['bare, one thread', 'bare']])
  const everyCore: [string, string][] = [
    ['bare, default options', 'bare default'],
    ['bare, a session a core', 'bare best'],
    ...(sized ? [['bare, a session a core, same size', 'bare sized'] as [string, string]] : []),
  ]
  against('files → tracked detections, threads as measured', 'files', everyCore)
  if (rtsp) against('RTSP → tracked detections, threads as measured', 'rtsp', everyCore)
}

/** As the product chooses after its start. */
async function chooseSplit(folder: string, report: BenchReport, name: string): Promise<ThreadSplit> {
  const description = parseModelDescription(readFileSync(join(folder, 'model.json'), 'utf8'), folder)
  const model = { name, file: join(folder, description.file), description }
  const begun = performance.now()
  const measured = await measureSplits(createInferenceLane, model, candidateSplits(), {
    ...windows,
    now: () => performance.now(),
    signal: new AbortController().signal,
  })
  report({ what: `${name}: choosing threads took`, value: (performance.now() - begun) / 1000, unit: 's' })
  for (const { workers, threads, framesPerSecond } of measured)
    report({
      what: `${name}:   ${workers} × ${threads} threads, grey picture`,
      value: framesPerSecond,
      unit: 'frames/s',
    })
  const { workers, threads } = bestSplit(measured) ?? { workers: 1, threads: 1 }
  return { workers, threads }
}
