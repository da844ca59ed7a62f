// The tracker on generated sequences with exact truth: crossing, occlusion, weak detections, two classes on one thing, changing frame rates.
import { describe, expect, it } from 'vitest'
import type { PictureBox } from '../../contracts/geometry.ts'
import type { Detection } from '../detection/detection.ts'
import { createByteTracker, type TrackedDetection } from './byte-track.ts'

const size = { width: 1280, height: 720 }
const detection = (x: number, y: number, changes: Partial<Detection> = {}): Detection => ({
  label: 'car',
  score: 0.8,
  box: [x - 0.05, y - 0.05, x + 0.05, y + 0.05] as PictureBox,
  model: 'm@1',
  threshold: 0.4,
  ...changes,
})

/** Runs frames of detections; answers with the tracks of each frame. */
function track(frames: readonly (readonly Detection[])[], fps = 5, lostMs = 2000): TrackedDetection[][] {
  const tracker = createByteTracker({ stepMs: 1000 / fps, lostMs, newTrackMargin: 0.05 })
  return frames.map((detections, index) => tracker.update(detections, (index * 1000) / fps, size))
}
const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, i) => make(i))
const idsNear = (tracks: readonly TrackedDetection[], x: number): number[] =>
  tracks.filter(({ box }) => Math.abs((box[0] + box[2]) / 2 - x) < 0.02).map(({ trackId }) => trackId)

describe('ByteTrack', () => {
  it('keeps ids while two cross on neighbouring lanes', () => {
    const frames = times(40, (i) => [detection(0.1 + 0.02 * i, 0.4), detection(0.9 - 0.02 * i, 0.47)])
    const tracks = track(frames)
    expect(new Set(tracks.flat().map(({ trackId }) => trackId))).toEqual(new Set([1, 2]))
    expect(idsNear(tracks[39] ?? [], 0.88)).toEqual([1])
    expect(idsNear(tracks[39] ?? [], 0.12)).toEqual([2])
  })

  it('finds a moving one again after an occlusion of a second', () => {
    const frames = times(40, (i) => (i >= 15 && i < 20 ? [] : [detection(0.1 + 0.015 * i, 0.5)]))
    const ids = track(frames).flatMap((tracks) => tracks.map(({ trackId }) => trackId))
    expect(new Set(ids)).toEqual(new Set([1]))
  })

  it('forgets one that is lost for longer, and never gives its id again', () => {
    const frames = times(60, (i) => (i >= 10 && i < 40 ? [] : [detection(0.5, 0.5)]))
    const tracks = track(frames)
    expect(tracks[5]?.map(({ trackId }) => trackId)).toEqual([1])
    expect(tracks[59]?.map(({ trackId }) => trackId)).toEqual([2])
  })

  it('lives on weak detections, but is not born of them', () => {
    const weak = times(20, (i) => [
      detection(0.2, 0.2, { score: 0.2 }),
      detection(0.6, 0.6, { score: i < 5 ? 0.8 : 0.2 }),
    ])
    const tracks = track(weak)
    expect(tracks[19]?.map(({ trackId, score }) => ({ trackId, score }))).toEqual([{ trackId: 1, score: 0.2 }])
  })

  it('needs two frames to believe a new one', () => {
    const frames = times(12, (i) => [detection(0.2, 0.2), ...(i === 5 ? [detection(0.7, 0.7)] : [])])
    expect(new Set(track(frames).flatMap((tracks) => tracks.map(({ box }) => box[0] > 0.5)))).toEqual(new Set([false]))
  })

  it('keeps one track while the detector wavers between classes of a group, and votes its label', () => {
    const frames = times(30, (i) => [detection(0.5, 0.5, { label: i % 3 === 0 ? 'large_vehicle' : 'car' })])
    const tracks = track(frames)
    expect(new Set(tracks.flat().map(({ trackId }) => trackId))).toEqual(new Set([1]))
    expect(tracks[29]?.[0]?.label).toBe('car')
  })

  it('does not mix groups', () => {
    const frames = times(10, (i) => [detection(0.5, 0.5, { label: i < 5 ? 'car' : 'person' })])
    const ids = track(frames).map((tracks) => tracks.map(({ trackId }) => trackId))
    expect(ids[4]).toEqual([1])
    expect(ids[9]).toEqual([2])
  })

  it('is the same in every run', () => {
    const frames = times(30, (i) => times(8, (k) => detection(0.1 + 0.1 * k + 0.003 * i, 0.3 + 0.05 * (k % 3))))
    expect(track(frames)).toEqual(track(frames))
  })

  it('starts anew after a reset, with new ids', () => {
    const tracker = createByteTracker({ stepMs: 200, lostMs: 2000, newTrackMargin: 0.05 })
    expect(tracker.update([detection(0.5, 0.5)], 0, size).map(({ trackId }) => trackId)).toEqual([1])
    tracker.reset()
    expect(tracker.update([detection(0.5, 0.5)], 60_000, size).map(({ trackId }) => trackId)).toEqual([2])
  })

  it('switches no id among 12 vehicles with jitter over 600 frames', () => {
    const wobble = (i: number, k: number) => 0.006 * Math.sin(12.9898 * (i * 31 + k * 7))
    const frames = times(600, (i) =>
      times(12, (k) => {
        const lane = 0.1 + 0.07 * k
        const x = 0.5 + 0.35 * Math.sin(i / (25 + 3 * k) + k)
        return detection(x + wobble(i, k), lane + wobble(k, i), {
          box: [x - 0.05 + wobble(i, k), lane - 0.03, x + 0.05 + wobble(k, i), lane + 0.03],
        })
      }),
    )
    const ids = new Map<number, Set<number>>()
    for (const [i, tracks] of track(frames).entries()) {
      for (const { trackId, box } of tracks) {
        const lane = Math.round(((box[1] + box[3]) / 2 - 0.1) / 0.07)
        ids.set(lane, (ids.get(lane) ?? new Set()).add(trackId))
      }
      if (i === 599) expect(tracks).toHaveLength(12)
    }
    expect([...ids.values()].map((set) => set.size)).toEqual(new Array(12).fill(1))
  })
})
