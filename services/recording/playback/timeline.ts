// A timeline out of segments: what is recorded, what is not. Pure.
import type { RecordedSpan } from '../../contracts/recordings.ts'

export interface TimedSegment {
  readonly started_at: number
  readonly ended_at: number
  readonly motion: number
  readonly alert: number
}

/** Up to this between two segments is no gap, but the time between two pictures. */
export const joinMs = 1500

/**
 * When each segment begins so that none covers another, in the order of time. A sender's clock that was corrected lets segments overlap by a little: the later
 * one is moved on. Of a larger overlap (a clock that was set back) the earlier one has the time, and the later is left out.
 */
export function layOut<Segment extends Pick<TimedSegment, 'started_at' | 'ended_at'>>(
  segments: readonly Segment[],
): { readonly segment: Segment; readonly at: number }[] {
  const laid: { segment: Segment; at: number }[] = []
  for (const segment of segments) {
    const before = laid.at(-1)
    if (before && before.segment.ended_at - segment.started_at > joinMs) continue
    const free = before ? before.at + before.segment.ended_at - before.segment.started_at : segment.started_at
    laid.push({ segment, at: Math.max(segment.started_at, free) })
  }
  return laid
}

type Span = { from: number; to: number; class: RecordedSpan['class'] }

/** Segments in the order of time, joined where they follow each other with the same class, cut to [from, to). */
export function spansOf(segments: readonly TimedSegment[], from: number, to: number): Span[] {
  const spans: Span[] = []
  for (const segment of segments) {
    const last = spans.at(-1)
    const kind = segment.alert ? 'alert' : segment.motion ? 'motion' : 'plain'
    // after a clock was set back two may claim the same time: the earlier one is shown
    const begin = Math.max(segment.started_at, from, last?.to ?? Number.NEGATIVE_INFINITY)
    const end = Math.min(segment.ended_at, to)
    if (end <= begin) continue
    if (last && begin - last.to <= joinMs && last.class === kind) last.to = end
    else spans.push({ from: last && begin - last.to <= joinMs ? last.to : begin, to: end, class: kind })
  }
  return spans
}

/** What of [from, to) no span covers. */
export function gapsOf(spans: readonly { from: number; to: number }[], from: number, to: number) {
  const gaps: { from: number; to: number }[] = []
  let covered = from
  for (const span of spans) {
    if (span.from - covered > joinMs) gaps.push({ from: covered, to: span.from })
    covered = Math.max(covered, span.to)
  }
  if (to - covered > joinMs) gaps.push({ from: covered, to })
  return gaps
}
