// Files and RTSP cameras → tracked detections (decode, cut, scale, infer, track, zones, dwell, saved state) against bare session.run of the same
// model in a loop on one ready picture in memory. On one inference thread each, the other cores free for the rest; then with all cores inferring,
// where whatever else a frame costs is taken from inference and the ratio can at best be inference / (inference + the rest).
// Rounds alternate, so that what else the machine does falls on both; the best of each counts. Neither loading nor warming up is in a figure.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedClip } from '../../../services/vision/testing/clip-frames.ts'
import { makePublicYolox } from '../../../services/vision/testing/public-yolox.ts'
import type { Bench, BenchReport } from '../bench-port.ts'
import { bareFramesPerSecond } from './bare-session.ts'
import { filesToTracks } from './played-files.ts'
import { pushedToTracks } from './pushed-cameras.ts'

const rounds = 2
const cores = availableParallelism()
const ourStreet = join(import.meta.dirname, '../../../models/street')
/** 768×432 at 12.5 frames a second; every one of them is looked at */
const clip = { path: sharedClip('nopark_lane_topdown_30s.mp4'), framesPerSecond: 12.5 }

export const bench: Bench = {
  name: 'vision: file and RTSP to tracked detections',
  needs: ['shared'],
  async run(report) {
    const folder = await mkdtemp(join(tmpdir(), 'qly-bench-'))
    try {
      for (const [name, model] of [
        ['street (ours, uint8)', ourStreet],
        ['yolox_nano (float32)', makePublicYolox(folder)],
      ] as const) {
        await compare(name, model, report)
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function compare(name: string, model: string, report: BenchReport): Promise<void> {
  const figures = new Map<string, number>()
  const measure = async (what: string, run: () => Promise<number>) => {
    figures.set(what, Math.max(figures.get(what) ?? 0, await run()))
  }
  for (let round = 0; round < rounds; round++) {
    await measure('bare', () => bareFramesPerSecond(model, { sessions: 1, threads: 1 }))
    await measure('one file', () => filesToTracks(model, clip, { files: 1, inferenceThreads: 1 }))
    await measure('two files', () => filesToTracks(model, clip, { files: 2, inferenceThreads: 1 }))
    // a quarter more than the thread can look at, so that it always has some
    const cameras = Math.ceil((1.25 * (figures.get('bare') ?? 0)) / clip.framesPerSecond)
    await measure('rtsp', () => pushedToTracks(model, clip, { cameras, inferenceThreads: 1 }))
    if (cores === 1) continue
    await measure('bare, a session a core', () => bareFramesPerSecond(model, { sessions: cores, threads: 1 }))
    await measure('bare, a thread a core', () => bareFramesPerSecond(model, { sessions: 1, threads: cores }))
    await measure('all cores', () => filesToTracks(model, clip, { files: cores, inferenceThreads: cores }))
  }
  const row = (what: string, figure: string) =>
    report({ what: `${name}: ${what}`, value: figures.get(figure) ?? 0, unit: 'frames/s' })
  const ratio = (what: string, figure: string, against: string, bare: number) => {
    const value = figures.get(figure) ?? 0
    report({ what: `${name}: ${what}`, value, unit: 'frames/s', against, ratio: value / bare, target: 0.9 })
  }
  row('bare session.run, one thread', 'bare')
  const bare = figures.get('bare') ?? 0
  ratio('file → tracked detections, one thread', 'one file', 'bare, one thread', bare)
  ratio('two files at once, one thread', 'two files', 'bare, one thread', bare)
  ratio('RTSP cameras → tracked detections, one thread', 'rtsp', 'bare, one thread', bare)
  if (cores === 1) return
  row(`bare session.run, ${cores} sessions`, 'bare, a session a core')
  row(`bare session.run, ${cores} threads`, 'bare, a thread a core')
  const all = Math.max(figures.get('bare, a session a core') ?? 0, figures.get('bare, a thread a core') ?? 0)
  ratio(`files → tracked detections, ${cores} threads`, 'all cores', 'the better of bare', all)
}
