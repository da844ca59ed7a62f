// Multi-object tracking by association of every detection box: ByteTrack (Zhang et al., ECCV 2022, arXiv:2110.06864).
// Strong detections are matched first to tracks seen and lost, weak ones then to the tracks left over; by IoU of Kalman-predicted boxes.
// Differences: time between frames may vary (prediction by steps), classes of one group share tracks, a track's label is voted, and
// IoU is fused with (1 + score) / 2 instead of the score, since small models are right at scores of 0.3 too.
import type { PictureBox } from '../../contracts/geometry.ts'
import type { Detection } from '../detection/detection.ts'
import { type Box, heightOf, iouOf, widthOf } from '../geometry/box.ts'
import { groupOf } from '../zones/zone-rules.ts'
import { assign } from './assignment.ts'
import { createKalmanBox, type KalmanBox } from './kalman-box.ts'

export interface TrackedDetection {
  readonly trackId: number
  /** voted over the life of the track */
  readonly label: string
  readonly score: number
  readonly box: PictureBox
  readonly model: string
}

export interface ByteTrackConfig {
  /** nominal interval of frames in ms: the unit of the filter's noise */
  readonly stepMs: number
  readonly lostMs: number
  /** detections that may found a track score at least their threshold plus this */
  readonly newTrackMargin: number
}

/** Size of the full frame in pixels: boxes are compared in isotropic units. */
export interface FrameSize {
  readonly width: number
  readonly height: number
}

export interface ByteTracker {
  /** One frame: detections in, the confirmed tracks seen in it out, in order of their ids. `at` in ms, rising. */
  update(detections: readonly Detection[], at: number, size: FrameSize): TrackedDetection[]
  /** Forgets all tracks (after a break of the stream, or another size of frame); ids go on. */
  reset(): void
}

interface Track {
  readonly id: number
  readonly group: string
  readonly filter: KalmanBox
  readonly votes: Map<string, number>
  confirmed: boolean
  lost: boolean
  seenAt: number
  predicted: Box
  last: Box
  /** length of its last step as a share of its size; a new one may be of any speed */
  stride: number
}

/** 1 − IoU up to which pairs are accepted: strong, weak, and unconfirmed (values of the authors), and of buffered boxes. */
const costLimits = { strong: 0.8, weak: 0.5, unconfirmed: 0.7, buffered: 0.8 } as const
/** Buffered IoU (Yang et al., C-BIoU, WACV 2023): boxes grown by this share of their size on every side. */
const buffer = 0.5
/** Only what is new or moved by this share of its size at its last step is looked for so far away: what stands stays. */
const fastStride = 0.3
/** Buffered pairs are alike in size within this factor. */
const alikeSize = 1.7
/** A vote loses this share a frame, so a label can change its mind. */
const voteDecay = 0.98

