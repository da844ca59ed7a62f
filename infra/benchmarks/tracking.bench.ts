// The tracker on generated traffic with exact truth, 10 minutes at each frame rate: HOTA, MOTA, IDF1 and id switches per 1,000 frames (figures as
// TrackEval's, tracking/tracker-figures.ts). Nothing is timed here but the tracker's own cost a frame.
import { performance } from 'node:perf_hooks'
import { createByteTracker } from '../../services/vision/tracking/byte-track.ts'
import type { Bench, BenchReport } from './bench-port.ts'
import { type DetectorQuality, generateTraffic } from './tracking/generated-traffic.ts'
import { tracksJudged } from './tracking/tracker-figures.ts'

const seconds = 600
const good: DetectorQuality = { misses: 0.05, jitter: 0.02, falseBoxes: 0.02 }
const bad: DetectorQuality = { misses: 0.25, jitter: 0.05, falseBoxes: 0.5 }

export const bench: Bench = {
  name: 'tracking: generated traffic with exact truth',
  needs: [],
  async run(report) {
    for (const fps of [10, 5, 2]) {
      judge(`${fps} fps, good detector`, fps, good, report)
      judge(`${fps} fps, bad detector`, fps, bad, report)
    }
  },
}

function judge(name: string, fps: number, quality: DetectorQuality, report: BenchReport): void {
  const frames = generateTraffic(7, seconds, fps, quality)
  const tracker = createByteTracker({ stepMs: 1000 / fps, lostMs: 2000, newTrackMargin: 0.05 })
  const begun = performance.now()
  const judged = frames.map(({ truth, detections }, index) => {
    const tracked = tracker.update(detections, (index * 1000) / fps, { width: 1280, height: 720 })
    return { truth, tracked: tracked.map(({ trackId, box }) => ({ id: trackId, box })) }
  })
  const took = performance.now() - begun
  const { hota, mota, idf1, idSwitches } = tracksJudged(judged)
  for (const [what, value] of Object.entries({ HOTA: hota, MOTA: mota, IDF1: idf1 }))
    report({ what: `${name}: ${what}`, value: 100 * value, unit: '%' })
  report({ what: `${name}: id switches`, value: (1000 * idSwitches) / frames.length, unit: 'per 1,000 frames' })
  report({ what: `${name}: cost`, value: (1000 * took) / frames.length, unit: 'µs a frame' })
}
