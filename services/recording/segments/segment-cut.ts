// When a segment ends and the next begins. Pure.
import type { CodedPacket } from '../../contracts/packets.ts'

export interface SegmentSoFar {
  /** of its first picture */
  readonly startedAt: number
  readonly startMediaMs: number
  /** of its newest picture */
  readonly mediaMs: number
}

/**
 * append: it goes on. cut: this picture begins the next one. break: the time line is torn (a clock was set, the sender began anew), the segment ends here,
 * and the next begins at the first key frame.
 */
export type Cut = 'append' | 'cut' | 'break'

/** Event time that has moved by this much against the pictures' own time since the segment began: the next key frame begins a new one. */
export const driftMs = 300
/** By this much: a clock was set. More than a sender's first report (RTCP) may correct (media/camera-source/event-clock.ts: 2 s). */
export const clockSetMs = 2500
/** A hole of this length is a gap, not a slow picture. */
export const gapMs = 10_000
/** B-frames come out of order by less than this. */
const reorderMs = 1000

export function decideCut(
  segment: SegmentSoFar,
  packet: Pick<CodedPacket, 'key' | 'mediaMs' | 'at'>,
  rules: { readonly segmentMs: number; readonly parametersChanged: boolean },
): Cut {
  const elapsed = packet.mediaMs - segment.startMediaMs
  const step = packet.mediaMs - segment.mediaMs
  const drift = Math.abs(packet.at - segment.startedAt - elapsed)
  const torn = step > gapMs || step < -reorderMs || drift > clockSetMs
  if (torn) return packet.key ? 'cut' : 'break'
  if (packet.key && (rules.parametersChanged || elapsed >= rules.segmentMs || drift > driftMs)) return 'cut'
  return 'append'
}