export function createByteTracker(config: ByteTrackConfig): ByteTracker {
  let tracks: Track[] = []
  let nextId = 1
  let lastAt: number | undefined
  let fresh = true
  return {
    update(detections, at, size) {
      const steps = lastAt === undefined ? 1 : Math.min(10, Math.max(0.1, (at - lastAt) / config.stepMs))
      lastAt = at
      const first = fresh
      fresh = false
      for (const track of tracks) {
        if (track.lost) track.filter.freezeSize()
        track.filter.predict(steps)
        track.predicted = track.filter.box
      }
      const candidates = detections.map((detection) => ({ detection, pixels: toPixels(detection.box, size) }))
      const strong = candidates.filter(({ detection }) => detection.score >= detection.threshold)
      const weak = candidates.filter(({ detection }) => detection.score < detection.threshold)
      const seen = new Map<Track, Candidate>()

      const known = tracks.filter((track) => track.confirmed)
      const [strongLeft, knownLeft] = match(known, strong, costLimits.strong, true, seen)
      match(
        knownLeft.filter((track) => !track.lost),
        weak,
        costLimits.weak,
        false,
        seen,
      )
      const unconfirmed = tracks.filter((track) => !track.confirmed)
      const [notNew] = match(unconfirmed, strongLeft, costLimits.unconfirmed, true, seen)
      // At few frames a second a vehicle is past its own length in one step.
      const fast = tracks.filter((track) => !track.lost && !seen.has(track) && track.stride > fastStride)
      const [newOnes] = match(fast, notNew, costLimits.buffered, false, seen, buffer)

      for (const [track, { detection, pixels }] of seen) {
        track.stride = strideOf(track.last, pixels)
        track.last = pixels
        track.filter.update(pixels)
        track.confirmed = true
        track.lost = false
        track.seenAt = at
        vote(track, detection)
      }
      tracks = tracks.filter((track) => {
        if (seen.has(track)) return true
        track.lost = true
        return track.confirmed && at - track.seenAt <= config.lostMs
      })
      for (const candidate of newOnes) {
        const { detection, pixels } = candidate
        if (detection.score < detection.threshold + config.newTrackMargin) continue
        const filter = createKalmanBox(pixels)
        const track: Track = {
          id: nextId++,
          group: groupOf(detection.label),
          filter,
          votes: new Map(),
          confirmed: first,
          lost: false,
          seenAt: at,
          predicted: filter.box,
          last: pixels,
          stride: Number.POSITIVE_INFINITY,
        }
        vote(track, detection)
        tracks.push(track)
        if (first) seen.set(track, candidate)
      }
      return [...seen]
        .filter(([track]) => track.confirmed)
        .map(([track, { detection }]) => ({
          trackId: track.id,
          label: elected(track),
          score: detection.score,
          box: detection.box,
          model: detection.model,
        }))
        .sort((a, b) => a.trackId - b.trackId)
    },
    reset() {
      tracks = []
      lastAt = undefined
      fresh = true
    },
  }
}

const toPixels = ([x1, y1, x2, y2]: Box, { width, height }: FrameSize): Box => [
  x1 * width,
  y1 * height,
  x2 * width,
  y2 * height,
]

interface Candidate {
  readonly detection: Detection
  readonly pixels: Box
}

/** Matches within groups and notes the pairs in `seen`; answers with the candidates and the tracks left over. */
function match(
  tracks: readonly Track[],
  candidates: readonly Candidate[],
  limit: number,
  fuseScore: boolean,
  seen: Map<Track, Candidate>,
  grow = 0,
): [Candidate[], Track[]] {
  const costs = tracks.map((track) =>
    candidates.map(({ detection, pixels }) => {
      if (track.group !== groupOf(detection.label)) return 1
      if (grow > 0 && !isAlike(track.last, pixels)) return 1
      const overlap =
        grow === 0 ? iouOf(track.predicted, pixels) : iouOf(grown(track.predicted, grow), grown(pixels, grow))
      return 1 - (fuseScore ? overlap * (0.5 + detection.score / 2) : overlap)
    }),
  )
  const assigned = assign(costs, limit)
  const taken = new Set<number>()
  const left: Track[] = []
  for (const [row, column] of assigned.entries()) {
    const track = tracks[row] as Track
    if (column < 0) left.push(track)
    else {
      taken.add(column)
      seen.set(track, candidates[column] as Candidate)
    }
  }
  return [candidates.filter((_, index) => !taken.has(index)), left]
}

function grown([x1, y1, x2, y2]: Box, share: number): Box {
  const [x, y] = [share * (x2 - x1), share * (y2 - y1)]
  return [x1 - x, y1 - y, x2 + x, y2 + y]
}

const strideOf = (from: Box, to: Box): number =>
  Math.hypot(
    (to[0] + to[2] - from[0] - from[2]) / 2 / widthOf(from),
    (to[1] + to[3] - from[1] - from[3]) / 2 / heightOf(from),
  )

function isAlike(a: Box, b: Box): boolean {
  const [wide, high] = [widthOf(a) / widthOf(b), heightOf(a) / heightOf(b)]
  return Math.max(wide, 1 / wide, high, 1 / high) < alikeSize
}

function vote(track: Track, { label, score }: Detection): void {
  for (const [known, weight] of track.votes) track.votes.set(known, weight * voteDecay)
  track.votes.set(label, (track.votes.get(label) ?? 0) + score)
}

function elected(track: Track): string {
  let best = ''
  let most = -1
  for (const [label, weight] of track.votes) {
    if (weight > most || (weight === most && label < best)) {
      best = label
      most = weight
    }
  }
  return best
}
