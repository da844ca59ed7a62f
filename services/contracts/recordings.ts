// Recordings as others use them: the api room shows them, replay reads them in order. app hands out the recording room's library.
import type { Readable } from 'node:stream'
import { type Static, Type } from 'typebox'
import { Timestamp } from './cloud-event.ts'
import type { FindingChanged } from './events/finding-changed-v1.ts'
import type { CodedPacket, CodedStream } from './packets.ts'

export const RecordedSpan = Type.Object({
  from: Timestamp,
  to: Timestamp,
  class: Type.Enum(['plain', 'motion', 'alert'], { description: 'the highest class of content in it' }),
})
export type RecordedSpan = Static<typeof RecordedSpan>

export const RecordedSegment = Type.Object({
  id: Type.String(),
  from: Timestamp,
  to: Timestamp,
  bytes: Type.Integer(),
  codec: Type.Enum(['h264', 'hevc']),
  width: Type.Integer(),
  height: Type.Integer(),
  audio: Type.Boolean(),
  motion: Type.Boolean(),
  alert: Type.Boolean(),
  keyFramesMs: Type.Array(Type.Integer(), { description: 'from the start of the segment' }),
  url: Type.String({ description: 'fragmented MP4; takes byte ranges' }),
  stream: Type.String({ description: 'that of the segment before: codec, size and parameters are the same' }),
})
export type RecordedSegment = Static<typeof RecordedSegment>

export const RecordingTimeline = Type.Object({
  cameraId: Type.String(),
  mode: Type.Enum(['off', 'alert', 'motion', 'continuous']),
  from: Timestamp,
  to: Timestamp,
  spans: Type.Array(RecordedSpan, { description: 'what is recorded, joined over segments' }),
  gaps: Type.Array(Type.Object({ from: Timestamp, to: Timestamp }), { description: 'what is not' }),
  alerts: Type.Array(
    Type.Object({
      alertId: Type.String(),
      kind: Type.String(),
      severity: Type.String(),
      action: Type.String(),
      from: Timestamp,
      to: Timestamp,
    }),
  ),
  segments: Type.Array(RecordedSegment, { description: 'in the order of time, at most 400; ask again from nextFrom' }),
  nextFrom: Type.Union([Timestamp, Type.Null()]),
})
export type RecordingTimeline = Static<typeof RecordingTimeline>

export const SightedFrame = Type.Object({
  at: Timestamp,
  objects: Type.Array(
    Type.Object({
      label: Type.String(),
      score: Type.Number(),
      trackId: Type.Integer(),
      box: Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()]),
    }),
  ),
})
export type SightedFrame = Static<typeof SightedFrame>

export const RecordingCheck = Type.Object({
  at: Timestamp,
  filesWithoutRows: Type.Array(Type.String(), {
    description: 'found on the disk; those that can be read were taken in',
  }),
  takenIn: Type.Integer(),
  unreadable: Type.Array(Type.String(), { description: 'no picture can be read from them; removed by a repair' }),
  rowsWithoutFiles: Type.Array(Type.String(), { description: 'removed from the index by a repair' }),
  evidenceMissing: Type.Array(Type.String()),
  evidenceWrong: Type.Array(Type.String(), { description: 'its bytes do not have the hash it was kept by' }),
  evidenceChecked: Type.Integer(),
})
export type RecordingCheck = Static<typeof RecordingCheck>

/** A part of a recording, as `readInOrder` gives it: a stream begins (anew after every gap and change), then its packets. */
export type RecordedPart = { readonly stream: CodedStream } | { readonly packet: CodedPacket }

export interface RecordingLibrary {
  /** QLY_INPUT_INVALID for more than 31 days. Times are ms since the epoch. */
  timeline(cameraId: string, from: number, to: number): Promise<RecordingTimeline>
  /** HLS (RFC 8216, fragmented MP4) of what is recorded in [from, to), at most 6 hours. QLY_NOT_FOUND if nothing is. */
  playlist(cameraId: string, from: number, to: number): Promise<string>
  /** The bytes of a segment, or a range of them (both ends counted); its times `shiftMs` later than on the disk. QLY_NOT_FOUND. */
  segment(
    cameraId: string,
    id: string,
    shiftMs?: number,
  ): Promise<{ readonly bytes: number; open(from: number, to: number): Readable }>
  /** One MP4 of at most an hour, beginning at the key frame at or before `from`. Call `dispose` when it was sent. QLY_NOT_FOUND. */
  extract(
    cameraId: string,
    from: number,
    to: number,
  ): Promise<{ readonly bytes: number; readonly stream: Readable; dispose(): Promise<void> }>
  /** What was seen in that time, at most 20,000 frames. */
  sightings(cameraId: string, from: number, to: number): Promise<SightedFrame[]>
  /** What vision told of [from, to) while it was live, in order; at most 24 hours. The bus keeps it for `retention` of qly.detection.v1 (7 days). */
  findings(cameraId: string, from: number, to: number): Promise<FindingChanged[]>
  /**
   * Everything recorded in [from, to), in order, with its original event times: for replay. What there is is looked up at once; files are read, one
   * at a time, whenever the result is iterated, which may be more than once.
   */
  readInOrder(cameraId: string, from: number, to: number): Promise<AsyncIterable<RecordedPart>>
  check(options: { readonly repair: boolean }): Promise<RecordingCheck>
}
